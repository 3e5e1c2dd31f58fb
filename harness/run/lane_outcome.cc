// SPDX-License-Identifier: MIT
#include "harness/run/lane_outcome.h"

#include <algorithm>

namespace spanproof {

void SortProblems(LaneResult* lane) {
  std::sort(lane->problems.begin(), lane->problems.end());
  lane->problems.erase(std::unique(lane->problems.begin(), lane->problems.end()), lane->problems.end());
}

}  // namespace spanproof
