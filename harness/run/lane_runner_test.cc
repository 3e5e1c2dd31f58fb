// SPDX-License-Identifier: MIT
#include "harness/run/lane_runner.h"

#include <gtest/gtest.h>

#include "harness/trace/reader.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;

class Silent : public RunObserver {
 public:
  void LaneBegins(const std::string&, std::size_t count) override { cases = count; }
  void CaseBegins(const std::string&) override {}
  void CaseEnds(const Verdict&) override { ++ended; }
  std::size_t cases = 0, ended = 0;
};

// Two cases of one call each, for a DLL that no faulty testee looks for.
CaseFile TwoCases() {
  CaseFile file;
  file.path = "two.json";
  file.modules = {{"m", "m.dll"}};
  file.functions = {{"f", "m", "f", {}}};
  for (const char* id : {"two.first", "two.second"}) {
    Case one;
    one.id = id;
    Step call;
    call.step = "call";
    call.target = "f";
    call.expect.text = "";
    one.steps = {call};
    file.cases.push_back(one);
  }
  return file;
}

LaneOutcome RunAs(std::vector<std::string> command, std::vector<CaseFile> files) {
  TesteeManifest manifest;
  manifest.name = manifest.kind = "faulty";
  manifest.command = std::move(command);
  const Lane lane{manifest, "win64", std::nullopt};
  const Installation installation{testing::TempDir()};
  Silent observer;
  auto outcome = RunLane({lane, installation, PlanFiles(files, "", {}), "r1",
                          std::filesystem::path(testing::TempDir()) / "faulty.trace",
                          std::chrono::milliseconds(500), nullptr, nullptr, &observer});
  EXPECT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(observer.ended, observer.cases);
  return std::move(*outcome);
}

LaneOutcome RunOn(const std::string& mode, std::vector<CaseFile> files) {
  return RunAs({SPANPROOF_FAULTY, mode}, std::move(files));
}

TEST(LaneRunner, ATesteeThatBehavesPasses) {
  const LaneOutcome outcome = RunOn("good", {TwoCases()});
  ASSERT_EQ(outcome.verdicts.size(), 2u);
  EXPECT_EQ(outcome.verdicts[0].outcome, Outcome::kPass) << outcome.verdicts[0].message;
  EXPECT_EQ(outcome.verdicts[0].lane, "faulty@linux/win64");
  EXPECT_TRUE(outcome.result.problems.empty());
}

TEST(LaneRunner, AfterACrashTheNextCaseGetsAFreshTestee) {
  const LaneOutcome outcome = RunOn("crash", {TwoCases()});
  ASSERT_EQ(outcome.verdicts.size(), 2u);
  for (const Verdict& verdict : outcome.verdicts) {
    EXPECT_EQ(verdict.outcome, Outcome::kCrash);
    EXPECT_NE(verdict.message.find("step 1"), std::string::npos) << verdict.message;
  }
  const auto trace = ReadTraceFile(outcome.result.trace);
  ASSERT_TRUE(trace) << trace.error().message;
  ASSERT_EQ(trace->cases.size(), 2u);
  EXPECT_EQ(trace->cases[1].record.steps[0].ending, Ending::kCrash);
}

TEST(LaneRunner, ATimeoutIsItsOwnOutcome) {
  EXPECT_EQ(RunOn("hang", {TwoCases()}).verdicts[1].outcome, Outcome::kTimeout);
}

TEST(LaneRunner, ATesteeThatDoesNotStartIsAnErrorOfTheHarness) {
  const LaneOutcome outcome = RunOn("early", {TwoCases()});
  EXPECT_EQ(outcome.verdicts[1].outcome, Outcome::kHarnessError);
  EXPECT_NE(outcome.verdicts[1].message.find("did not start"), std::string::npos);
  EXPECT_EQ(outcome.notes.size(), 1u);
}

TEST(LaneRunner, AStartThatFailsIsMadeOnceMoreAndNoted) {
  const fs::path marker = fs::path(testing::TempDir()) / "started_before";
  fs::remove(marker);
  const LaneOutcome outcome = RunAs(
      {"/bin/sh", "-c", "test -e \"$1\" && exec \"$0\" good; : > \"$1\"; exit 1", SPANPROOF_FAULTY, marker.string()},
      {TwoCases()});
  EXPECT_EQ(outcome.verdicts[1].outcome, Outcome::kPass) << outcome.verdicts[1].message;
  ASSERT_EQ(outcome.notes.size(), 1u);
  EXPECT_NE(outcome.notes[0].find("started once more: the testee ended with status 1"), std::string::npos) << outcome.notes[0];
}

// The call does not tell, nor does any step ask.
TEST(LaneRunner, ACallbackThatTheCaseCannotAnswerFailsIt) {
  const LaneOutcome outcome = RunOn("tick", {TwoCases()});
  EXPECT_EQ(outcome.verdicts[0].outcome, Outcome::kFail);
  EXPECT_NE(outcome.verdicts[0].message.find("the case has no callback tick"), std::string::npos) << outcome.verdicts[0].message;
}

TEST(LaneRunner, ABadEndIsAProblemOfTheLane) {
  const LaneOutcome outcome = RunOn("badend", {TwoCases()});
  EXPECT_EQ(outcome.verdicts[1].outcome, Outcome::kPass);
  ASSERT_EQ(outcome.result.problems.size(), 1u);
}

TEST(LaneRunner, SkipsAndLeavesUnsupportedWhatIsNotForTheLane) {
  CaseFile file = TwoCases();
  file.cases[0].when.arch = {"win32"};
  file.cases[1].callbacks = {{"edge", 0, {{}}, false}};
  const LaneOutcome outcome = RunOn("good", {file});
  EXPECT_EQ(outcome.verdicts[0].outcome, Outcome::kSkipped);
  EXPECT_EQ(outcome.verdicts[0].message, "only for win32");
  EXPECT_EQ(outcome.verdicts[1].outcome, Outcome::kUnsupported);
}

}  // namespace
}  // namespace spanproof
