// SPDX-License-Identifier: MIT
#include "harness/model/type.h"

#include <algorithm>
#include <array>
#include <utility>

namespace spanproof {
namespace {

struct BaseName {
  std::string_view spelling;
  Kind kind;
};

// The first spelling of a kind is the one that Spell() writes.
constexpr std::array kBaseNames = {
    BaseName{"void", Kind::kVoid},
    BaseName{"bool", Kind::kBool},
    BaseName{"char", Kind::kChar},
    BaseName{"wchar_t", Kind::kWchar},
    BaseName{"int8_t", Kind::kInt8},
    BaseName{"uint8_t", Kind::kUint8},
    BaseName{"int16_t", Kind::kInt16},
    BaseName{"uint16_t", Kind::kUint16},
    BaseName{"int", Kind::kInt32},
    BaseName{"unsigned int", Kind::kUint32},
    BaseName{"int64_t", Kind::kInt64},
    BaseName{"uint64_t", Kind::kUint64},
    BaseName{"long", Kind::kLong},
    BaseName{"unsigned long", Kind::kUlong},
    BaseName{"size_t", Kind::kSize},
    BaseName{"ptrdiff_t", Kind::kPtrdiff},
    BaseName{"float", Kind::kFloat},
    BaseName{"double", Kind::kDouble},
    BaseName{"long double", Kind::kLongDouble},
    BaseName{"_Bool", Kind::kBool},
    BaseName{"signed char", Kind::kInt8},
    BaseName{"unsigned char", Kind::kUint8},
    BaseName{"short", Kind::kInt16},
    BaseName{"short int", Kind::kInt16},
    BaseName{"signed short", Kind::kInt16},
    BaseName{"unsigned short", Kind::kUint16},
    BaseName{"unsigned short int", Kind::kUint16},
    BaseName{"signed", Kind::kInt32},
    BaseName{"signed int", Kind::kInt32},
    BaseName{"int32_t", Kind::kInt32},
    BaseName{"unsigned", Kind::kUint32},
    BaseName{"uint32_t", Kind::kUint32},
    BaseName{"long long", Kind::kInt64},
    BaseName{"long long int", Kind::kInt64},
    BaseName{"signed long long", Kind::kInt64},
    BaseName{"unsigned long long", Kind::kUint64},
    BaseName{"unsigned long long int", Kind::kUint64},
    BaseName{"long int", Kind::kLong},
    BaseName{"signed long", Kind::kLong},
    BaseName{"unsigned long int", Kind::kUlong},
    BaseName{"uintptr_t", Kind::kSize},
    BaseName{"intptr_t", Kind::kPtrdiff},
};

std::string Dimension(std::uint64_t count) {
  return count == 0 ? "[]" : "[" + std::to_string(count) + "]";
}

bool IsPower(std::uint32_t number) { return (number & (number - 1)) == 0; }

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > 200) return false;
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
           return letter(c) || (c >= '0' && c <= '9') || c == '.';
         });
}

}  // namespace

std::vector<std::string_view> Spellings(Kind kind) {
  std::vector<std::string_view> spellings;
  for (const BaseName& base : kBaseNames) {
    if (base.kind == kind) spellings.push_back(base.spelling);
  }
  return spellings;
}

bool IsScalar(Kind kind) { return kind >= Kind::kBool && kind <= Kind::kLongDouble; }
bool IsFloating(Kind kind) { return kind >= Kind::kFloat && kind <= Kind::kLongDouble; }
bool IsAggregate(Kind kind) { return kind == Kind::kStruct || kind == Kind::kUnion; }

bool IsSigned(Kind kind) {
  switch (kind) {
    case Kind::kChar:
    case Kind::kInt8:
    case Kind::kInt16:
    case Kind::kInt32:
    case Kind::kInt64:
    case Kind::kLong:
    case Kind::kPtrdiff: return true;
    default: return false;
  }
}

bool IsAddress(Kind kind) { return kind == Kind::kPointer || kind == Kind::kFunction; }

TypeTable::TypeTable() {
  for (const BaseName& base : kBaseNames) {
    const auto same = std::find_if(types_.begin(), types_.end(), [&](const Type& type) {
      return type.kind == base.kind;
    });
    if (same != types_.end()) {
      by_spelling_.emplace(base.spelling, static_cast<TypeId>(same - types_.begin()));
      continue;
    }
    Type type;
    type.kind = base.kind;
    type.name = base.spelling;
    Intern(std::string(base.spelling), std::move(type));
  }
}

TypeId TypeTable::Intern(std::string spelling, Type type) {
  const auto [at, added] =
      by_spelling_.try_emplace(std::move(spelling), static_cast<TypeId>(types_.size()));
  if (added) types_.push_back(std::move(type));
  return at->second;
}

TypeId TypeTable::PointerTo(TypeId element) {
  Type type;
  type.kind = Kind::kPointer;
  type.element = element;
  return Intern(Spell(element) + "*", std::move(type));
}

TypeId TypeTable::ArrayOf(TypeId element, std::uint64_t count) {
  Type type;
  type.kind = Kind::kArray;
  type.element = element;
  type.count = count;
  // C writes the outermost dimension first: 2 of int[3] is int[2][3].
  std::string spelling = Spell(element);
  const std::string dimension = Dimension(count);
  std::size_t at = spelling.size();
  for (TypeId inner = element; types_[inner].kind == Kind::kArray; inner = types_[inner].element) {
    at = spelling.rfind('[', at - 1);
  }
  spelling.insert(at, dimension);
  return Intern(std::move(spelling), std::move(type));
}

