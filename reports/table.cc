// SPDX-License-Identifier: MIT
#include "reports/table.h"

#include <algorithm>

namespace spanproof {
namespace {

std::size_t ColumnOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass: return 0;
    case Outcome::kKnownFail: return 1;
    case Outcome::kUnexpectedPass:
    case Outcome::kFail: return 2;
    case Outcome::kCrash: return 3;
    case Outcome::kTimeout: return 4;
    case Outcome::kUnsupported: return 5;
    case Outcome::kSkipped: return 6;
    default: return 7;
  }
}

bool IsFinding(const LaneResult& lane, Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
    case Outcome::kKnownFail:
    case Outcome::kUnsupported:
    case Outcome::kSkipped:
    case Outcome::kNotRun: return false;
    case Outcome::kHarnessError: return true;
    default: return !lane.must_fail;
  }
}

}  // namespace

std::vector<LaneCounts> CountLanes(const Results& results) {
  std::vector<LaneCounts> lanes;
  for (const LaneResult& lane : results.lanes) {
    LaneCounts& counts = lanes.emplace_back();
    counts.lane = lane.environment.lane;
    for (const Verdict& verdict : results.verdicts) {
      if (verdict.lane == counts.lane) ++counts.counts[ColumnOf(verdict.outcome)];
    }
  }
  return lanes;
}

std::vector<Finding> Findings(const Results& results) {
  std::vector<Finding> findings;
  for (const LaneResult& lane : results.lanes) {
    const std::string& name = lane.environment.lane;
    for (const Verdict& verdict : results.verdicts) {
      if (verdict.lane == name && IsFinding(lane, verdict.outcome)) {
        findings.push_back({std::string(Name(verdict.outcome)), name + " " + verdict.id,
                            verdict.message});
      }
    }
    for (const std::string& problem : lane.problems) findings.push_back({"problem", name, problem});
    for (const LaneComparison& comparison : results.comparisons) {
      if (comparison.lane != name) continue;
      for (const LaneDifference& one : comparison.differences) {
        findings.push_back({"difference", name + " and " + comparison.baseline,
                            one.place + ": " + one.baseline + " (baseline) against " + one.lane});
      }
    }
  }
  return findings;
}

}  // namespace spanproof
