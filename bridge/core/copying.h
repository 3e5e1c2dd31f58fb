// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "bridge/core/access.h"
#include "bridge/core/plan.h"

namespace bridge {

// Copies `count` elements between the sides; pointers that are followed are left alone, and so are the bits
// beside bit-fields. Local memory is written only where it differs (it may be read-only), flat nodes outright.
// The first address that cannot be written ends it, and is returned; null: all was copied.
void CopyToFrame(const Plan& plan, const Node& node, std::byte* frame, const std::byte* local, std::uint64_t count);
const std::byte* CopyToLocal(const Plan& plan, const Node& node, std::byte* local, const std::byte* frame, std::uint64_t count,
                             const Access* access = nullptr);

std::uint64_t LoadPointer(const std::byte* at, std::uint8_t width);
void StorePointer(std::byte* at, std::uint64_t value, std::uint8_t width);
// The address, if it cannot be written; null: it was.
const std::byte* StorePointer(std::byte* at, std::uint64_t value, std::uint8_t width, const Access* access);

// Where in an array of the node's elements the byte stands that is `offset` bytes into the same array on the other
// side; the start of its element, where that byte has no place of its own there.
std::uint64_t ToLocalOffset(const Node& node, std::uint64_t offset);
std::uint64_t ToFrameOffset(const Node& node, std::uint64_t offset);

}  // namespace bridge