std::string TypeTable::Spell(TypeId id) const {
  const Type& type = types_[id];
  switch (type.kind) {
    case Kind::kPointer:
      return Spell(type.element) + "*";
    case Kind::kArray: {
      std::string dimensions;
      TypeId inner = id;
      for (; types_[inner].kind == Kind::kArray; inner = types_[inner].element) {
        dimensions += Dimension(types_[inner].count);
      }
      return Spell(inner) + dimensions;
    }
    default:
      return type.name;
  }
}

Expected<TypeId> TypeTable::Declare(std::string name, Kind kind) {
  if (!IsName(name)) {
    return Fail(ErrorCode::kInvalidArgument,
                "\"" + name + "\" is no type name; use letters, digits, _ and a dot");
  }
  if (const auto known = by_spelling_.find(name); known != by_spelling_.end()) {
    Type& type = types_[known->second];
    const bool function = kind == Kind::kFunction;
    const bool matches = function ? type.kind == Kind::kFunction
                                  : type.kind == Kind::kStruct || type.kind == Kind::kUnion;
    if (!matches) {
      return Fail(ErrorCode::kInvalidArgument,
                  "\"" + name + "\" already names another kind of type; choose another name");
    }
    return known->second;
  }
  Type type;
  type.kind = kind;
  type.name = name;
  type.defined = false;
  return Intern(std::move(name), std::move(type));
}

Expected<TypeId> TypeTable::DeclareStruct(std::string name) {
  return Declare(std::move(name), Kind::kStruct);
}

Expected<TypeId> TypeTable::DeclareFunction(std::string name) {
  return Declare(std::move(name), Kind::kFunction);
}

Expected<TypeId> TypeTable::DefineStruct(std::string name, std::vector<Field> fields,
                                         std::uint32_t pack, bool is_union) {
  return DefineStruct(std::move(name), std::move(fields), Shape{pack, 0, is_union});
}

// What can be told of the fields before the types they name are defined.
Expected<void> TypeTable::CheckFields(const std::string& name, const std::vector<Field>& fields,
                                      bool is_union) const {
  const auto bad = [&](const std::string& why) {
    return Fail(ErrorCode::kInvalidArgument, "struct \"" + name + "\" " + why);
  };
  if (fields.empty()) return bad("has no members");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    const Type& type = types_[field.type];
    const std::string what = "member " + (field.name.empty() ? std::to_string(i) : "\"" + field.name + "\"");
    if (field.bits) {
      if (!IsScalar(type.kind) || IsFloating(type.kind)) return bad(what + " cannot be a bit-field; only integers can");
      if (*field.bits == 0 && !field.name.empty()) return bad(what + " has width 0; only \"\" may have");
    } else if (field.name.empty() && !IsAggregate(type.kind)) {
      return bad(what + " has no name; only bit-fields, structs and unions may have none");
    }
    if (type.kind == Kind::kArray && type.count == 0 && (is_union || i == 0 || i + 1 != fields.size())) {
      return bad(what + " is a flexible array; it must be the last of several members of a struct");
    }
    for (std::size_t j = 0; j < i && !field.name.empty(); ++j) {
      if (field.name == fields[j].name) return bad("has two members \"" + field.name + "\"");
    }
  }
  return {};
}

Expected<TypeId> TypeTable::DefineStruct(std::string name, std::vector<Field> fields, const Shape& shape) {
  const auto id = DeclareStruct(name);
  if (!id) return id;
  if (const auto good = CheckFields(name, fields, shape.is_union); !good) return tl::unexpected(good.error());
  if (shape.pack > 16 || !IsPower(shape.pack)) {
    return Fail(ErrorCode::kInvalidArgument,
                "pack of \"" + name + "\" is " + std::to_string(shape.pack) + "; use 1, 2, 4, 8 or 16");
  }
  if (shape.align > 4096 || !IsPower(shape.align)) {
    return Fail(ErrorCode::kInvalidArgument, "align of \"" + name + "\" is " + std::to_string(shape.align) +
                                                 "; use a power of two up to 4096");
  }
  Type& type = types_[*id];
  const Kind kind = shape.is_union ? Kind::kUnion : Kind::kStruct;
  if (type.defined) {
    if (type.kind == kind && type.fields == fields && type.pack == shape.pack && type.align == shape.align) return id;
    return Fail(ErrorCode::kInvalidArgument,
                "\"" + name + "\" is already defined with other members");
  }
  type.kind = kind;
  type.fields = std::move(fields);
  type.pack = shape.pack;
  type.align = shape.align;
  type.defined = true;
  return id;
}

Expected<TypeId> TypeTable::DefineFunction(std::string name, Prototype prototype) {
  const auto id = DeclareFunction(name);
  if (!id) return id;
  Type& type = types_[*id];
  if (type.defined) {
    if (type.prototype == prototype) return id;
    return Fail(ErrorCode::kInvalidArgument,
                "\"" + name + "\" is already defined with another signature");
  }
  type.prototype = std::move(prototype);
  type.defined = true;
  return id;
}

}  // namespace spanproof
