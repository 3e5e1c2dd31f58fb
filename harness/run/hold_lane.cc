// SPDX-License-Identifier: MIT
#include "harness/run/hold_lane.h"

#include "harness/check/must_fail.h"
#include "harness/run/expectations.h"

namespace spanproof {

Expected<void> HoldLane(const std::filesystem::path& folder, const Lane& lane, const RunPlan& plan, bool interrupted,
                        LaneOutcome* outcome) {
  LaneResult& result = outcome->result;
  const std::filesystem::path list = folder / (lane.testee.name + ".json");
  ListProblems problems;
  const auto known = LoadKnownFailures(list);
  if (!known) return tl::unexpected(known.error());
  if (*known) {
    const Circumstances here{lane.architecture, result.environment.abi, lane.testee.kind,
                             lane.wine ? lane.wine->version : ""};
    problems = HoldToKnownFailures(**known, here, lane.Name(), &outcome->verdicts);
  } else {
    const auto must_fail = LoadMustFail(list);
    if (!must_fail) return tl::unexpected(must_fail.error());
    if (*must_fail) {
      result.must_fail = true;
      problems = CheckMustFail(**must_fail, outcome->verdicts);
    }
  }
  for (std::string& problem : problems.found) result.problems.push_back(std::move(problem));
  if (plan.OfAll() && !interrupted) {
    auto& where = plan.shard.whole() ? result.problems : result.pending;
    for (std::string& problem : problems.pending) where.push_back(std::move(problem));
  }
  SortProblems(&result);
  return {};
}

}  // namespace spanproof
