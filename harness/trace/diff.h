// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/model/place.h"
#include "harness/trace/trace.h"

namespace spanproof {

// What two traces say differently, in the order of the left one, each by its
// place: "case memory.sort step 2 callback 1 argument 0 .data[17]: 3 against 4".
// The environments, addresses, times, messages and exit statuses of crashes
// are not compared. At most `limit_per_step` differences of one step.
struct CaseDifference {
  std::string id;          // of the case
  Difference difference;   // its place begins with "case ID"
};
std::vector<CaseDifference> CompareTraces(const Trace& left, const Trace& right,
                                          std::size_t limit_per_step = 16);

}  // namespace spanproof
