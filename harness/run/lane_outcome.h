// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "harness/model/results.h"

namespace spanproof {

// What one lane found out; verdicts are in the order of the suite.
struct LaneOutcome {
  LaneResult result;
  std::vector<Verdict> verdicts;
  std::vector<std::string> notes;  // for the report: starts that were made once more
};

// Problems have no order of their own: each once, by the alphabet, whatever ran first.
void SortProblems(LaneResult* lane);

}  // namespace spanproof
