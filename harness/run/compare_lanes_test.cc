// SPDX-License-Identifier: MIT
#include "harness/run/compare_lanes.h"

#include <gtest/gtest.h>

#include <tuple>

#include "harness/trace/writer.h"

namespace spanproof {
namespace {

const std::filesystem::path kFolder = testing::TempDir();

LaneResult Lane(const std::string& testee, const std::vector<std::string>& cases,
                std::uint64_t result, const std::string& wine = "8.0") {
  LaneResult lane;
  lane.environment.lane = testee + "@wine-" + wine + "/win64";
  lane.baseline = testee == "inproc";
  lane.trace = testee + wine + ".trace";
  auto writer = TraceWriter::Create(kFolder / lane.trace, lane.environment).value();
  writer->Declare({});
  StepRecord step;
  step.step = "call";
  step.result = Value{Scalar{Kind::kInt32, 4, result}};
  for (const std::string& id : cases) {
    writer->BeginCase(id, {}, {});
    writer->AddStep(step);
    writer->EndCase();
  }
  writer->Finish();
  return lane;
}

TEST(CompareLanes, FindsWhereALaneDiffersFromTheBaseline) {
  Results results;
  results.lanes = {Lane("inproc", {"a", "b"}, 3), Lane("bridge", {"a"}, 4)};
  ASSERT_TRUE(CompareLanes(kFolder, &results));
  ASSERT_EQ(results.comparisons.size(), 1u);
  EXPECT_EQ(results.comparisons[0].cases, 1u);
  EXPECT_EQ(results.comparisons[0].differences,
            (std::vector<LaneDifference>{{"a", "case a step 1 result", "3", "4"}}));
}

TEST(CompareLanes, HoldsALaneAgainstItsOwnWineAndFurtherWinesAgainstTheFirst) {
  Results results;
  results.lanes = {Lane("inproc", {"a"}, 3), Lane("inproc", {"a"}, 4, "10.0"),
                   Lane("bridge", {"a"}, 3), Lane("bridge", {"a"}, 4, "10.0")};
  ASSERT_TRUE(CompareLanes(kFolder, &results));
  ASSERT_EQ(results.comparisons.size(), 3u);
  const auto& [across, old, late] = std::tie(results.comparisons[0], results.comparisons[1],
                                             results.comparisons[2]);
  EXPECT_EQ(across.baseline, "inproc@wine-8.0/win64");
  EXPECT_EQ(across.lane, "inproc@wine-10.0/win64");
  EXPECT_EQ(across.differences.size(), 1u);
  EXPECT_EQ(old.baseline, "inproc@wine-8.0/win64");
  EXPECT_TRUE(old.differences.empty());
  EXPECT_EQ(late.baseline, "inproc@wine-10.0/win64");
  EXPECT_TRUE(late.differences.empty());
}

TEST(CompareLanes, SaysWhereABaselineIsMissing) {
  Results results;
  results.lanes = {Lane("bridge", {"a"}, 4)};
  ASSERT_TRUE(CompareLanes(kFolder, &results));
  EXPECT_TRUE(results.comparisons.empty());
  ASSERT_EQ(results.notes.size(), 1u);
  EXPECT_NE(results.notes[0].find("no baseline ran beside bridge@wine-8.0/win64"),
            std::string::npos);
}

}  // namespace
}  // namespace spanproof
