// SPDX-License-Identifier: MIT
#include "bridge/bench/histogram.h"

#include <chrono>

namespace bridge::bench {

double NanosecondsPerTick() {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const std::uint64_t first = Ticks();
  while (Clock::now() - begin < std::chrono::milliseconds(100)) {
  }
  const std::uint64_t last = Ticks();
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / static_cast<double>(last - first);
}

double Histogram::Middle(std::size_t bucket) {
  if (bucket < (1u << kFine)) return static_cast<double>(bucket);
  const std::size_t shift = (bucket >> kFine) - 1;
  const auto low = static_cast<double>(((bucket & ((1u << kFine) - 1)) | (1u << kFine)) << shift);
  return low + static_cast<double>(std::uint64_t{1} << shift) / 2;
}

double Histogram::Quantile(double q) const {
  const double wanted = q * static_cast<double>(count_);
  double before = 0, previous = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    if (buckets_[i] == 0) continue;
    const auto here = static_cast<double>(buckets_[i]);
    if (before + here < wanted) {
      before += here;
      previous = Middle(i);
      continue;
    }
    // Clocks count in steps: what fell on one is spread from the middle to the step
    // below to the middle to the one above.
    std::size_t next = i + 1;
    while (next < buckets_.size() && buckets_[next] == 0) ++next;
    const double middle = Middle(i);
    const double low = before > 0 ? (previous + middle) / 2 : middle;
    const double high = next < buckets_.size() ? (middle + Middle(next)) / 2 : middle;
    return low + (high - low) * (wanted - before) / here;
  }
  return 0;
}

double ClockTicks() {
  Histogram histogram;
  for (int i = 0; i < 100000; ++i) {
    const std::uint64_t begin = Ticks();
    histogram.Add(Ticks() - begin);
  }
  return histogram.Quantile(0.5);
}

}  // namespace bridge::bench
