// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/run/interrupt.h"
#include "harness/run/lane.h"
#include "harness/run/lane_outcome.h"
#include "harness/run/plan.h"
#include "harness/run/wine_prefix.h"
#include "harness/testee/process_testee.h"
#include "harness/trace/writer.h"

namespace spanproof {

// Hears of a run as it goes on.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void LaneBegins(const std::string& lane, std::size_t cases) = 0;
  virtual void CaseBegins(const std::string& id) = 0;
  virtual void CaseEnds(const Verdict& verdict) = 0;
};

struct LaneRun {
  const Lane& lane;
  const Installation& installation;
  const std::vector<PlannedFile>& files;
  std::string suite_revision;
  std::filesystem::path trace_file;
  std::chrono::milliseconds deadline{10000};
  WinePrefix* prefix = nullptr;          // where the lane has Wine
  const Interrupt* interrupt = nullptr;  // may be absent
  RunObserver* observer = nullptr;
};

// All cases of the plan, in a fresh testee for each file and after each crash. Verdicts come in the order of the cases, one for each; the
// trace holds the cases that came to be judged. An error: no trace could be written.
Expected<LaneOutcome> RunLane(const LaneRun& run);

}  // namespace spanproof
