// SPDX-License-Identifier: MIT
#include "harness/run/expectations.h"

#include <gtest/gtest.h>

#include <fstream>

namespace spanproof {
namespace {

const Circumstances kHere{"win32", "win32-gnu", "inproc", "8.0"};
constexpr const char* kLane = "inproc-ffi@wine-8.0/win32";

KnownFailure Entry(const std::string& cases) {
  KnownFailure entry;
  entry.cases = cases;
  entry.message = "9.2e-39";
  entry.reason = "reads EAX";
  entry.link = "libffi #367";
  return entry;
}

Verdict Lived(Outcome outcome, const std::string& message = "") {
  return {"struct.single_float.one", kLane, outcome, message, 0};
}

// What becomes of one verdict; `problems` may be null, and gets both kinds.
Verdict Held(const KnownFailure& entry, Verdict verdict, std::vector<std::string>* problems = nullptr) {
  std::vector<Verdict> verdicts{std::move(verdict)};
  const auto wrong = HoldToKnownFailures({entry}, kHere, kLane, &verdicts);
  if (problems != nullptr) {
    *problems = wrong.found;
    problems->insert(problems->end(), wrong.pending.begin(), wrong.pending.end());
  }
  return verdicts[0];
}

TEST(KnownFailures, AFailureAsListedIsKnown) {
  std::vector<std::string> problems;
  const Verdict held = Held(Entry("struct.single_float.*"), Lived(Outcome::kFail, "got 9.2e-39"), &problems);
  EXPECT_EQ(held.outcome, Outcome::kKnownFail);
  EXPECT_EQ(held.message, "got 9.2e-39 (known: reads EAX, libffi #367)");
  EXPECT_TRUE(problems.empty());
}

TEST(KnownFailures, APassIsUnexpected) {
  EXPECT_EQ(Held(Entry("struct.single_float.one"), Lived(Outcome::kPass)).outcome, Outcome::kUnexpectedPass);
}

TEST(KnownFailures, AnotherMessageOrKindStaysAndSaysWhatWasListed) {
  const Verdict held = Held(Entry("struct.*"), Lived(Outcome::kFail, "got 7"));
  EXPECT_EQ(held.outcome, Outcome::kFail);
  EXPECT_EQ(held.message, "got 7 (listed is fail with \"9.2e-39\")");
  EXPECT_EQ(Held(Entry("struct.*"), Lived(Outcome::kCrash, "9.2e-39")).outcome, Outcome::kCrash);
}

TEST(KnownFailures, AnEntryThatMatchesNothingIsStale) {
  std::vector<std::string> problems;
  Held(Entry("struct.other"), Lived(Outcome::kPass), &problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_NE(problems[0].find("stale"), std::string::npos);
  Held(Entry("struct.*"), Lived(Outcome::kUnsupported), &problems);
  EXPECT_EQ(problems.size(), 1u) << "a case that was not judged is no match";
  std::vector<Verdict> none;
  const auto wrong = HoldToKnownFailures({Entry("struct.other")}, kHere, kLane, &none);
  EXPECT_TRUE(wrong.found.empty()) << "it may be in another shard";
  EXPECT_EQ(wrong.pending.size(), 1u);
}

TEST(KnownFailures, ConditionsAndLanesChooseEntries) {
  for (const auto& choose : {+[](KnownFailure* entry) { entry->when.arch = {"win64"}; },
                             +[](KnownFailure* entry) { entry->when.wine = "< 8"; },
                             +[](KnownFailure* entry) { entry->when.abi = {"win32-msvc"}; },
                             +[](KnownFailure* entry) { entry->lane = "*/win64"; }}) {
    KnownFailure entry = Entry("struct.*");
    choose(&entry);
    std::vector<std::string> problems;
    EXPECT_EQ(Held(entry, Lived(Outcome::kFail, "got 9.2e-39"), &problems).outcome, Outcome::kFail);
    EXPECT_TRUE(problems.empty()) << "not stale where it does not apply";
  }
}

TEST(KnownFailures, OfSeveralEntriesTheOneThatHappenedCounts) {
  KnownFailure other = Entry("struct.*");
  other.message = "something else";
  std::vector<Verdict> verdicts{Lived(Outcome::kFail, "got 9.2e-39")};
  EXPECT_TRUE(HoldToKnownFailures({other, Entry("struct.*")}, kHere, kLane, &verdicts).pending.empty());
  EXPECT_EQ(verdicts[0].outcome, Outcome::kKnownFail);
}

TEST(KnownFailures, AreReadStrictly) {
  const auto file = std::filesystem::path(testing::TempDir()) / "known_failures.json";
  const auto load = [&](const std::string& text) {
    std::ofstream(file) << text;
    return LoadKnownFailures(file);
  };
  const auto list = load(R"({"failures": [{"case": "a.*", "lane": "*/win32", "when": {"wine": "< 10"},
    "outcome": "crash", "message": "m", "reason": "r", "link": "l"}]})");
  ASSERT_TRUE(list && *list) << list.error().message;
  EXPECT_EQ((**list)[0].when.wine, "< 10");
  EXPECT_EQ((**list)[0].outcome, Outcome::kCrash);
  EXPECT_EQ((**list)[0].link, "l");
  for (const char* wrong : {R"({"failures": [{"case": "a", "outcome": "fail"}]})", R"({"failure": []})",
                            R"({"failures": [{"case": "a", "outcome": "pass", "reason": "r"}]})",
                            R"({"failures": [{"case": "a", "outcome": "fail", "reason": ""}]})",
                            R"({"failures": [{"case": "a", "outcome": "fail", "reason": "r"},
                                             {"case": "a", "outcome": "fail", "reason": "s"}]})"}) {
    EXPECT_FALSE(load(wrong)) << wrong;
  }
  EXPECT_FALSE(load(R"({"must_fail": true, "passes": []})")->has_value());
  EXPECT_FALSE(LoadKnownFailures(file / "none")->has_value());
}

}  // namespace
}  // namespace spanproof
