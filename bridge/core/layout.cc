// SPDX-License-Identifier: MIT
#include <algorithm>

#include "bridge/core/type.h"

namespace bridge {
namespace {

constexpr std::uint64_t kMaxBytes = UINT64_MAX / 4;

tl::unexpected<Error> TooLarge(const Type& type) {
  return Fail(ErrorCode::kInvalidArgument, type.Spell() + " is larger than any memory");
}

bool IsWin32(Abi abi) { return abi == Abi::kWin32Gnu || abi == Abi::kWin32Msvc; }

std::uint64_t AlignUp(std::uint64_t value, std::uint64_t align) { return (value + align - 1) / align * align; }

Expected<Layout> ScalarLayout(Kind kind, Abi abi) {
  switch (kind) {
    case Kind::kBool:
    case Kind::kInt8:
    case Kind::kUint8: return Layout{1, 1};
    case Kind::kInt16:
    case Kind::kUint16:
    case Kind::kChar16: return Layout{2, 2};
    case Kind::kInt32:
    case Kind::kUint32:
    case Kind::kFloat: return Layout{4, 4};
    case Kind::kInt64:
    case Kind::kUint64:
    case Kind::kDouble: return Layout{8, 8};  // 8 on win32 too: Windows compilers align them so in structs
    case Kind::kPointer:
    case Kind::kFunction: return Layout{PointerSize(abi), PointerSize(abi)};
    default: return Fail(ErrorCode::kUnsupported, "a void has no layout");
  }
}

// Walks the members once; `offsets` may be null.
Expected<Layout> AggregateLayout(const Type& type, Abi abi, std::vector<std::uint64_t>* offsets) {
  if (type.members().empty())
    return Fail(ErrorCode::kUnsupported, "struct " + type.Spell() + " has no members");
  Layout whole{0, 1};
  for (const Type::Member& member : type.members()) {
    auto part = LayoutOf(member.type, abi);
    if (!part) return part;
    const std::uint64_t align = type.pack() ? std::min<std::uint64_t>(part->align, type.pack()) : part->align;
    const std::uint64_t offset = type.kind() == Kind::kUnion ? 0 : AlignUp(whole.size, align);
    if (offsets) offsets->push_back(offset);
    whole.size = std::max(whole.size, offset + part->size);
    whole.align = std::max(whole.align, align);
    // No part is larger, so that no sum of two wraps round.
    if (whole.size > kMaxBytes) return TooLarge(type);
  }
  whole.size = AlignUp(whole.size, whole.align);
  return whole;
}

}  // namespace

std::uint32_t PointerSize(Abi abi) { return IsWin32(abi) ? 4 : 8; }

Abi DefaultAbi(Arch arch) { return arch == Arch::kWin64 ? Abi::kWin64Msvc : Abi::kWin32Msvc; }

Expected<Layout> LayoutOf(const Type& type, Abi abi) {
  switch (type.kind()) {
    case Kind::kStruct:
    case Kind::kUnion: return AggregateLayout(type, abi, nullptr);
    case Kind::kArray: {
      auto element = LayoutOf(type.element(), abi);
      if (!element) return element;
      if (type.count() != 0 && element->size > kMaxBytes / type.count()) return TooLarge(type);
      return Layout{element->size * type.count(), element->align};
    }
    default: return ScalarLayout(type.kind(), abi);
  }
}

Expected<std::vector<std::uint64_t>> MemberOffsets(const Type& type, Abi abi) {
  std::vector<std::uint64_t> offsets;
  auto layout = AggregateLayout(type, abi, &offsets);
  if (!layout) return tl::unexpected(layout.error());
  return offsets;
}

}  // namespace bridge
