// SPDX-License-Identifier: MIT
#include "harness/run/merge.h"

#include <gtest/gtest.h>

#include "harness/trace/reader.h"
#include "harness/trace/writer.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLane = "bridge@wine-8.0/win64";

// A shard that lived the case "a.FILE.one" of each file.
ShardReport Lived(Shard shard, const std::vector<std::string>& files) {
  ShardReport report;
  report.folder = fs::path(testing::TempDir()) / ("shard" + std::to_string(shard.number));
  fs::create_directories(report.folder / "traces");
  Results& results = report.results;
  results.program = "spanproof 0.1.0";
  results.started = "2026-01-01T00:00:0" + std::to_string(shard.number) + "Z";
  results.seconds = 1;
  results.plan = {"r1", "", shard};
  LaneResult lane;
  lane.environment = {kLane, "bridge", "1", "bridge", "win64-gnu", "wine", "8.0", "a CPU", "gcc", "r1", {{"m.dll", "00"}}, "bridge"};
  lane.trace = "traces/bridge.trace";
  auto writer = TraceWriter::Create(report.folder / lane.trace, lane.environment).value();
  for (const std::string& file : files) {
    TracedDeclarations declarations;
    declarations.file = file;
    writer->Declare(declarations);
    writer->BeginCase("a." + file + ".one", {}, {});
    StepRecord step;
    step.step = "call";
    step.target = file;
    writer->AddStep(step);
    writer->EndCase();
    results.verdicts.push_back({"a." + file + ".one", kLane, Outcome::kPass, "", 1, file + ".json"});
  }
  writer->Finish();
  results.lanes = {lane};
  return report;
}

fs::path Output() {
  const fs::path folder = fs::path(testing::TempDir()) / "merged";
  fs::create_directories(folder / "traces");
  return folder;
}

std::string Refusal(std::vector<ShardReport> shards) {
  const auto merged = MergeShards(std::move(shards), Output());
  return merged ? "" : merged.error().message;
}

TEST(Merge, PutsVerdictsAndTracesInTheOrderOfTheSuite) {
  const auto merged = MergeShards({Lived({2, 2}, {"b/a", "b-c"}), Lived({1, 2}, {"a", "b/b"})}, Output());
  ASSERT_TRUE(merged) << merged.error().message;
  std::vector<std::string> files, targets;
  for (const Verdict& one : merged->verdicts) files.push_back(one.file);
  // As paths, part by part: the folder b before the file b-c.json.
  EXPECT_EQ(files, (std::vector<std::string>{"a.json", "b/a.json", "b/b.json", "b-c.json"}));
  EXPECT_TRUE(merged->plan.shard.whole());
  EXPECT_EQ(merged->started, "2026-01-01T00:00:01Z");
  const auto trace = ReadTraceFile(Output() / merged->lanes[0].trace);
  ASSERT_TRUE(trace) << trace.error().message;
  EXPECT_EQ(trace->environment.kind, "bridge");
  for (const TracedCase& one : trace->cases) {
    ASSERT_EQ(one.record.steps.size(), 1u);
    targets.push_back(one.record.steps[0].target);
    EXPECT_EQ(trace->declarations[one.declarations].file, targets.back());
  }
  EXPECT_EQ(targets, (std::vector<std::string>{"a", "b/a", "b/b", "b-c"}));
}

TEST(Merge, RefusesWhatIsNoWholeRun) {
  const ShardReport first = Lived({1, 3}, {"a"}), second = Lived({2, 3}, {"b"}), third = Lived({3, 3}, {"c"});
  EXPECT_EQ(Refusal({first, second, third}), "");
  EXPECT_EQ(Refusal({first, third}), "missing: shard 2/3");
  EXPECT_EQ(Refusal({third}), "missing: shard 1/3, 2/3");
  EXPECT_NE(Refusal({first, second, second, third}).find("shard 2/3 is given twice"), std::string::npos);
  EXPECT_NE(Refusal({first, second, Lived({3, 4}, {"c"})}).find("is shard 3/4"), std::string::npos);
  EXPECT_NE(Refusal({first, second, third, Lived({}, {"c"})}).find("is a whole run"), std::string::npos);
  ShardReport other = third;
  other.results.plan.suite = "r2";
  EXPECT_NE(Refusal({first, second, other}).find("of another run"), std::string::npos);
  other = third;
  other.results.lanes[0].environment.lane = "inproc@wine-8.0/win64";
  EXPECT_NE(Refusal({first, second, other}).find("ran inproc@wine-8.0/win64"), std::string::npos);
  other = third;
  other.results.lanes[0].environment.dlls[0].second = "ff";
  EXPECT_NE(Refusal({first, second, other}).find("DLLs are others"), std::string::npos);
  other = third;
  other.results.lanes[0].environment.wine_version = "10.0";
  EXPECT_NE(Refusal({first, second, other}).find("wine_version is 10.0 and not 8.0"), std::string::npos);
  other = third;
  other.results.verdicts.push_back(first.results.verdicts[0]);
  EXPECT_NE(Refusal({first, second, other}).find("has lived a.a.one too"), std::string::npos);
}

TEST(Merge, AnEntryIsStaleIfItMatchesNothingInAnyShard) {
  ShardReport first = Lived({1, 2}, {"a"}), second = Lived({2, 2}, {"b"});
  first.results.lanes[0].pending = {"stale: b", "stale: c"};
  second.results.lanes[0].pending = {"stale: a", "stale: c"};
  second.results.lanes[0].problems = {"b.json: its testee did not end well"};
  const auto merged = MergeShards({first, second}, Output());
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(merged->lanes[0].problems, (std::vector<std::string>{"b.json: its testee did not end well", "stale: c"}));
  EXPECT_TRUE(merged->lanes[0].pending.empty());
  EXPECT_EQ(merged->colour(), Colour::kRed);
}

TEST(Merge, AShardWithoutACaseKnowsNoEnvironment) {
  ShardReport empty = Lived({1, 2}, {});
  empty.results.lanes[0].environment = {kLane, "bridge"};
  empty.results.lanes[0].trace.clear();
  ShardReport other = Lived({2, 2}, {"a"});
  other.results.lanes[0].environment.cpu = "another CPU";
  const auto merged = MergeShards({empty, other}, Output());
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(merged->lanes[0].environment.cpu, "another CPU");
  EXPECT_EQ(merged->lanes[0].trace, "traces/bridge.trace");
}

}  // namespace
}  // namespace spanproof
