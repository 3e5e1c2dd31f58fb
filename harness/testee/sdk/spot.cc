// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/spot.h"

#include <algorithm>

namespace spanproof {
namespace {

// `offset` lies in the type or at its end.
Expected<std::uint64_t> Within(const TypeTable& types, TypeId id, std::uint64_t offset, Abi from, Abi to) {
  const Type& type = types[id];
  const auto here = LayoutOf(types, id, from), there = LayoutOf(types, id, to);
  if (!here) return tl::unexpected(here.error());
  if (!there) return tl::unexpected(there.error());
  if (const auto element = FlexibleElement(types, id)) {
    const auto offsets = FieldOffsets(types, id, from), others = FieldOffsets(types, id, to);
    const auto each = LayoutOf(types, *element, from), other = LayoutOf(types, *element, to);
    if (offsets && others && each && other && offset >= offsets->back()) {
      const std::uint64_t index = (offset - offsets->back()) / each->size;
      return Within(types, *element, (offset - offsets->back()) % each->size, from, to).map([&](std::uint64_t rest) {
        return others->back() + index * other->size + rest;
      });
    }
  }
  if (offset >= here->size) return there->size + (offset - here->size);
  if (type.kind == Kind::kArray) {
    const auto element = LayoutOf(types, type.element, from), other = LayoutOf(types, type.element, to);
    if (!element) return tl::unexpected(element.error());
    if (!other) return tl::unexpected(other.error());
    const std::uint64_t index = offset / element->size;
    return Within(types, type.element, offset % element->size, from, to).map([&](std::uint64_t rest) {
      return index * other->size + rest;
    });
  }
  if (type.kind != Kind::kStruct) return std::min(offset, there->size);
  const auto offsets = FieldOffsets(types, id, from), others = FieldOffsets(types, id, to);
  if (!offsets) return tl::unexpected(offsets.error());
  if (!others) return tl::unexpected(others.error());
  // The last member that begins there or before; padding belongs to what precedes it.
  std::size_t member = 0;
  while (member + 1 < offsets->size() && (*offsets)[member + 1] <= offset) ++member;
  return Within(types, type.fields[member].type, offset - (*offsets)[member], from, to).map([&](std::uint64_t rest) {
    return (*others)[member] + rest;
  });
}

}  // namespace

Expected<std::int64_t> SameSpot(const TypeTable& types, TypeId type, std::int64_t offset, Abi from, Abi to) {
  if (offset <= 0 || from == to) return offset;
  return Within(types, type, static_cast<std::uint64_t>(offset), from, to).map([](std::uint64_t spot) {
    return static_cast<std::int64_t>(spot);
  });
}

}  // namespace spanproof
