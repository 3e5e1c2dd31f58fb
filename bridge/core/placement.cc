// SPDX-License-Identifier: MIT
#include "bridge/core/placement.h"

#include <algorithm>

namespace bridge::internal {
namespace {

std::uint64_t AlignUp(std::uint64_t value, std::uint64_t align) { return (value + align - 1) / align * align; }

std::uint64_t Lowered(std::uint64_t align, std::uint64_t pack) { return pack != 0 ? std::min(align, pack) : align; }

Placed AtByte(std::uint64_t offset) { return {.offset = offset}; }
Placed AtBit(std::uint64_t bit, std::uint8_t bits) {
  return {.offset = bit / 8, .first_bit = static_cast<std::uint8_t>(bit % 8), .bits = bits};
}

}  // namespace

// Bit-fields share a unit of their declared size while that size stays the same
// and bits are left. The unit counts whole, in unions too.
Shape PlaceMsvc(const Frame& frame, const std::vector<Part>& parts, std::vector<Placed>* places) {
  Shape whole;
  std::uint64_t unit = 0, left = 0;  // of the open unit: bytes (0: none), bits not used
  for (const Part& part : parts) {
    const bool field = part.bits.has_value();
    const std::uint64_t demanded = field ? 1 : part.shape.demanded;
    const std::uint64_t align = std::max(Lowered(part.shape.align, frame.pack), demanded);
    if (field && *part.bits == 0) {
      // Means something only after another bit-field, whose unit it closes.
      places->push_back(AtByte(frame.is_union ? 0 : whole.size));
      if (unit == 0) continue;
      unit = 0;
      if (frame.is_union) {
        whole.size = std::max(whole.size, part.shape.size);
      } else {
        whole.size = AlignUp(whole.size, align);
        whole.align = std::max(whole.align, align);
      }
      continue;
    }
    if (field && !frame.is_union && unit == part.shape.size && left >= *part.bits) {
      places->push_back(AtBit(whole.size * 8 - left, *part.bits));
      left -= *part.bits;
      continue;
    }
    const std::uint64_t offset = frame.is_union ? 0 : AlignUp(whole.size, align);
    places->push_back(field ? AtBit(offset * 8, *part.bits) : AtByte(offset));
    unit = field ? part.shape.size : 0;
    left = field ? part.shape.size * 8 - *part.bits : 0;
    whole.size = std::max(whole.size, offset + part.shape.size);
    // A union's bit-fields do not raise its alignment.
    if (!(field && frame.is_union)) whole.align = std::max(whole.align, align);
    whole.demanded = std::max(whole.demanded, demanded);
  }
  whole.demanded = std::max(whole.demanded, frame.align);
  whole.align = std::max(whole.align, whole.demanded);
  whole.size = AlignUp(whole.size, whole.align);
  // An alignment that was said, however small, makes the type's whole alignment one that is demanded.
  if (frame.align != 0) whole.demanded = whole.align;
  return whole;
}

// gcc's -mms-bitfields, the default for Windows: units as Microsoft has them in
// structs, but in unions only the bytes that a bit-field touches, and `pack`
// lowers whatever stands inside.
Shape PlaceMingw(const Frame& frame, const std::vector<Part>& parts, std::vector<Placed>* places) {
  Shape whole;
  std::uint64_t unit = 0, left = 0;
  for (const Part& part : parts) {
    const std::uint64_t align = Lowered(part.shape.align, frame.pack);
    if (!part.bits) {
      const std::uint64_t offset = frame.is_union ? 0 : AlignUp(whole.size, align);
      places->push_back(AtByte(offset));
      whole.size = std::max(whole.size, offset + part.shape.size);
      whole.align = std::max(whole.align, align);
      unit = 0;
      continue;
    }
    if (frame.is_union) {
      places->push_back(AtBit(0, *part.bits));
      whole.size = std::max<std::uint64_t>(whole.size, (*part.bits + 7u) / 8);
      if (*part.bits != 0) whole.align = std::max(whole.align, align);
      continue;
    }
    if (*part.bits == 0) {
      places->push_back(AtByte(whole.size));
      if (unit == 0) continue;
      whole.size = AlignUp(whole.size, align);
      whole.align = std::max(whole.align, align);
      unit = 0;
      continue;
    }
    whole.align = std::max(whole.align, align);
    if (unit != part.shape.size || left < *part.bits) {
      whole.size = AlignUp(whole.size, align) + part.shape.size;
      unit = part.shape.size;
      left = unit * 8;
    }
    places->push_back(AtBit(whole.size * 8 - left, *part.bits));
    left -= *part.bits;
  }
  whole.align = std::max(whole.align, frame.align);
  whole.size = AlignUp(whole.size, whole.align);
  return whole;
}

// System V: bit-fields stand bit after bit and do not cross a boundary of their
// type's own alignment, unless `pack` is given, which lifts that.
Shape PlaceSysv(const Frame& frame, const std::vector<Part>& parts, std::vector<Placed>* places) {
  Shape whole;
  std::uint64_t end = 0;  // bits
  for (const Part& part : parts) {
    const std::uint64_t align = Lowered(part.shape.align, frame.pack);
    std::uint64_t at = frame.is_union ? 0 : end;
    if (!part.bits) {
      at = AlignUp(at, align * 8);
      places->push_back(AtByte(at / 8));
      end = std::max(end, at + part.shape.size * 8);
      whole.align = std::max(whole.align, align);
      continue;
    }
    const std::uint64_t own = part.shape.align * 8;
    // Not even `pack` keeps a field of no width from its type's boundary.
    if (*part.bits == 0 || (frame.pack == 0 && at % own + *part.bits > part.shape.size * 8)) at = AlignUp(at, own);
    places->push_back(AtBit(at, *part.bits));
    end = std::max(end, at + *part.bits);
    if (part.named) whole.align = std::max(whole.align, align);
  }
  whole.align = std::max(whole.align, frame.align);
  whole.size = AlignUp(AlignUp(end, 8) / 8, whole.align);
  return whole;
}

}  // namespace bridge::internal
