// SPDX-License-Identifier: MIT
#include "harness/run/for_lane.h"

#include <gtest/gtest.h>

namespace spanproof {
namespace {

Case Sample() {
  Step step;
  step.step = "call";
  step.expect.ending = Ending::kFault;
  When bridge, old_wine;
  bridge.lane = {"bridge"};
  old_wine.wine = "< 9";
  Expectation error, ended;
  error.ending = Ending::kError;
  ended.ending = Ending::kEnded;
  step.instead = {{bridge, error}, {old_wine, ended}};
  Case spec;
  spec.steps = {step, step};
  spec.steps[1].instead.clear();
  spec.steps[1].when.arch = {"win32"};
  return spec;
}

TEST(ForLane, TakesTheFirstExpectationThatHolds) {
  const auto bridge = ForLane(Sample(), {"win32", "win32-gnu", "bridge", "8.0"});
  ASSERT_TRUE(bridge) << bridge.error().message;
  EXPECT_EQ(bridge->steps[0].expect.ending, Ending::kError);
  EXPECT_EQ(bridge->steps[0].choice, 0u);
  EXPECT_TRUE(bridge->steps[1].due);
  const auto inproc = ForLane(Sample(), {"win64", "win64-gnu", "inproc", "8.0"});
  EXPECT_EQ(inproc->steps[0].expect.ending, Ending::kEnded);
  EXPECT_EQ(inproc->steps[0].choice, 1u);
  EXPECT_FALSE(inproc->steps[1].due);
  const auto native = ForLane(Sample(), {"win64", "win64-gnu", "inproc", ""});
  EXPECT_EQ(native->steps[0].expect.ending, Ending::kFault);
  EXPECT_EQ(native->steps[0].choice, 2u);
}

TEST(ForLane, RefusesACaseOfWhichNothingIsDue) {
  Case spec = Sample();
  spec.steps.erase(spec.steps.begin());
  EXPECT_TRUE(ForLane(spec, {"win32", "win32-gnu", "bridge", ""}));
  const auto nothing = ForLane(spec, {"win64", "win64-gnu", "bridge", ""});
  ASSERT_FALSE(nothing);
  EXPECT_NE(nothing.error().message.find("no step that is due here"), std::string::npos);
}

}  // namespace
}  // namespace spanproof
