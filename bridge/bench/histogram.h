// SPDX-License-Identifier: MIT
#pragma once

#include <x86intrin.h>

#include <array>
#include <bit>
#include <cstdint>

namespace bridge::bench {

// The time stamp counter, ordered against what stands before it.
inline std::uint64_t Ticks() {
  _mm_lfence();
  return __rdtsc();
}

// Nanoseconds of a tick, measured against the steady clock.
double NanosecondsPerTick();

// Ticks of single calls, in buckets of 1/32 of a power of two: 3 % wide at most.
class Histogram {
 public:
  void Add(std::uint64_t ticks) {
    ++buckets_[Bucket(ticks)];
    ++count_;
  }
  std::uint64_t count() const { return count_; }
  // The quantile in ticks, interpolated where it falls between two steps of the clock; 0 where nothing was added.
  double Quantile(double q) const;

 private:
  static constexpr unsigned kFine = 5;  // log2 of the buckets per power of two

  static double Middle(std::size_t bucket);
  static std::size_t Bucket(std::uint64_t ticks) {
    if (ticks < (1u << kFine)) return ticks;
    const unsigned shift = static_cast<unsigned>(std::bit_width(ticks)) - kFine - 1;
    return ((shift + 1) << kFine) + ((ticks >> shift) & ((1u << kFine) - 1));
  }
  std::array<std::uint64_t, (65 - kFine) << kFine> buckets_{};
  std::uint64_t count_ = 0;
};

// What reading the clock twice costs: the same histogram around nothing.
double ClockTicks();

}  // namespace bridge::bench
