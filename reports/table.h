// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "harness/model/results.h"

namespace spanproof {

// What every report shows, independent of its form.
struct LaneCounts {
  static constexpr std::array<const char*, 8> kColumns = {
      "pass", "known-fail", "fail", "crash", "timeout", "unsupported", "skipped", "other"};
  std::string lane;
  std::array<std::size_t, 8> counts{};  // by kColumns
};
std::vector<LaneCounts> CountLanes(const Results& results);

// Whatever makes the run red or an error, in the order of the lanes.
struct Finding {
  std::string what;   // "fail", "difference", "problem"
  std::string where;  // lane and case
  std::string how;
};
std::vector<Finding> Findings(const Results& results);

}  // namespace spanproof
