// SPDX-License-Identifier: MIT
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "harness/check/must_fail.h"
#include "harness/cli/commands.h"
#include "harness/cli/progress.h"
#include "harness/cli/report_folder.h"
#include "harness/run/compare_lanes.h"
#include "harness/run/digest.h"
#include "harness/run/expectations.h"
#include "harness/run/interrupt.h"
#include "harness/run/lane_runner.h"
#include "harness/run/wine_prefix.h"
#include "reports/report.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;

std::string TraceName(const Lane& lane) {
  std::string name = lane.Name();
  std::replace(name.begin(), name.end(), '/', '_');
  return name + ".trace";
}

// Everything from the arguments to the results; reports are the caller's.
class SuiteRun {
 public:
  SuiteRun(const Registry& registry, const RunArguments& arguments, const fs::path& output,
           Progress* progress)
      : registry_(registry), arguments_(arguments), output_(output), progress_(progress) {}

  Expected<Results> Run() {
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
    results_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return std::move(results_);
  }

 private:
  Expected<void> ReadSuite() {
    auto files = LoadSuite(SuiteFolder());
    if (!files) return tl::unexpected(files.error());
    files_ = std::move(*files);
    std::vector<fs::path> paths;
    for (const CaseFile& file : files_) paths.push_back(file.path);
    auto revision = RevisionOf(paths);
    if (!revision) return tl::unexpected(revision.error());
    revision_ = std::move(*revision);
    return {};
  }

  fs::path SuiteFolder() const {
    return arguments_.suite.empty() ? registry_.installation.suites() : arguments_.suite;
  }

  Expected<void> ChooseLanes() {
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

  Expected<void> RunOne(const Lane& lane) {
    WinePrefix* prefix = nullptr;
    if (lane.wine) {
      auto& own = prefixes_[lane.wine->label];
      if (!own && !interrupt_->raised()) {
        auto opened = WinePrefix::Open(
            *lane.wine, arguments_.prefix,
            [this](const std::string& line) { progress_->Tell(line); }, interrupt_->descriptor());
        if (!opened && !interrupt_->raised()) return tl::unexpected(opened.error());
        if (opened) own = std::move(*opened);
      }
      prefix = own.get();
    }
    const fs::path trace = TraceFolder() / TraceName(lane);
    auto outcome = RunLane({lane, registry_.installation, files_, arguments_.filter, revision_,
                            trace, std::chrono::seconds(arguments_.deadline_seconds),
                            prefix, interrupt_.get(), progress_});
    if (!outcome) return tl::unexpected(outcome.error());
    LaneResult& result = outcome->result;
    if (!result.trace.empty()) {
      result.trace = fs::proximate(fs::absolute(trace), fs::absolute(output_)).string();
    }
    if (auto held = HoldToExpectations(lane, &outcome->verdicts, &result); !held) return held;
    results_.lanes.push_back(std::move(result));
    for (Verdict& verdict : outcome->verdicts) results_.verdicts.push_back(std::move(verdict));
    return {};
  }

  fs::path TraceFolder() const {
    return arguments_.traces.empty() ? output_ / "traces" : arguments_.traces;
  }

  Expected<void> HoldToExpectations(const Lane& lane, std::vector<Verdict>* verdicts, LaneResult* result) {
    const fs::path folder = arguments_.expect.empty() ? SuiteFolder() / "expectations" : arguments_.expect;
    const fs::path list = folder / (result->environment.testee + ".json");
    const bool complete = arguments_.filter.empty() && !interrupt_->raised();
    std::vector<std::string> problems;
    const auto known = LoadKnownFailures(list);
    if (!known) return tl::unexpected(known.error());
    if (*known) {
      const Circumstances here{lane.architecture, result->environment.abi, lane.testee.kind,
                               lane.wine ? lane.wine->version : ""};
      problems = HoldToKnownFailures(**known, here, lane.Name(), complete, verdicts);
    } else {
      const auto must_fail = LoadMustFail(list);
      if (!must_fail) return tl::unexpected(must_fail.error());
      if (!*must_fail) return {};
      result->must_fail = true;
      problems = CheckMustFail(**must_fail, *verdicts, complete);
    }
    for (std::string& problem : problems) result->problems.push_back(std::move(problem));
    return {};
  }

  const Registry& registry_;
  const RunArguments& arguments_;
  const fs::path& output_;
  Progress* progress_;
  std::unique_ptr<Interrupt> interrupt_;
  std::vector<CaseFile> files_;
  std::string revision_;
  std::vector<Lane> lanes_;
  std::map<std::string, std::unique_ptr<WinePrefix>> prefixes_;  // by the label of the Wine
  Results results_;
};

}  // namespace

int RunSuite(const Registry& registry, const RunArguments& arguments) {
  const auto folder = ReportFolder::Take(arguments.output);
  if (!folder) return Complain(folder.error());
  const fs::path& output = (*folder)->path();
  const fs::path traces = arguments.traces.empty() ? output / "traces" : arguments.traces;
  if (auto made = MakeFolder(traces); !made) return Complain(made.error());
  Progress progress(isatty(STDERR_FILENO) != 0);
  auto results = SuiteRun(registry, arguments, output, &progress).Run();
  progress.Clear();
  if (!results) return Complain(results.error());
  if (auto written = WriteReports(*results, output); !written) return Complain(written.error());
  fmt::print("{}report: {}\n", RenderTerminal(*results, isatty(STDOUT_FILENO) != 0),
             (output / "index.html").string());
  return ExitCode(results->colour());
}

}  // namespace spanproof
