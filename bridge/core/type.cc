// SPDX-License-Identifier: MIT
#include "bridge/core/type.h"

#include <array>

namespace bridge {

struct TypeNode {
  std::string name;
  Type element;
  std::uint64_t count = 0;
  std::vector<Type::Member> members;
  std::uint32_t pack = 0;
  bool read_only = false;

  bool operator==(const TypeNode&) const = default;
};

Type Type::Pointer(Type element, bool read_only) {
  return Type(Kind::kPointer, std::make_shared<TypeNode>(TypeNode{
                                  .name = {}, .element = std::move(element), .read_only = read_only}));
}

Type Type::Array(Type element, std::uint64_t count) {
  return Type(Kind::kArray,
              std::make_shared<TypeNode>(TypeNode{.name = {}, .element = std::move(element), .count = count}));
}

Type Type::Struct(std::string name, std::vector<Member> members, std::uint32_t pack) {
  return Type(Kind::kStruct, std::make_shared<TypeNode>(TypeNode{
                                 .name = std::move(name), .members = std::move(members), .pack = pack}));
}

Type Type::Union(std::string name, std::vector<Member> members, std::uint32_t pack) {
  return Type(Kind::kUnion, std::make_shared<TypeNode>(TypeNode{
                                .name = std::move(name), .members = std::move(members), .pack = pack}));
}

namespace {
const TypeNode& EmptyNode() {
  static const TypeNode node;
  return node;
}
}  // namespace

const Type& Type::element() const { return (node_ ? *node_ : EmptyNode()).element; }
std::uint64_t Type::count() const { return (node_ ? *node_ : EmptyNode()).count; }
bool Type::read_only() const { return (node_ ? *node_ : EmptyNode()).read_only; }
const std::vector<Type::Member>& Type::members() const { return (node_ ? *node_ : EmptyNode()).members; }
std::uint32_t Type::pack() const { return (node_ ? *node_ : EmptyNode()).pack; }

bool Type::operator==(const Type& other) const {
  if (kind_ != other.kind_) return false;
  if (node_ == other.node_) return true;
  return node_ && other.node_ && *node_ == *other.node_;
}

std::string Type::Spell() const {
  static constexpr std::array kNames = {"void",   "bool",  "int8",   "uint8",  "int16",  "uint16",
                                        "int32",  "uint32", "int64", "uint64", "float",  "double",
                                        "char16", "",      "function"};
  switch (kind_) {
    case Kind::kPointer: return element().Spell() + "*";
    case Kind::kArray: return element().Spell() + "[" + std::to_string(count()) + "]";
    case Kind::kStruct:
    case Kind::kUnion: return node_->name;
    default: return kNames[static_cast<std::size_t>(kind_)];
  }
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
