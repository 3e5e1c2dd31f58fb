// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bridge/core/type.h"

namespace bridge::internal {

// How the members of one struct or union come to lie, as each family of
// compilers does it. The families agree on ordinary members and differ on
// bit-fields, on what `pack` may lower, and on a union's bit-fields. docs/ABIS.md
// lists where it shows; the facts are compilers' (tools/type_facts).

// What placing needs to know of a type, in bytes.
struct Shape {
  std::uint64_t size = 0;
  std::uint64_t align = 1;
  std::uint64_t demanded = 1;  // by alignas, inside too: Microsoft's `pack` does not lower it
};

struct Part {
  Shape shape;
  std::optional<std::uint8_t> bits;
  bool named = true;
};

struct Frame {
  bool is_union = false;
  std::uint64_t pack = 0;
  std::uint64_t align = 0;
};

// No part, and not all together, may be larger than 2^59 bytes. Each fills
// offset, first_bit and bits of `places`, one for each part.
Shape PlaceMsvc(const Frame& frame, const std::vector<Part>& parts, std::vector<Placed>* places);
Shape PlaceMingw(const Frame& frame, const std::vector<Part>& parts, std::vector<Placed>* places);
Shape PlaceSysv(const Frame& frame, const std::vector<Part>& parts, std::vector<Placed>* places);

}  // namespace bridge::internal
