// SPDX-License-Identifier: MIT
#include "bridge/testee/signature.h"

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
      case Kind::kLongDouble:
        return Fail(ErrorCode::kUnsupported, "long double differs between compilers: it cannot cross");
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
    if (types_[element].kind == spanproof::Kind::kFunction) return Type(bridge::Kind::kFunction);
    return Translate(element).map([](Type pointee) { return Type::Pointer(std::move(pointee)); });
  }

  Expected<Type> Aggregate(spanproof::TypeId id) {
    const spanproof::Type& type = types_[id];
    // A struct that points at itself sees itself as opaque memory.
    for (spanproof::TypeId outer : open_)
      if (outer == id) return kVoid;
    open_.push_back(id);
    std::vector<Type::Member> members;
    for (const spanproof::Field& field : type.fields) {
      if (field.bits) return Fail(ErrorCode::kUnsupported, "bit-fields are not supported yet");
      auto member = Translate(field.type);
      if (!member) return member;
      members.push_back({field.name, std::move(*member)});
    }
    open_.pop_back();
    return type.kind == spanproof::Kind::kUnion ? Type::Union(type.name, std::move(members), type.pack)
                                                : Type::Struct(type.name, std::move(members), type.pack);
  }

  static Path Translate(const spanproof::Path& path) {
    Path result;
    result.root = path.root;
    result.segments.assign(path.segments.begin(), path.segments.end());
    return result;
  }

  const spanproof::TypeTable& types_;
  std::vector<spanproof::TypeId> open_;
};

}  // namespace

Expected<Signature> Translate(const spanproof::TypeTable& types, const spanproof::Prototype& prototype) {
  Translator translator(types);
  Signature signature{.convention = static_cast<Convention>(prototype.convention)};
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
