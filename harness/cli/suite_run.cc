// SPDX-License-Identifier: MIT
#include "harness/cli/suite_run.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "harness/run/compare_lanes.h"
#include "harness/run/digest.h"
#include "harness/run/hold_lane.h"
#include "harness/run/lane_runner.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;

std::string TraceName(const Lane& lane) {
  std::string name = lane.Name();
  std::replace(name.begin(), name.end(), '/', '_');
  return name + ".trace";
}

}  // namespace

Expected<Results> SuiteRun::Run() {
  const auto begin = std::chrono::steady_clock::now();
  results_.program = "spanproof " SPANPROOF_VERSION;
  results_.started = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
  // Before any thread or child, so that nothing is left behind by a Ctrl-C.
  auto interrupt = Interrupt::Install();
  if (!interrupt) return tl::unexpected(interrupt.error());
  interrupt_ = std::move(*interrupt);
  if (auto done = ReadSuite(); !done) return tl::unexpected(done.error());
  if (auto done = ChooseLanes(); !done) return tl::unexpected(done.error());
  for (const Lane& lane : lanes_) {
    if (auto done = RunOne(lane); !done) return tl::unexpected(done.error());
  }
  prefixes_.clear();
  results_.interrupted = interrupt_->raised();
  if (auto done = CompareLanes(output_, &results_); !done) return tl::unexpected(done.error());
  results_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return std::move(results_);
}

Expected<void> SuiteRun::ReadSuite() {
  auto files = LoadSuite(SuiteFolder());
  if (!files) return tl::unexpected(files.error());
  files_ = std::move(*files);
  std::vector<fs::path> paths;
  for (const CaseFile& file : files_) paths.push_back(file.path);
  auto revision = RevisionOf(paths);
  if (!revision) return tl::unexpected(revision.error());
  auto shard = ParseShard(arguments_.shard);
  if (!shard) return tl::unexpected(shard.error());
  results_.plan = {std::move(*revision), arguments_.filter, *shard};
  planned_ = PlanFiles(files_, SuiteFolder(), results_.plan);
  return {};
}

fs::path SuiteRun::SuiteFolder() const {
  return arguments_.suite.empty() ? registry_.installation.suites() : arguments_.suite;
}

fs::path SuiteRun::TraceFolder() const { return arguments_.traces.empty() ? output_ / "traces" : arguments_.traces; }

fs::path SuiteRun::Expectations() const {
  return arguments_.expect.empty() ? SuiteFolder() / "expectations" : arguments_.expect;
}

Expected<void> SuiteRun::ChooseLanes() {
  if (arguments_.prefix && arguments_.wines.size() > 1) {
    return Fail(ErrorCode::kInvalidArgument, "one --prefix cannot serve several Wines");
  }
  const auto wines = FindWines(arguments_.wines, registry_.installation);
  if (!wines) return tl::unexpected(wines.error());
  const Lanes lanes = FindLanes(registry_.testees, *wines, registry_.installation);
  if (arguments_.lanes.empty()) {
    lanes_ = DefaultLanes(lanes);
    for (const std::string& missing : lanes.missing) {
      if (missing.starts_with("inproc/") || missing.starts_with("bridge/")) {
        results_.notes.push_back("lane left out, " + missing);
      }
    }
    return {};
  }
  auto chosen = SelectLanes(lanes, arguments_.lanes);
  if (!chosen) return tl::unexpected(chosen.error());
  lanes_ = std::move(*chosen);
  return {};
}

// Null where the lane has no Wine, or the run was interrupted.
Expected<WinePrefix*> SuiteRun::PrefixFor(const Lane& lane) {
  if (!lane.wine) return nullptr;
  auto& own = prefixes_[lane.wine->label];
  if (!own && !interrupt_->raised()) {
    auto opened = WinePrefix::Open(
        *lane.wine, arguments_.prefix, [this](const std::string& line) { progress_->Tell(line); },
        interrupt_->descriptor());
    if (!opened && !interrupt_->raised()) return tl::unexpected(opened.error());
    if (opened) own = std::move(*opened);
  }
  return own.get();
}

Expected<void> SuiteRun::RunOne(const Lane& lane) {
  const auto prefix = PrefixFor(lane);
  if (!prefix) return tl::unexpected(prefix.error());
  const fs::path trace = TraceFolder() / TraceName(lane);
  auto outcome = RunLane({lane, registry_.installation, planned_, results_.plan.suite, trace,
                          std::chrono::seconds(arguments_.deadline_seconds), *prefix, interrupt_.get(), progress_});
  if (!outcome) return tl::unexpected(outcome.error());
  LaneResult& result = outcome->result;
  if (!result.trace.empty()) result.trace = fs::proximate(fs::absolute(trace), fs::absolute(output_)).string();
  if (auto held = HoldLane(Expectations(), lane, results_.plan, interrupt_->raised(), &*outcome); !held) return held;
  results_.lanes.push_back(std::move(result));
  for (std::string& note : outcome->notes) results_.notes.push_back(std::move(note));
  for (Verdict& verdict : outcome->verdicts) results_.verdicts.push_back(std::move(verdict));
  return {};
}

}  // namespace spanproof
