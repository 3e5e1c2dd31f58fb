// SPDX-License-Identifier: MIT
#include "harness/model/results.h"

#include <algorithm>

namespace spanproof {
namespace {

bool IsFailure(Outcome outcome) {
  return outcome == Outcome::kFail || outcome == Outcome::kCrash || outcome == Outcome::kTimeout ||
         outcome == Outcome::kMissing || outcome == Outcome::kUnexpectedPass;
}

}  // namespace

std::string_view Name(Colour colour) {
  switch (colour) {
    case Colour::kGreen: return "green";
    case Colour::kRed: return "red";
    case Colour::kError: return "error";
    case Colour::kNothingRan: return "nothing-ran";
  }
  return "unknown";
}

Colour Results::colour() const {
  bool error = interrupted, red = false, ran = false;
  for (const Verdict& verdict : verdicts) {
    const auto lane = std::find_if(lanes.begin(), lanes.end(), [&](const LaneResult& one) {
      return one.environment.lane == verdict.lane;
    });
    const bool must_fail = lane != lanes.end() && lane->must_fail;
    error = error || verdict.outcome == Outcome::kHarnessError;
    ran = ran || verdict.outcome == Outcome::kPass || verdict.outcome == Outcome::kKnownFail ||
          IsFailure(verdict.outcome);
    // Where failing is right, what is wrong stands among the lane's problems.
    red = red || (IsFailure(verdict.outcome) && !must_fail);
  }
  for (const LaneResult& lane : lanes) red = red || !lane.problems.empty();
  for (const LaneComparison& one : comparisons) red = red || !one.differences.empty();
  if (error) return Colour::kError;
  if (red) return Colour::kRed;
  return ran ? Colour::kGreen : Colour::kNothingRan;
}

const LaneResult* Results::baseline() const {
  const auto found = std::find_if(lanes.begin(), lanes.end(),
                                  [](const LaneResult& one) { return one.baseline; });
  return found == lanes.end() ? nullptr : &*found;
}

std::size_t Results::Count(const std::string& lane, Outcome outcome) const {
  return static_cast<std::size_t>(
      std::count_if(verdicts.begin(), verdicts.end(), [&](const Verdict& one) {
        return one.lane == lane && one.outcome == outcome;
      }));
}

int ExitCode(Colour colour) {
  switch (colour) {
    case Colour::kGreen: return 0;
    case Colour::kRed: return 1;
    case Colour::kError: return 2;
    case Colour::kNothingRan: return 3;
  }
  return 2;
}

}  // namespace spanproof
