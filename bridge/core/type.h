// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/error.h"

namespace bridge {

enum class Arch : std::uint8_t { kWin64, kWin32 };

// Every layout names its ABI; none is "the platform's" (DESIGN 2). The client's
// own memory is kSysv64, a DLL's one of the others.
enum class Abi : std::uint8_t { kWin64Msvc, kWin64Gnu, kWin32Msvc, kWin32Gnu, kSysv64 };

enum class Convention : std::uint8_t { kCdecl, kStdcall, kFastcall, kThiscall };

enum class Kind : std::uint8_t {
  kVoid,
  kBool,
  kInt8, kUint8, kInt16, kUint16, kInt32, kUint32, kInt64, kUint64,
  kFloat, kDouble,
  kChar16,    // wchar_t of Windows
  kPointer,   // to `element`; to kVoid: an opaque address that crosses as it is
  kFunction,  // a callback's address
  kStruct, kUnion, kArray,
};

struct TypeNode;

// A cheap handle on an immutable description. Values; compare by content of
// the description, not by identity.
class Type {
 public:
  Type() = default;  // void
  explicit Type(Kind scalar) : kind_(scalar) {}

  // `read_only`: whoever is given the pointer promises not to write (const T*).
  static Type Pointer(Type element, bool read_only = false);
  static Type Array(Type element, std::uint64_t count);
  struct Member;
  static Type Struct(std::string name, std::vector<Member> members, std::uint32_t pack = 0);
  static Type Union(std::string name, std::vector<Member> members, std::uint32_t pack = 0);

  Kind kind() const { return kind_; }
  const Type& element() const;                     // kPointer, kArray
  std::uint64_t count() const;                     // kArray
  bool read_only() const;                          // kPointer
  const std::vector<Member>& members() const;      // kStruct, kUnion
  std::uint32_t pack() const;                      // 0: the ABI's own alignment
  std::string Spell() const;                       // "int16*", "Image", "float[10]"

  bool operator==(const Type& other) const;

 private:
  Type(Kind kind, std::shared_ptr<const TypeNode> node) : kind_(kind), node_(std::move(node)) {}

  Kind kind_ = Kind::kVoid;
  std::shared_ptr<const TypeNode> node_;
};

struct Type::Member {
  std::string name;
  Type type;
  bool operator==(const Member&) const = default;
};

inline const Type kVoid{Kind::kVoid};
inline const Type kInt8{Kind::kInt8}, kUint8{Kind::kUint8}, kInt16{Kind::kInt16}, kUint16{Kind::kUint16};
inline const Type kInt32{Kind::kInt32}, kUint32{Kind::kUint32}, kInt64{Kind::kInt64}, kUint64{Kind::kUint64};
inline const Type kFloat{Kind::kFloat}, kDouble{Kind::kDouble}, kChar16{Kind::kChar16};

// Size and alignment in bytes.
struct Layout {
  std::uint64_t size = 0;
  std::uint64_t align = 1;
  bool operator==(const Layout&) const = default;
};

// kUnsupported for void and for empty structs. Offsets are those of members().
Expected<Layout> LayoutOf(const Type& type, Abi abi);
Expected<std::vector<std::uint64_t>> MemberOffsets(const Type& type, Abi abi);
std::uint32_t PointerSize(Abi abi);
Abi DefaultAbi(Arch arch);  // msvc, for DLLs that are not ours

std::string_view Name(Arch arch);  // "win64"
std::string_view Name(Abi abi);    // "win64-msvc"
Expected<Abi> ParseAbi(std::string_view name);
Expected<Arch> ParseArch(std::string_view name);

}  // namespace bridge
