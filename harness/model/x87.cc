// SPDX-License-Identifier: MIT
#include <bit>

#include "harness/model/value.h"

namespace spanproof {
namespace {

// A double: 1 sign, 11 exponent (bias 1023), 52 fraction bits. x87's extended
// format: 1 sign, 15 exponent (bias 16383), 64 significand bits, the leading
// one among them.
constexpr int kFractionBits = 52;
constexpr int kShift = 63 - kFractionBits;
constexpr int kDoubleBias = 1023;
constexpr int kBias = 16383;
constexpr unsigned kAllOnes = 0x7fff;
constexpr std::uint64_t kLeadingOne = std::uint64_t{1} << 63;
constexpr std::uint64_t kFraction = (std::uint64_t{1} << kFractionBits) - 1;

}  // namespace

Scalar WidenToX87(std::uint64_t bits) {
  const unsigned sign = static_cast<unsigned>(bits >> 63) << 15;
  const int exponent = static_cast<int>(bits >> kFractionBits & 0x7ff);
  const std::uint64_t fraction = bits & kFraction;
  Scalar out{Kind::kLongDouble, kX87Width, 0};
  unsigned wide = 0;
  if (exponent == 0x7ff) {
    wide = kAllOnes;
    out.bits = kLeadingOne | fraction << kShift;
  } else if (exponent != 0) {
    wide = static_cast<unsigned>(exponent - kDoubleBias + kBias);
    out.bits = kLeadingOne | fraction << kShift;
  } else if (fraction != 0) {
    // What is subnormal as a double has a leading one here.
    const int zeros = std::countl_zero(fraction);
    out.bits = fraction << zeros;
    wide = static_cast<unsigned>(kBias - kDoubleBias + 1 + kShift - zeros);
  }
  out.high = static_cast<std::uint16_t>(sign | wide);
  return out;
}

std::optional<std::uint64_t> NarrowToDouble(const Scalar& x87) {
  const std::uint64_t sign = std::uint64_t{x87.high} >> 15 << 63;
  const unsigned wide = x87.high & kAllOnes;
  std::uint64_t bits = sign;
  if (wide == kAllOnes) {
    bits |= std::uint64_t{0x7ff} << kFractionBits | (x87.bits >> kShift & kFraction);
  } else if (x87.bits != 0) {
    const int exponent = static_cast<int>(wide) - kBias + kDoubleBias;
    if (exponent >= 0x7ff || exponent <= -kFractionBits) return std::nullopt;
    bits |= exponent > 0 ? static_cast<std::uint64_t>(exponent) << kFractionBits | (x87.bits >> kShift & kFraction)
                         : x87.bits >> (kShift + 1 - exponent);
  }
  // Whatever was lost on the way, pseudo-forms included, does not come back.
  const Scalar again = WidenToX87(bits);
  if (again.bits != x87.bits || again.high != x87.high) return std::nullopt;
  return bits;
}

}  // namespace spanproof
