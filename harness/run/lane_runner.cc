// SPDX-License-Identifier: MIT
#include "harness/run/lane_runner.h"

#include <algorithm>
#include <chrono>

#include "harness/check/check.h"
#include "harness/model/read_file.h"
#include "harness/run/case_runner.h"
#include "harness/run/condition.h"
#include "harness/run/declarations.h"
#include "harness/run/digest.h"
#include "harness/run/for_lane.h"
#include "harness/trace/writer.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;

class LaneRunner {
 public:
  explicit LaneRunner(const LaneRun& run) : run_(run) {}

  Expected<LaneOutcome> Run() {
    std::size_t cases = 0;
    for (const PlannedFile& file : run_.files) cases += file.cases.size();
    run_.observer->LaneBegins(run_.lane.Name(), cases);
    outcome_.result.environment.lane = run_.lane.Name();
    outcome_.result.environment.testee = run_.lane.testee.name;
    outcome_.result.baseline = IsBaseline(run_.lane);
    for (const PlannedFile& file : run_.files) {
      if (auto ran = RunFile(file); !ran) return tl::unexpected(ran.error());
    }
    if (writer_) {
      if (auto finished = writer_->Finish(); !finished) return tl::unexpected(finished.error());
      outcome_.result.trace = run_.trace_file.string();
    }
    return std::move(outcome_);
  }

 private:
  bool Interrupted() const { return run_.interrupt != nullptr && run_.interrupt->raised(); }

  Expected<void> RunFile(const PlannedFile& planned) {
    const CaseFile& file = *planned.file;
    bool declared = false;
    for (const Case* spec : planned.cases) {
      Verdict verdict{spec->id, run_.lane.Name(), Outcome::kNotRun, "", 0, planned.name};
      run_.observer->CaseBegins(spec->id);
      const auto begin = std::chrono::steady_clock::now();
      if (Interrupted()) {
        verdict.message = "the run was interrupted";
      } else if (!broken_.empty()) {
        verdict.outcome = Outcome::kHarnessError;
        verdict.message = broken_;
      } else if (!Ready(file)) {
        verdict.outcome = Interrupted() ? Outcome::kNotRun : Outcome::kHarnessError;
        verdict.message = broken_;
      } else if (Applies(*spec, &verdict)) {
        if (auto lived = Live(file, *spec, &declared, &verdict); !lived) return lived;
      }
      verdict.nanoseconds = static_cast<std::uint64_t>((std::chrono::steady_clock::now() - begin) /
                                                       std::chrono::nanoseconds(1));
      run_.observer->CaseEnds(verdict);
      outcome_.verdicts.push_back(std::move(verdict));
    }
    EndTestee(planned);
    return {};
  }

  // A testee that has said hello. Without one the lane is broken.
  bool Ready(const CaseFile& file) {
    if (testee_) return true;
    auto started = Start();
    // Wine ends a program with status 1, in silence, where its wineserver went meanwhile. Twice is no accident.
    if (!started && !Interrupted()) {
      outcome_.notes.push_back(run_.lane.Name() + ": a testee did not start and was started once more: " +
                               started.error().message);
      started = Start();
    }
    if (!started) {
      broken_ = "the testee did not start: " + started.error().message;
      return false;
    }
    if (!writer_ && !OpenTrace()) return false;
    cases_.emplace(testee_.get(), description_, file, [this](const ModuleSpec& module) {
      return PathFor(run_.lane.testee, run_.installation.dlls(run_.lane.architecture) / module.file);
    });
    return true;
  }

  Expected<void> Start() {
    const Lane& lane = run_.lane;
    Placeholders values{{"bin", {run_.installation.bin().string()}},
                        {"libexec", {run_.installation.libexec().string()}},
                        {"pe", {run_.installation.pe(lane.architecture).string()}},
                        {"arch", {lane.architecture}}};
    ProcessTesteeOptions options;
    if (lane.wine) {
      if (auto kept = run_.prefix->KeepServer(); !kept) return kept;
      values["wine"] = lane.wine->Words(lane.wine->LoaderFor(lane.architecture));
      values["wine64"] = lane.wine->Words(lane.wine->loader64);
      values["prefix"] = {run_.prefix->path().string()};
    }
    auto command = CommandOf(lane.testee, values);
    if (!command) return tl::unexpected(command.error());
    options.command = std::move(*command);
    if (lane.wine) {
      for (auto& variable : WineEnvironment(run_.prefix->path())) {
        options.command.environment.push_back(std::move(variable));
      }
    }
    options.deadline = run_.deadline;
    options.cancel = run_.interrupt != nullptr ? run_.interrupt->descriptor() : -1;
    auto testee = StartProcessTestee(options);
    if (!testee) return tl::unexpected(testee.error());
    auto description = (*testee)->Hello();
    if (!description) return Fail(ErrorCode::kInternal, description.error().message);
    description_ = std::move(*description);
    Restrict(&description_.capabilities);
    testee_ = std::move(*testee);
    return {};
  }

