// SPDX-License-Identifier: MIT
#include "bridge/testee/signature.h"

#include <map>

namespace bridge::testee {
namespace {

class Translator {
 public:
  explicit Translator(const spanproof::TypeTable& types) : types_(types) {}

  Expected<Type> Translate(spanproof::TypeId id) {
    using spanproof::Kind;
    const spanproof::Type& type = types_[id];
    switch (type.kind) {
      case Kind::kVoid: return kVoid;
      case Kind::kBool: return Type(bridge::Kind::kBool);
      case Kind::kChar:
      case Kind::kInt8: return kInt8;
      case Kind::kUint8: return kUint8;
      case Kind::kWchar: return kChar16;
      case Kind::kInt16: return kInt16;
      case Kind::kUint16: return kUint16;
      case Kind::kInt32:
      case Kind::kLong: return kInt32;
      case Kind::kUint32:
      case Kind::kUlong: return kUint32;
      case Kind::kInt64: return kInt64;
      case Kind::kUint64: return kUint64;
      case Kind::kSize:
      case Kind::kPtrdiff: return Type::Pointer(kVoid);  // as wide as a pointer
      case Kind::kFloat: return kFloat;
      case Kind::kDouble: return kDouble;
      case Kind::kLongDouble: return kLongDouble;
      case Kind::kFunction: return Type(bridge::Kind::kFunction);
      case Kind::kPointer: return Pointer(type.element);
      case Kind::kArray:
        return Translate(type.element).map([&](Type element) { return Type::Array(std::move(element), type.count); });
      case Kind::kStruct:
      case Kind::kUnion: return Aggregate(id);
    }
    return Fail(ErrorCode::kInternal, "a type of no known kind");
  }

  Expected<Memsync> Directive(const spanproof::Directive& directive) {
    Memsync result{.pointer = Translate(directive.pointer)};
    for (const spanproof::Path& path : directive.length) result.length.push_back(Translate(path));
    result.func = directive.func;
    result.null = directive.null;
    result.unic = directive.unic;
    if (directive.type.empty()) return result;
    spanproof::TypeTable known = types_;  // parsing a spelling may add to the table
    auto parsed = known.Parse(directive.type);
    if (!parsed) return Fail(ErrorCode::kInvalidArgument, parsed.error().message);
    auto type = Translator(known).Translate(*parsed);
    if (!type) return tl::unexpected(type.error());
    result.type = std::move(*type);
    return result;
  }

 private:
  Expected<Type> Pointer(spanproof::TypeId element) {
    const spanproof::Type& pointee = types_[element];
    if (spanproof::IsAggregate(pointee.kind) && !pointee.defined) return Type::Pointer(kVoid);  // FILE*: nobody can look inside
    return Translate(element).map([](Type type) { return Type::Pointer(std::move(type)); });
  }

  // One description for each type, so that pointers to it are seen to mean the same. Its own members may ask for it.
  Expected<Type> Aggregate(spanproof::TypeId id) {
    if (const auto known = aggregates_.find(id); known != aggregates_.end()) return known->second;
    const spanproof::Type& type = types_[id];
    const Type declared =
        Type::Declare(type.name, type.kind == spanproof::Kind::kUnion ? bridge::Kind::kUnion : bridge::Kind::kStruct);
    aggregates_.emplace(id, declared);
    std::vector<Type::Member> members;
    for (const spanproof::Field& field : type.fields) {
      auto member = Translate(field.type);
      if (!member) return member;
      members.push_back({field.name, std::move(*member), field.bits});
    }
    const Type whole = Type::Define(declared, std::move(members), type.pack, type.align);
    aggregates_.insert_or_assign(id, whole);
    return whole;
  }

  static Path Translate(const spanproof::Path& path) {
    Path result;
    result.root = path.root;
    result.segments.assign(path.segments.begin(), path.segments.end());
    return result;
  }

  const spanproof::TypeTable& types_;
  std::map<spanproof::TypeId, Type> aggregates_;
};

}  // namespace

Expected<Signature> Translate(const spanproof::TypeTable& types, const spanproof::Prototype& prototype) {
  Translator translator(types);
  if (prototype.convention == spanproof::Convention::kVectorcall)
    return Fail(ErrorCode::kUnsupported, "vectorcall is not supported: build the DLL's function as cdecl, stdcall or fastcall");
  Signature signature{.convention = static_cast<Convention>(prototype.convention)};
  if (prototype.variadic) signature.variadic = *prototype.variadic;
  auto result = translator.Translate(prototype.result);
  if (!result) return tl::unexpected(result.error());
  signature.result = std::move(*result);
  for (spanproof::TypeId argument : prototype.arguments) {
    auto type = translator.Translate(argument);
    if (!type) return tl::unexpected(type.error());
    signature.arguments.push_back(std::move(*type));
  }
  for (const spanproof::Directive& directive : prototype.memsync) {
    auto memsync = translator.Directive(directive);
    if (!memsync) return tl::unexpected(memsync.error());
    signature.memsync.push_back(std::move(*memsync));
  }
  return signature;
}

}  // namespace bridge::testee
