// SPDX-License-Identifier: MIT
#include "bridge/core/type.h"

namespace bridge {

std::uint64_t ReadBits(const void* object, const Placed& at) {
  const auto* bytes = static_cast<const unsigned char*>(object) + at.offset;
  std::uint64_t value = 0;
  for (unsigned bit = 0; bit < at.bits; ++bit) {
    const unsigned place = at.first_bit + bit;
    value |= static_cast<std::uint64_t>(bytes[place / 8] >> place % 8 & 1) << bit;
  }
  if (at.is_signed && at.bits != 0 && at.bits < 64 && (value >> (at.bits - 1) & 1) != 0) value |= ~std::uint64_t{0} << at.bits;
  return value;
}

void WriteBits(void* object, const Placed& at, std::uint64_t value) {
  auto* bytes = static_cast<unsigned char*>(object) + at.offset;
  for (unsigned bit = 0; bit < at.bits; ++bit) {
    const unsigned place = at.first_bit + bit;
    const auto mask = static_cast<unsigned char>(1u << place % 8);
    bytes[place / 8] = static_cast<unsigned char>((value >> bit & 1) != 0 ? bytes[place / 8] | mask : bytes[place / 8] & ~mask);
  }
}

}  // namespace bridge