  void Restrict(std::vector<std::string>* told) const {
    const auto& claimed = run_.lane.testee.capabilities;
    if (claimed.empty()) return;
    std::erase_if(*told, [&](const std::string& one) {
      return std::find(claimed.begin(), claimed.end(), one) == claimed.end();
    });
  }

  bool OpenTrace() {
    Environment& environment = outcome_.result.environment;
    environment.testee_version = description_.version;
    environment.engine = description_.engine;
    environment.abi = Name(description_.abi);
    environment.os = description_.os;
    // What the testee cannot see from inside, the lane knows.
    environment.wine_version = run_.lane.wine ? run_.lane.wine->version : description_.wine;
    environment.cpu = description_.cpu;
    environment.kind = run_.lane.testee.kind;
    if (const auto compiler = ReadFile(run_.installation.dlls(run_.lane.architecture) / "compiler.txt")) {
      environment.compiler = compiler->substr(0, compiler->find('\n'));
    }
    environment.suite_revision = run_.suite_revision;
    std::vector<fs::path> dlls;
    std::error_code error;
    for (const auto& entry :
         fs::directory_iterator(run_.installation.dlls(run_.lane.architecture), error)) {
      if (entry.path().extension() == ".dll") dlls.push_back(entry.path());
    }
    std::sort(dlls.begin(), dlls.end());
    if (auto digests = Sha256Of(dlls)) environment.dlls = std::move(*digests);
    auto writer = TraceWriter::Create(run_.trace_file, environment);
    if (!writer) {
      broken_ = writer.error().message;
      return false;
    }
    writer_ = std::move(*writer);
    return true;
  }

  Circumstances Here() const {
    return {run_.lane.architecture, std::string(Name(description_.abi)), run_.lane.testee.kind,
            run_.lane.wine ? run_.lane.wine->version : ""};
  }

  // False: the verdict says why the case is not for this lane.
  bool Applies(const Case& spec, Verdict* verdict) const {
    const auto why = WhyNot(spec.when, Here());
    verdict->outcome = why ? Outcome::kSkipped : Outcome::kHarnessError;
    verdict->message = why ? *why : why.error().message;
    if (!why || !why->empty()) return false;
    verdict->outcome = Outcome::kUnsupported;
    if (!spec.callbacks.empty() && !description_.Can("callback")) {
      verdict->message = "the testee has no callbacks";
      return false;
    }
    return true;
  }

  Expected<void> Live(const CaseFile& file, const Case& spec, bool* declared, Verdict* verdict) {
    const auto held = ForLane(spec, Here());
    if (!held) {
      verdict->outcome = Outcome::kHarnessError;
      verdict->message = held.error().message;
      return {};
    }
    CaseRun lived = cases_->Run(*held);
    if (lived.outcome) {
      verdict->outcome = *lived.outcome;
      verdict->message = lived.message;
    } else {
      Judgement judgement = Judge(*held, lived.record);
      if (judgement.outcome == Outcome::kPass && !lived.unanswered.empty()) judgement = {Outcome::kFail, lived.unanswered};
      verdict->outcome = judgement.outcome;
      verdict->message = judgement.message;
      if (auto kept = Record(file, spec, lived.record, declared); !kept) return kept;
    }
    if (!lived.testee_alive) {
      cases_.reset();
      testee_.reset();
    }
    return {};
  }

  Expected<void> Record(const CaseFile& file, const Case& spec, const CaseRecord& record,
                        bool* declared) {
    Expected<void> done;
    if (!*declared) done = writer_->Declare(DeclarationsOf(file));
    *declared = true;
    if (done) done = writer_->BeginCase(spec.id, ObjectsOf(file, spec), CallbacksOf(file, spec));
    for (const StepRecord& step : record.steps) {
      if (done) done = writer_->AddStep(step);
    }
    if (done) done = writer_->EndCase();
    return done;
  }

  void EndTestee(const PlannedFile& file) {
    if (testee_) {
      if (const auto goodbye = testee_->Bye(); !goodbye && !Interrupted()) {
        outcome_.result.problems.push_back(file.name + ": its testee did not end well: " + goodbye.error().message);
      }
    }
    cases_.reset();
    testee_.reset();
  }

  const LaneRun& run_;
  LaneOutcome outcome_;
  std::unique_ptr<TraceWriter> writer_;
  std::unique_ptr<Testee> testee_;
  TesteeDescription description_;
  std::optional<CaseRunner> cases_;
  std::string broken_;  // why the lane cannot go on
};

}  // namespace

Expected<LaneOutcome> RunLane(const LaneRun& run) { return LaneRunner(run).Run(); }

}  // namespace spanproof
