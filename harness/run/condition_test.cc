// SPDX-License-Identifier: MIT
#include "harness/run/condition.h"

#include <gtest/gtest.h>

#include "harness/run/wine.h"

namespace spanproof {
namespace {

const Circumstances kHere{"win64", "win64-gnu", "bridge", "8.0"};

TEST(Condition, AnAbsentMemberMeansAny) { EXPECT_EQ(WhyNot({}, kHere).value(), ""); }

TEST(Condition, SaysWhatItIsOnlyFor) {
  When when;
  when.arch = {"win32"};
  EXPECT_EQ(WhyNot(when, kHere).value(), "only for win32");
  when.arch = {"win32", "win64"};
  EXPECT_EQ(WhyNot(when, kHere).value(), "");
  when.lane = {"inproc", "native"};
  EXPECT_EQ(WhyNot(when, kHere).value(), "only for inproc, native");
}

TEST(Condition, ComparesWineVersionsByTheirNumbers) {
  When when;
  when.wine = "< 10";
  EXPECT_EQ(WhyNot(when, kHere).value(), "");
  EXPECT_EQ(WhyNot(when, {"win64", "", "", "10.0"}).value(), "only for Wine < 10");
  EXPECT_EQ(WhyNot(when, {"win64", "", "", ""}).value(), "only for Wine < 10");
  when.wine = ">= 8.0";
  EXPECT_EQ(WhyNot(when, kHere).value(), "");
  when.wine = "newer";
  EXPECT_FALSE(WhyNot(when, kHere));
}

TEST(Versions, AreNumbersBetweenDots) {
  EXPECT_EQ(CompareVersions("10.0", "8.0"), 1);
  EXPECT_EQ(CompareVersions("8", "8.0"), 0);
  EXPECT_EQ(CompareVersions("5.0.3", "5.0.10"), -1);
}

TEST(Glob, MatchesWholeNames) {
  EXPECT_TRUE(MatchGlob("memory.*", "memory.sort.cdecl"));
  EXPECT_TRUE(MatchGlob("*.stdcall", "memory.sort.stdcall"));
  EXPECT_TRUE(MatchGlob("m?mory*c*", "memory.sort.cdecl"));
  EXPECT_FALSE(MatchGlob("memory", "memory.sort"));
  EXPECT_FALSE(MatchGlob("*.stdcall", "memory.sort.cdecl"));
}

}  // namespace
}  // namespace spanproof
