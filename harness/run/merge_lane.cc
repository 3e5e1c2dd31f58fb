// SPDX-License-Identifier: MIT
#include "harness/run/merge_lane.h"

#include <algorithm>
#include <map>
#include <set>

#include "harness/trace/reader.h"
#include "harness/trace/writer.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> Refuse(const std::string& what) { return Fail(ErrorCode::kInvalidArgument, what); }

// What must be the same wherever the parts of one run are lived; machines may differ.
std::string Difference(const Environment& left, const Environment& right) {
  const std::pair<const char*, std::string Environment::*> members[] = {
      {"testee", &Environment::testee},     {"testee_version", &Environment::testee_version},
      {"engine", &Environment::engine},     {"abi", &Environment::abi},
      {"os", &Environment::os},             {"wine_version", &Environment::wine_version},
      {"compiler", &Environment::compiler}, {"suite_revision", &Environment::suite_revision}};
  for (const auto& [name, member] : members) {
    if (left.*member != right.*member) return std::string(name) + " is " + right.*member + " and not " + left.*member;
  }
  return left.dlls == right.dlls ? std::string() : "the fixture DLLs are others";
}

// A shard in which no testee said hello knows no environment.
bool IsKnown(const Environment& environment) { return !environment.abi.empty(); }

Expected<Environment> JoinEnvironments(const std::vector<ShardReport>& shards, std::size_t lane) {
  Environment joined = shards.front().results.lanes[lane].environment;
  for (const ShardReport& shard : shards) {
    const Environment& one = shard.results.lanes[lane].environment;
    if (!IsKnown(one)) continue;
    if (!IsKnown(joined)) joined = one;
    if (const std::string difference = Difference(joined, one); !difference.empty()) {
      return Refuse(shard.folder.string() + ": in lane " + one.lane + " " + difference);
    }
    if (joined.cpu.find(one.cpu) == std::string::npos) joined.cpu += ", " + one.cpu;
  }
  return joined;
}

// The suite is sorted by paths, part by part.
bool IsBefore(const Verdict& left, const Verdict& right) { return fs::path(left.file) < fs::path(right.file); }

Expected<std::vector<Verdict>> JoinVerdicts(const std::vector<ShardReport>& shards, const std::string& lane) {
  std::vector<Verdict> joined;
  std::set<std::string> seen;
  for (const ShardReport& shard : shards) {
    for (const Verdict& one : shard.results.verdicts) {
      if (one.lane != lane) continue;
      if (!seen.insert(one.id).second) return Refuse(shard.folder.string() + ": another shard has lived " + one.id + " too");
      joined.push_back(one);
    }
  }
  std::stable_sort(joined.begin(), joined.end(), IsBefore);
  return joined;
}

void JoinProblems(const std::vector<ShardReport>& shards, std::size_t lane, LaneResult* joined) {
  std::vector<std::string> pending = shards.front().results.lanes[lane].pending;
  for (const ShardReport& shard : shards) {
    const LaneResult& one = shard.results.lanes[lane];
    joined->problems.insert(joined->problems.end(), one.problems.begin(), one.problems.end());
    std::erase_if(pending, [&](const std::string& problem) {
      return std::find(one.pending.begin(), one.pending.end(), problem) == one.pending.end();
    });
  }
  joined->problems.insert(joined->problems.end(), pending.begin(), pending.end());
  SortProblems(joined);
}

Expected<void> Copy(const Trace& from, const TracedCase& lived, const TracedDeclarations** declared, TraceWriter* writer) {
  const TracedDeclarations& declarations = from.declarations[lived.declarations];
  Expected<void> done;
  if (*declared != &declarations) done = writer->Declare(declarations);
  *declared = &declarations;
  if (done) done = writer->BeginCase(lived.record.id, lived.objects, lived.callbacks);
  for (const StepRecord& step : lived.record.steps) {
    if (done) done = writer->AddStep(step);
  }
  if (done) done = writer->EndCase();
  return done;
}

Expected<void> JoinTraces(const std::vector<ShardReport>& shards, std::size_t lane, const fs::path& output,
                          LaneOutcome* joined) {
  std::vector<Trace> traces;
  fs::path file;
  for (const ShardReport& shard : shards) {
    const std::string& name = shard.results.lanes[lane].trace;
    if (name.empty()) continue;
    auto trace = ReadTraceFile(shard.folder / name);
    if (!trace) return tl::unexpected(trace.error());
    file = fs::path("traces") / fs::path(name).filename();
    traces.push_back(std::move(*trace));
  }
  if (traces.empty()) return {};
  std::map<std::string, std::pair<const Trace*, const TracedCase*>> lived;
  for (const Trace& trace : traces) {
    for (const TracedCase& one : trace.cases) lived[one.record.id] = {&trace, &one};
  }
  Environment environment = joined->result.environment;
  environment.kind = traces.front().environment.kind;  // which results.json does not tell
  auto writer = TraceWriter::Create(output / file, environment);
  if (!writer) return tl::unexpected(writer.error());
  const TracedDeclarations* declared = nullptr;
  for (const Verdict& verdict : joined->verdicts) {
    const auto found = lived.find(verdict.id);
    if (found == lived.end()) continue;
    const auto& [trace, one] = found->second;
    if (auto copied = Copy(*trace, *one, &declared, writer->get()); !copied) return copied;
  }
  joined->result.trace = file.string();
  return (*writer)->Finish();
}

}  // namespace

Expected<LaneOutcome> MergeLane(const std::vector<ShardReport>& shards, std::size_t lane, const fs::path& output) {
  LaneOutcome joined;
  const LaneResult& first = shards.front().results.lanes[lane];
  auto environment = JoinEnvironments(shards, lane);
  if (!environment) return tl::unexpected(environment.error());
  joined.result.environment = std::move(*environment);
  joined.result.baseline = first.baseline;
  joined.result.must_fail = first.must_fail;
  for (const ShardReport& shard : shards) {
    if (shard.results.lanes[lane].must_fail == first.must_fail) continue;
    return Refuse(shard.folder.string() + ": another list of expectations was held against " + first.environment.lane);
  }
  auto verdicts = JoinVerdicts(shards, first.environment.lane);
  if (!verdicts) return tl::unexpected(verdicts.error());
  joined.verdicts = std::move(*verdicts);
  JoinProblems(shards, lane, &joined.result);
  if (auto done = JoinTraces(shards, lane, output, &joined); !done) return tl::unexpected(done.error());
  return joined;
}

}  // namespace spanproof
