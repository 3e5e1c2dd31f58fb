// SPDX-License-Identifier: MIT
#include "bridge/core/type.h"

#include <array>
#include <utility>

namespace bridge {

struct TypeNode {
  std::string name;
  Type element;
  std::uint64_t count = 0;
  std::vector<Type::Member> members;
  std::uint32_t pack = 0;
  std::uint32_t align = 0;
  bool read_only = false;
  bool declared = false;  // a handle; all but the name is `defined`'s
  mutable std::weak_ptr<const TypeNode> defined = {};
};

Type Type::Pointer(Type element, bool read_only) {
  return Type(Kind::kPointer, std::make_shared<TypeNode>(TypeNode{
                                  .name = {}, .element = std::move(element), .read_only = read_only}));
}

Type Type::Array(Type element, std::uint64_t count) {
  return Type(Kind::kArray,
              std::make_shared<TypeNode>(TypeNode{.name = {}, .element = std::move(element), .count = count}));
}

Type Type::Struct(std::string name, std::vector<Member> members, std::uint32_t pack, std::uint32_t align) {
  return Type(Kind::kStruct, std::make_shared<TypeNode>(TypeNode{.name = std::move(name),
                                                                 .members = std::move(members),
                                                                 .pack = pack,
                                                                 .align = align}));
}

Type Type::Union(std::string name, std::vector<Member> members, std::uint32_t pack, std::uint32_t align) {
  return Type(Kind::kUnion, Struct(std::move(name), std::move(members), pack, align).node_);
}

Type Type::Declare(std::string name, Kind kind) {
  return Type(kind, std::make_shared<TypeNode>(TypeNode{.name = std::move(name), .declared = true}));
}

Type Type::Define(const Type& declared, std::vector<Member> members, std::uint32_t pack, std::uint32_t align) {
  Type whole(declared.kind_, Struct(declared.node_->name, std::move(members), pack, align).node_);
  declared.node_->defined = whole.node_;
  return whole;
}

const TypeNode& Type::node() const {
  static const TypeNode empty;
  if (!node_) return empty;
  if (!node_->declared) return *node_;
  const auto defined = node_->defined.lock();
  return defined ? *defined : *node_;
}

const Type& Type::element() const { return node().element; }
std::uint64_t Type::count() const { return node().count; }
bool Type::read_only() const { return node().read_only; }
const std::vector<Type::Member>& Type::members() const { return node().members; }
std::uint32_t Type::pack() const { return node().pack; }
std::uint32_t Type::align() const { return node().align; }
bool Type::complete() const { return !node().declared; }

namespace {

// Two descriptions are equal unless a walk through both finds a difference: a
// pair that is already being compared is taken for equal, so that the walk ends.
class Comparison {
 public:
  bool Equal(const Type& a, const Type& b) {
    if (a.kind() != b.kind()) return false;
    if (a.identity() == b.identity()) return true;
    switch (a.kind()) {
      case Kind::kPointer: return a.read_only() == b.read_only() && Equal(a.element(), b.element());
      case Kind::kArray: return a.count() == b.count() && Equal(a.element(), b.element());
      case Kind::kStruct:
      case Kind::kUnion: return Aggregates(a, b);
      default: return true;
    }
  }

 private:
  bool Aggregates(const Type& a, const Type& b) {
    for (const auto& open : open_)
      if (open == std::pair(a.identity(), b.identity())) return true;
    open_.emplace_back(a.identity(), b.identity());
    if (a.Spell() != b.Spell() || a.complete() != b.complete() || a.pack() != b.pack() || a.align() != b.align() ||
        a.members().size() != b.members().size())
      return false;
    for (std::size_t i = 0; i < a.members().size(); ++i) {
      const Type::Member &one = a.members()[i], &other = b.members()[i];
      if (one.name != other.name || one.bits != other.bits || !Equal(one.type, other.type)) return false;
    }
    return true;
  }

  std::vector<std::pair<const void*, const void*>> open_;
};

}  // namespace

bool Type::operator==(const Type& other) const { return Comparison().Equal(*this, other); }

std::string Type::Spell() const {
  static constexpr std::array kNames = {"void",   "bool",  "int8",   "uint8",  "int16",  "uint16",
                                        "int32",  "uint32", "int64", "uint64", "float",  "double",
                                        "char16", "",       "function"};
  switch (kind_) {
    case Kind::kPointer: return element().Spell() + "*";
    case Kind::kArray: return element().Spell() + "[" + std::to_string(count()) + "]";
    case Kind::kStruct:
    case Kind::kUnion:
      if (node_ && !node_->name.empty()) return node_->name;
      return kind_ == Kind::kUnion ? "unnamed union" : "unnamed struct";
    case Kind::kLongDouble: return "long double";
    default: return kNames[static_cast<std::size_t>(kind_)];
  }
}

std::string WithArticle(const Type& type) {
  const std::string spelling = type.Spell();
  const bool vowel = std::string_view("aeioAEIO").find(spelling[0]) != std::string_view::npos || spelling.starts_with("unnamed");
  return (vowel ? "an " : "a ") + spelling;
}

std::string_view Name(Arch arch) { return arch == Arch::kWin64 ? "win64" : "win32"; }

namespace {
constexpr std::array<std::string_view, 5> kAbiNames = {"win64-msvc", "win64-gnu", "win32-msvc", "win32-gnu",
                                                       "sysv64"};
}  // namespace

std::string_view Name(Abi abi) { return kAbiNames[static_cast<std::size_t>(abi)]; }

Expected<Abi> ParseAbi(std::string_view name) {
  for (std::size_t i = 0; i < kAbiNames.size(); ++i)
    if (kAbiNames[i] == name) return static_cast<Abi>(i);
  return Fail(ErrorCode::kInvalidArgument,
              "no ABI is called '" + std::string(name) +
                  "': write win64-msvc, win64-gnu, win32-msvc, win32-gnu or sysv64");
}

Expected<Arch> ParseArch(std::string_view name) {
  if (name == "win64") return Arch::kWin64;
  if (name == "win32") return Arch::kWin32;
  return Fail(ErrorCode::kInvalidArgument,
              "no architecture is called '" + std::string(name) + "': write win64 or win32");
}

}  // namespace bridge
