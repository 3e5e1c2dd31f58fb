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

double Histogram::Quantile(double q) const {
  const auto wanted = static_cast<std::uint64_t>(q * static_cast<double>(count_));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (buckets_[i] == 0 || seen <= wanted) continue;
    if (i < (1u << kFine)) return static_cast<double>(i);
    const std::size_t shift = (i >> kFine) - 1;
    const auto low = static_cast<double>(((i & ((1u << kFine) - 1)) | (1u << kFine)) << shift);
    return low + static_cast<double>(std::uint64_t{1} << shift) / 2;
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
