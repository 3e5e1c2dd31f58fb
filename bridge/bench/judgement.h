// SPDX-License-Identifier: MIT
#pragma once

#include <time.h>

namespace bridge::bench {

enum class Judgement { kHeld = 0, kMissed = 1, kUnfit = 4 };  // the exit statuses of --gate

// What spins without a pause has a CPU to itself; where its thread had less of
// one, what was measured is the machine's load.
inline constexpr double kCpuShare = 0.9;

inline double Seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace bridge::bench
