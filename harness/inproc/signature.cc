// SPDX-License-Identifier: MIT
#include "harness/inproc/signature.h"

#include <vector>

namespace spanproof {
namespace {

// By value a struct may hold itself as little as anywhere: LayoutOf has seen to it.
Expected<std::string> AggregateCode(const TypeTable& types, const Type& type) {
  std::string code = type.kind == Kind::kUnion ? "u(" : "s(";
  for (const Field& field : type.fields) {
    const auto member = CodeOf(types, field.type);
    if (!member) return member;
    if (code.back() != '(') code += ',';
    code += *member;
    if (field.bits) code += ":" + std::to_string(*field.bits);
  }
  code += ')';
  if (type.pack != 0) code += "p" + std::to_string(type.pack);
  if (type.align != 0) code += "a" + std::to_string(type.align);
  return code;
}

// What a caller writes for `kind` after "...", where C widens it.
std::string_view Promoted(Kind kind) {
  switch (kind) {
    case Kind::kFloat: return "double";
    case Kind::kBool:
    case Kind::kChar:
    case Kind::kWchar:
    case Kind::kInt8:
    case Kind::kUint8:
    case Kind::kInt16:
    case Kind::kUint16: return "int";
    default: return "";
  }
}

// Beyond any thread's stack; compilers for 32 bits refuse types of 2 GiB altogether.
constexpr std::uint64_t kLargestByValue = 16 << 20;

}  // namespace

Expected<void> CheckCallable(const TypeTable& types, const Prototype& prototype) {
  std::vector<TypeId> passed = prototype.arguments;
  passed.push_back(prototype.result);
  for (const TypeId id : passed) {
    if (!IsAggregate(types[id].kind)) continue;
    const auto layout = LayoutOf(types, id, Abi::kWin32Gnu);
    if (!layout || layout->size <= kLargestByValue) continue;
    return Fail(ErrorCode::kInvalidArgument, "a \"" + types.Spell(id) + "\" of " + std::to_string(layout->size) +
                                                 " bytes is too large to be passed by value; write a pointer to it");
  }
  if (prototype.convention == Convention::kVectorcall) {
    return Fail(ErrorCode::kInvalidArgument,
                "convention \"vectorcall\" is not supported; use cdecl, stdcall, fastcall or thiscall");
  }
  if (!prototype.variadic) return {};
  if (prototype.convention != Convention::kCdecl) {
    return Fail(ErrorCode::kInvalidArgument, "a variadic function is never " +
                                                 std::string(Name(prototype.convention)) + "; write cdecl");
  }
  for (std::size_t i = *prototype.variadic; i < prototype.arguments.size(); ++i) {
    const TypeId id = prototype.arguments[i];
    const std::string_view wider = Promoted(types[id].kind);
    if (wider.empty()) continue;
    return Fail(ErrorCode::kInvalidArgument, "argument " + std::to_string(i) + " is \"" + types.Spell(id) +
                                                 "\" after \"...\", where C widens it: promote it, write \"" +
                                                 std::string(wider) + "\"");
  }
  return {};
}

Expected<std::string> CodeOf(const TypeTable& types, TypeId id) {
  const Type& type = types[id];
  switch (type.kind) {
    case Kind::kVoid: return "v";
    case Kind::kBool: return "b8";
    case Kind::kChar: return "c8";
    case Kind::kInt8: return "i8";
    case Kind::kUint8: return "u8";
    case Kind::kInt16: return "i16";
    case Kind::kWchar:
    case Kind::kUint16: return "u16";
    case Kind::kInt32:
    case Kind::kLong: return "i32";
    case Kind::kUint32:
    case Kind::kUlong: return "u32";
    case Kind::kInt64: return "i64";
    case Kind::kUint64: return "u64";
    case Kind::kSize: return "usize";
    case Kind::kPtrdiff: return "isize";
    case Kind::kFloat: return "f32";
    case Kind::kDouble: return "f64";
    case Kind::kLongDouble: return "f80";
    case Kind::kPointer:
    case Kind::kFunction: return "p";
    case Kind::kArray: {
      const auto element = CodeOf(types, type.element);
      if (!element) return element;
      return (type.count == 0 ? "[]" : "[" + std::to_string(type.count) + "]") + *element;
    }
    case Kind::kStruct:
    case Kind::kUnion:
      // Whether it can be laid out at all is the same on all of Windows' ABIs.
      if (const auto layout = LayoutOf(types, id, Abi::kWin64Gnu); !layout) return tl::unexpected(layout.error());
      return AggregateCode(types, type);
  }
  return Fail(ErrorCode::kInternal, "unknown kind of type");
}

Expected<std::string> SignatureOf(const TypeTable& types, const Prototype& prototype) {
  const auto result = CodeOf(types, prototype.result);
  if (!result) return tl::unexpected(result.error());
  std::string arguments;
  const auto add = [&](std::string_view code) {
    if (!arguments.empty()) arguments += ',';
    arguments += code;
  };
  for (std::size_t i = 0; i < prototype.arguments.size(); ++i) {
    if (prototype.variadic == i) add(kEllipsis);
    const auto argument = CodeOf(types, prototype.arguments[i]);
    if (!argument) return tl::unexpected(argument.error());
    add(*argument);
  }
  if (prototype.variadic == prototype.arguments.size()) add(kEllipsis);
  return std::string(Name(prototype.convention)) + ' ' + *result + '(' + arguments + ')';
}

}  // namespace spanproof
