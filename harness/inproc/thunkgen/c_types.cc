// SPDX-License-Identifier: MIT
#include "harness/inproc/thunkgen/c_types.h"

#include "harness/inproc/signature.h"

namespace spanproof {
namespace {

// Fixed widths, so that a `long` is what it is on Windows wherever this runs.
std::string_view Scalar(Kind kind) {
  switch (kind) {
    case Kind::kVoid: return "void";
    case Kind::kBool: return "_Bool";
    case Kind::kChar: return "char";
    case Kind::kInt8: return "int8_t";
    case Kind::kUint8: return "uint8_t";
    case Kind::kInt16: return "int16_t";
    case Kind::kWchar:
    case Kind::kUint16: return "uint16_t";
    case Kind::kInt32:
    case Kind::kLong: return "int32_t";
    case Kind::kUint32:
    case Kind::kUlong: return "uint32_t";
    case Kind::kInt64: return "int64_t";
    case Kind::kUint64: return "uint64_t";
    case Kind::kSize: return "uintptr_t";
    case Kind::kPtrdiff: return "intptr_t";
    case Kind::kFloat: return "float";
    case Kind::kDouble: return "double";
    case Kind::kLongDouble: return "long double";
    default: return "void *";
  }
}

}  // namespace

std::string CTypes::Declare(const TypeTable& types, TypeId id, const std::string& name) {
  const Type& type = types[id];
  std::string dimensions;
  if (type.kind == Kind::kArray) {
    for (; types[id].kind == Kind::kArray; id = types[id].element) {
      dimensions += types[id].count == 0 ? "[]" : "[" + std::to_string(types[id].count) + "]";
    }
    return Declare(types, id, name + dimensions);
  }
  const std::string c_type = IsAggregate(type.kind) ? Aggregate(types, id) : std::string(Scalar(type.kind));
  return name.empty() ? c_type : c_type + " " + name;
}

std::string CTypes::Aggregate(const TypeTable& types, TypeId id) {
  const Type& type = types[id];
  const std::string code = *CodeOf(types, id);
  if (const auto known = by_code_.find(code); known != by_code_.end()) return known->second;
  std::string members;
  for (std::size_t i = 0; i < type.fields.size(); ++i) {
    const Field& field = type.fields[i];
    const bool unnamed = field.bits && field.name.empty();
    members += "  " + Declare(types, field.type, unnamed ? std::string() : "m" + std::to_string(i));
    if (field.bits) members += " : " + std::to_string(*field.bits);
    members += ";\n";
  }
  const std::string name = (type.kind == Kind::kUnion ? "union S" : "struct S") + std::to_string(by_code_.size());
  definitions_ += "/* " + code + " */\n";
  if (type.pack != 0) definitions_ += "#pragma pack(push, " + std::to_string(type.pack) + ")\n";
  definitions_ += name + " {\n" + members + "}";
  if (type.align != 0) definitions_ += " __attribute__((aligned(" + std::to_string(type.align) + ")))";
  definitions_ += ";\n";
  if (type.pack != 0) definitions_ += "#pragma pack(pop)\n";
  definitions_ += '\n';
  by_code_.emplace(code, name);
  return name;
}

}  // namespace spanproof
