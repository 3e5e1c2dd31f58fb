// SPDX-License-Identifier: MIT
#include "harness/check/must_fail.h"

#include <gtest/gtest.h>

#include <fstream>

namespace spanproof {
namespace {

const MustFailList kList{{{"errors.missing_dll", "the error is the testee's own"}}};

TEST(MustFail, AcceptsExactlyTheListedPasses) {
  const auto problems = CheckMustFail(kList, {{"errors.missing_dll", "nothing", Outcome::kPass, "", 0},
                                              {"memory.sort", "nothing", Outcome::kFail, "", 0}});
  EXPECT_TRUE(problems.found.empty());
  EXPECT_TRUE(problems.pending.empty());
}

TEST(MustFail, FindsUnlistedPassesAndStaleEntries) {
  const auto problems = CheckMustFail(kList, {{"memory.sort", "nothing", Outcome::kPass, "", 0}});
  ASSERT_EQ(problems.found.size(), 1u);
  EXPECT_NE(problems.found[0].find("memory.sort passes"), std::string::npos);
  ASSERT_EQ(problems.pending.size(), 1u);
  EXPECT_NE(problems.pending[0].find("no such case"), std::string::npos);
  EXPECT_EQ(CheckMustFail(kList, {{"errors.missing_dll", "", Outcome::kFail, "", 0}}).found.size(), 1u);
}

TEST(MustFail, WantsAReasonForEachEntry) {
  const auto file = std::filesystem::path(testing::TempDir()) / "must_fail.json";
  std::ofstream(file) << R"({"must_fail": true, "passes": [{"case": "a"}]})";
  EXPECT_FALSE(LoadMustFail(file));
  std::ofstream(file) << R"({"must_fail": true, "pases": []})";
  ASSERT_FALSE(LoadMustFail(file));
  EXPECT_NE(LoadMustFail(file).error().message.find("did you mean \"passes\"?"), std::string::npos);
  std::ofstream(file) << R"({"must_fail": true, "passes": [{"case": "a", "reason": "b"}]})";
  const auto list = LoadMustFail(file);
  ASSERT_TRUE(list && *list);
  EXPECT_EQ((*list)->passes.size(), 1u);
  EXPECT_FALSE(LoadMustFail(file / "none")->has_value());
}

}  // namespace
}  // namespace spanproof
