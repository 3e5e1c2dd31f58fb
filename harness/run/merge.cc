// SPDX-License-Identifier: MIT
#include "harness/run/merge.h"

#include <algorithm>
#include <set>

#include "harness/run/compare_lanes.h"
#include "harness/run/merge_lane.h"

namespace spanproof {
namespace {

tl::unexpected<Error> Refuse(const std::string& what) { return Fail(ErrorCode::kInvalidArgument, what); }

std::string Lanes(const Results& results) {
  std::string names;
  for (const LaneResult& lane : results.lanes) names += (names.empty() ? "" : ", ") + lane.environment.lane;
  return names;
}

// Each of them once, and all of the same run.
Expected<void> CheckShards(const std::vector<ShardReport>& shards) {
  if (shards.empty()) return Refuse("no shard is given");
  const ShardReport& first = shards.front();
  const std::uint32_t count = first.results.plan.shard.count;
  std::set<std::uint32_t> seen;
  for (const ShardReport& one : shards) {
    const Shard& shard = one.results.plan.shard;
    const std::string name = one.folder.string();
    if (shard.whole()) return Refuse(name + " is a whole run and no shard");
    if (shard.count != count) {
      return Refuse(name + " is shard " + shard.Spell() + ", but " + first.folder.string() + " is " +
                    first.results.plan.shard.Spell());
    }
    if (!seen.insert(shard.number).second) return Refuse("shard " + shard.Spell() + " is given twice, the second time as " + name);
    RunPlan plan = one.results.plan;
    plan.shard = first.results.plan.shard;
    if (plan != first.results.plan || one.results.program != first.results.program) {
      return Refuse(name + " is of another run than " + first.folder.string() +
                    ": program, suite, filter and the rest of \"plan\" must be the same");
    }
    if (Lanes(one.results) != Lanes(first.results)) {
      return Refuse(name + " ran " + Lanes(one.results) + ", but " + first.folder.string() + " ran " + Lanes(first.results));
    }
  }
  std::string missing;
  for (std::uint32_t number = 1; number <= count; ++number) {
    if (!seen.contains(number)) missing += (missing.empty() ? "" : ", ") + Shard{number, count}.Spell();
  }
  return missing.empty() ? Expected<void>() : Refuse("missing: shard " + missing);
}

}  // namespace

Expected<Results> MergeShards(std::vector<ShardReport> shards, const std::filesystem::path& output) {
  if (auto good = CheckShards(shards); !good) return tl::unexpected(good.error());
  std::sort(shards.begin(), shards.end(), [](const ShardReport& left, const ShardReport& right) {
    return left.results.plan.shard.number < right.results.plan.shard.number;
  });
  Results merged;
  merged.program = shards.front().results.program;
  merged.started = shards.front().results.started;
  merged.plan = shards.front().results.plan;
  merged.plan.shard = {};
  for (const ShardReport& shard : shards) {
    merged.started = std::min(merged.started, shard.results.started);
    merged.seconds += shard.results.seconds;
    merged.interrupted = merged.interrupted || shard.results.interrupted;
    for (const std::string& note : shard.results.notes) {
      const bool known = std::find(merged.notes.begin(), merged.notes.end(), note) != merged.notes.end();
      if (!known) merged.notes.push_back(note);
    }
  }
  for (std::size_t lane = 0; lane < shards.front().results.lanes.size(); ++lane) {
    auto joined = MergeLane(shards, lane, output);
    if (!joined) return tl::unexpected(joined.error());
    merged.lanes.push_back(std::move(joined->result));
    for (Verdict& verdict : joined->verdicts) merged.verdicts.push_back(std::move(verdict));
  }
  if (auto done = CompareLanes(output, &merged); !done) return tl::unexpected(done.error());
  return merged;
}

}  // namespace spanproof
