// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/model/record.h"
#include "harness/model/run_plan.h"

namespace spanproof {

// All that a run found out; reports/RESULTS.md says how it is written down.

struct LaneResult {
  Environment environment;
  bool baseline = false;
  bool must_fail = false;              // a testee that does nothing: passing is what is wrong
  std::string trace;                   // file, relative to the report's folder; empty: none
  std::vector<std::string> problems;   // beyond the verdicts: it did not start, a stale expectation...
  std::vector<std::string> pending;    // of a shard: problems if no other shard says otherwise
  bool operator==(const LaneResult& other) const {
    return environment.lane == other.environment.lane && baseline == other.baseline &&
           must_fail == other.must_fail && trace == other.trace && problems == other.problems &&
           pending == other.pending;
  }
};

// One difference between a lane's trace and the baseline's, baseline first.
struct LaneDifference {
  std::string id;     // of the case
  std::string place;  // "case ID step 2 argument 0 .data[17]"
  std::string baseline;
  std::string lane;
  bool operator==(const LaneDifference&) const = default;
};

struct LaneComparison {
  std::string baseline;
  std::string lane;
  std::size_t cases = 0;  // that both lived
  std::vector<LaneDifference> differences;
  bool operator==(const LaneComparison&) const = default;
};

enum class Colour : std::uint8_t { kGreen, kRed, kError, kNothingRan };
std::string_view Name(Colour colour);  // "green", "red", "error", "nothing-ran"

struct Results {
  std::string program;  // "spanproof 0.1.0"
  std::string started;  // UTC, ISO 8601
  double seconds = 0;
  bool interrupted = false;
  RunPlan plan;
  std::vector<LaneResult> lanes;
  std::vector<Verdict> verdicts;  // lane by lane, in the order of the suite
  std::vector<LaneComparison> comparisons;
  std::vector<std::string> notes;  // lanes that could not be, a baseline that is missing

  // kError: interrupted, or an outcome harness-error. kRed: a failure (in a
  // lane that must fail: a pass that is no problem's), a difference, a problem.
  Colour colour() const;
  // The first baseline lane, nullptr if none ran.
  const LaneResult* baseline() const;
  std::size_t Count(const std::string& lane, Outcome outcome) const;
};

// Process exit status: 0 green, 1 red, 2 error, 3 nothing ran.
int ExitCode(Colour colour);

}  // namespace spanproof
