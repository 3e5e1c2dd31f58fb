// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/error.h"

namespace bridge {

enum class Arch : std::uint8_t { kWin64, kWin32 };

// Every layout names its ABI; none is "the platform's" (DESIGN 2). The client's
// own memory is kSysv64, a DLL's one of the others.
enum class Abi : std::uint8_t { kWin64Msvc, kWin64Gnu, kWin32Msvc, kWin32Gnu, kSysv64 };

// kVectorcall can be named and is refused at bind time.
enum class Convention : std::uint8_t { kCdecl, kStdcall, kFastcall, kThiscall, kVectorcall };

enum class Kind : std::uint8_t {
  kVoid,
  kBool,
  kInt8, kUint8, kInt16, kUint16, kInt32, kUint32, kInt64, kUint64,
  kFloat, kDouble,
  kChar16,    // wchar_t of Windows
  kPointer,   // to `element`; to kVoid: an opaque address that crosses as it is
  kFunction,  // a callback's address
  kStruct, kUnion, kArray,
  kLongDouble,  // x87 of 80 bits with gnu ABIs, a double with msvc ones
};

struct TypeNode;

// A cheap handle on an immutable description. Values; compare by content of
// the description, not by identity. An enum is kInt32, char is kInt8.
class Type {
 public:
  Type() = default;  // void
  explicit Type(Kind scalar) : kind_(scalar) {}

  // `read_only`: whoever is given the pointer promises not to write (const T*).
  static Type Pointer(Type element, bool read_only = false);
  // As the last member of a struct, 0 elements are a flexible array.
  static Type Array(Type element, std::uint64_t count);
  struct Member;
  // `pack`: #pragma pack(n); `align`: alignas(n) of the whole type; 0: the ABI's.
  static Type Struct(std::string name, std::vector<Member> members, std::uint32_t pack = 0, std::uint32_t align = 0);
  static Type Union(std::string name, std::vector<Member> members, std::uint32_t pack = 0, std::uint32_t align = 0);

  // For types that point at themselves or at each other:
  //   Type node = Type::Declare("Node");
  //   Type whole = Type::Define(node, {{"next", Type::Pointer(node)}, {"value", kInt32}});
  // A declared handle does not own what defines it: whoever defines keeps
  // `whole` for as long as any handle is used; after that, and before, a handle
  // is incomplete. Not thread-safe before the definition. `kind`: kStruct, kUnion.
  static Type Declare(std::string name, Kind kind = Kind::kStruct);
  static Type Define(const Type& declared, std::vector<Member> members, std::uint32_t pack = 0, std::uint32_t align = 0);

  Kind kind() const { return kind_; }
  const Type& element() const;                     // kPointer, kArray
  std::uint64_t count() const;                     // kArray
  bool read_only() const;                          // kPointer
  const std::vector<Member>& members() const;      // kStruct, kUnion
  std::uint32_t pack() const;                      // 0: the ABI's own alignment
  std::uint32_t align() const;                     // 0: as its members ask for
  bool complete() const;                           // false: declared, and not defined
  std::string Spell() const;                       // "int16*", "Image", "float[10]"

  bool operator==(const Type& other) const;

  // Equal for all handles on one description: tells whether a walk came round.
  const void* identity() const { return &node(); }

 private:
  Type(Kind kind, std::shared_ptr<const TypeNode> node) : kind_(kind), node_(std::move(node)) {}
  const TypeNode& node() const;

  Kind kind_ = Kind::kVoid;
  std::shared_ptr<const TypeNode> node_;
};

struct Type::Member {
  std::string name;  // empty: an anonymous struct or union, or an unnamed bit-field
  Type type;
  std::optional<std::uint8_t> bits = std::nullopt;  // a bit-field's width; 0 starts a new unit
  bool operator==(const Member&) const = default;
};

inline const Type kVoid{Kind::kVoid};
inline const Type kInt8{Kind::kInt8}, kUint8{Kind::kUint8}, kInt16{Kind::kInt16}, kUint16{Kind::kUint16};
inline const Type kInt32{Kind::kInt32}, kUint32{Kind::kUint32}, kInt64{Kind::kInt64}, kUint64{Kind::kUint64};
inline const Type kFloat{Kind::kFloat}, kDouble{Kind::kDouble}, kChar16{Kind::kChar16};
inline const Type kLongDouble{Kind::kLongDouble};

// Size and alignment in bytes.
struct Layout {
  std::uint64_t size = 0;
  std::uint64_t align = 1;
  bool operator==(const Layout&) const = default;
};

// Where one member stands.
struct Placed {
  std::uint64_t offset = 0;    // bytes; of a bit-field: the byte that holds its first bit
  std::uint8_t first_bit = 0;  // of a bit-field, in that byte, counted from the lowest
  std::uint8_t bits = 0;       // width of a bit-field, up to 64; 0: no bit-field
  bool is_signed = false;      // of a bit-field
  bool operator==(const Placed&) const = default;
  // A bit-field's bytes; packed ones of sysv64 may touch one more than their type has.
  std::uint64_t bytes() const { return (std::uint64_t{first_bit} + bits + 7) / 8; }
};

// kUnsupported for what has no layout (void, empty and incomplete structs),
// kInvalidArgument for descriptions that no compiler would take; the message
// names the member. Offsets are those of members(), in their order.
Expected<Layout> LayoutOf(const Type& type, Abi abi);
Expected<std::vector<std::uint64_t>> MemberOffsets(const Type& type, Abi abi);
Expected<std::vector<Placed>> PlaceMembers(const Type& type, Abi abi);

// A member by its name, also where it stands in anonymous members, whose offsets
// are added. kInvalidArgument suggests the nearest name.
struct NamedMember {
  Type type;
  Placed at;
};
Expected<NamedMember> FindMember(const Type& type, std::string_view name, Abi abi);

// A bit-field's value in the object at `object`, extended by its sign; writing
// leaves all other bits alone. Touches at.bytes() bytes at at.offset.
std::uint64_t ReadBits(const void* object, const Placed& at);
void WriteBits(void* object, const Placed& at, std::uint64_t value);

std::uint32_t PointerSize(Abi abi);
// Of a scalar, a pointer or a function; 0 of everything else, and of long double, whose width is the ABI's.
std::uint32_t ScalarBytes(Kind kind, std::uint32_t pointer_bytes);
constexpr bool IsAggregate(Kind kind) { return kind == Kind::kStruct || kind == Kind::kUnion; }
inline bool IsAggregate(const Type& type) { return IsAggregate(type.kind()); }
constexpr bool IsWin32(Abi abi) { return abi == Abi::kWin32Gnu || abi == Abi::kWin32Msvc; }
constexpr bool IsMsvc(Abi abi) { return abi == Abi::kWin64Msvc || abi == Abi::kWin32Msvc; }
Abi DefaultAbi(Arch arch);  // msvc, for DLLs that are not ours

std::string WithArticle(const Type& type);  // "a Point", "an int32"
std::string_view Name(Arch arch);  // "win64"
std::string_view Name(Abi abi);    // "win64-msvc"
Expected<Abi> ParseAbi(std::string_view name);
Expected<Arch> ParseArch(std::string_view name);

}  // namespace bridge
