// SPDX-License-Identifier: MIT
#include "harness/run/compare_lanes.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "harness/trace/diff.h"
#include "harness/trace/reader.h"

namespace spanproof {
namespace {

constexpr std::string_view kNoBaseline = "no baseline ran beside ";

std::string ArchitectureOf(const LaneResult& lane) {
  const std::string& name = lane.environment.lane;
  return name.substr(name.rfind('/') + 1);
}

// "wine-8.0" in "bridge@wine-8.0/win64": what the testee runs on.
std::string PlaceOf(const LaneResult& lane) {
  const std::string& name = lane.environment.lane;
  const std::size_t at = name.find('@') + 1;
  return name.substr(at, name.rfind('/') - at);
}

// Native Windows outranks everything, then comes the compiled engine: on the
// same Wine, or else on the first. That of a further Wine is itself held
// against the first one's, for what differs between versions.
const LaneResult* BaselineFor(const LaneResult& lane, const std::vector<LaneResult>& lanes) {
  const LaneResult *native = nullptr, *same = nullptr, *first = nullptr;
  for (const LaneResult& one : lanes) {
    if (!one.baseline || one.trace.empty() || ArchitectureOf(one) != ArchitectureOf(lane)) continue;
    if (native == nullptr && one.environment.native()) native = &one;
    if (same == nullptr && PlaceOf(one) == PlaceOf(lane)) same = &one;
    if (first == nullptr) first = &one;
  }
  if (native != nullptr) return native;
  return same != nullptr && same != &lane ? same : first;
}

std::set<std::string> Ids(const Trace& trace) {
  std::set<std::string> ids;
  for (const TracedCase& one : trace.cases) ids.insert(one.record.id);
  return ids;
}

// What fails in a known way differs from the truth in a known way.
std::set<std::string> KnownToFail(const Results& results, const std::string& lane) {
  std::set<std::string> ids;
  for (const Verdict& verdict : results.verdicts) {
    if (verdict.lane == lane && verdict.outcome == Outcome::kKnownFail) ids.insert(verdict.id);
  }
  return ids;
}

std::map<std::string, std::size_t> PlacesOf(const Results& results, const std::string& lane) {
  std::map<std::string, std::size_t> places;
  for (const Verdict& verdict : results.verdicts) {
    if (verdict.lane == lane) places.emplace(verdict.id, places.size());
  }
  return places;
}

// Traces have the order in which their lanes ran.
void Sort(const std::map<std::string, std::size_t>& places, std::vector<LaneDifference>* differences) {
  const auto place = [&](const LaneDifference& one) {
    const auto found = places.find(one.id);
    return found == places.end() ? places.size() : found->second;
  };
  std::stable_sort(differences->begin(), differences->end(),
                   [&](const auto& left, const auto& right) { return place(left) < place(right); });
}

}  // namespace

Expected<void> CompareLanes(const std::filesystem::path& folder, Results* results) {
  results->comparisons.clear();
  std::erase_if(results->notes, [](const std::string& one) { return one.starts_with(kNoBaseline); });
  for (const LaneResult& lane : results->lanes) {
    if (lane.must_fail || lane.trace.empty()) continue;
    const LaneResult* baseline = BaselineFor(lane, results->lanes);
    if (baseline == nullptr) {
      results->notes.push_back(std::string(kNoBaseline) + lane.environment.lane +
                               ": its trace was compared with nothing");
      continue;
    }
    if (baseline == &lane) continue;
    auto truth = ReadTraceFile(folder / baseline->trace);
    if (!truth) return tl::unexpected(truth.error());
    auto trace = ReadTraceFile(folder / lane.trace);
    if (!trace) return tl::unexpected(trace.error());

    const std::set<std::string> known = Ids(*truth), lived = Ids(*trace);
    LaneComparison comparison{baseline->environment.lane, lane.environment.lane, 0, {}};
    comparison.cases = static_cast<std::size_t>(std::count_if(
        lived.begin(), lived.end(), [&](const std::string& id) { return known.contains(id); }));
    const auto excused = KnownToFail(*results, lane.environment.lane);
    const auto excused_there = KnownToFail(*results, baseline->environment.lane);
    for (CaseDifference& one : CompareTraces(*truth, *trace)) {
      if (excused.contains(one.id) || excused_there.contains(one.id)) continue;
      // Cases that only one lane lived have their verdicts to explain it.
      if (!known.contains(one.id) || !lived.contains(one.id)) continue;
      comparison.differences.push_back({one.id, std::move(one.difference.place),
                                        std::move(one.difference.left),
                                        std::move(one.difference.right)});
    }
    Sort(PlacesOf(*results, lane.environment.lane), &comparison.differences);
    results->comparisons.push_back(std::move(comparison));
  }
  return {};
}

}  // namespace spanproof
