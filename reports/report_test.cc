// SPDX-License-Identifier: MIT
#include "reports/report.h"

#include <gtest/gtest.h>

#include "reports/escape.h"

namespace spanproof {
namespace {

Results Sample() {
  Results results;
  results.program = "spanproof 0.1.0";
  results.started = "2026-01-01T00:00:00Z";
  results.seconds = 1.5;
  LaneResult inproc, bridge;
  inproc.environment.lane = "inproc@wine-8.0/win64";
  inproc.environment.os = "wine";
  inproc.environment.wine_version = "8.0";
  inproc.environment.dlls = {{"sort.dll", "00ff"}};
  inproc.baseline = true;
  bridge.environment.lane = "bridge@wine-8.0/win64";
  bridge.trace = "traces/bridge.trace";
  results.lanes = {inproc, bridge};
  results.verdicts = {{"memory.sort", inproc.environment.lane, Outcome::kPass, "", 10},
                      {"memory.sort", bridge.environment.lane, Outcome::kPass, "", 20}};
  results.comparisons = {{inproc.environment.lane, bridge.environment.lane, 1, {}}};
  results.notes = {"lane left out"};
  return results;
}

TEST(Results, AreGreenUntilSomethingIsWrong) {
  EXPECT_EQ(Sample().colour(), Colour::kGreen);
  Results red = Sample();
  red.comparisons[0].differences = {{"memory.sort", "case memory.sort step 1", "3", "4"}};
  EXPECT_EQ(red.colour(), Colour::kRed);
  Results failed = Sample();
  failed.verdicts[1].outcome = Outcome::kCrash;
  EXPECT_EQ(failed.colour(), Colour::kRed);
  failed.lanes[1].must_fail = true;
  EXPECT_EQ(failed.colour(), Colour::kGreen);
  failed.lanes[1].problems = {"memory.sort passes"};
  EXPECT_EQ(failed.colour(), Colour::kRed);
  failed.interrupted = true;
  EXPECT_EQ(failed.colour(), Colour::kError);
  Results nothing = Sample();
  for (Verdict& one : nothing.verdicts) one.outcome = Outcome::kSkipped;
  EXPECT_EQ(ExitCode(nothing.colour()), 3);
}

TEST(ResultsJson, ReadsWhatItWrote) {
  Results sample = Sample();
  sample.verdicts[1].outcome = Outcome::kFail;
  sample.verdicts[1].message = "a \"quoted\" <message>\n";
  sample.comparisons[0].differences = {{"memory.sort", "case memory.sort step 1", "3", "4"}};
  sample.lanes[1].problems = {"it did not end well"};
  const auto read = ParseResults(RenderJson(sample));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->lanes, sample.lanes);
  EXPECT_EQ(read->comparisons, sample.comparisons);
  EXPECT_EQ(read->notes, sample.notes);
  EXPECT_EQ(RenderJson(*read), RenderJson(sample));
}

TEST(ResultsJson, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(ParseResults(""));
  EXPECT_FALSE(ParseResults("{}"));
  EXPECT_FALSE(ParseResults(R"({"schema": 2})"));
  std::string text = RenderJson(Sample());
  text.replace(text.find("\"pass\""), 6, "\"fine\"");
  EXPECT_FALSE(ParseResults(text));
}

TEST(Html, SaysAtItsTopWhatTheBaselineIs) {
  const std::string page = RenderHtml(Sample());
  const std::size_t sentence = page.find("is Wine in-process (inproc@wine-8.0/win64) and not native Windows");
  ASSERT_NE(sentence, std::string::npos);
  EXPECT_LT(sentence, page.find("<table"));
  Results native = Sample();
  native.lanes[0].environment.os = "windows-11";
  native.lanes[0].environment.wine_version = "";
  EXPECT_NE(BaselineSentence(native).find("native Windows"), std::string::npos);
  EXPECT_EQ(BaselineSentence(native).find("not native"), std::string::npos);
}

TEST(Reports, EscapeWhatComesFromOutside) {
  Results results = Sample();
  results.verdicts[0].outcome = Outcome::kFail;
  results.verdicts[0].message = "<script>alert(1)</script>\x01\xff";
  EXPECT_EQ(RenderHtml(results).find("<script>"), std::string::npos);
  EXPECT_EQ(RenderJunit(results).find("<script>"), std::string::npos);
  EXPECT_EQ(RenderMarkdown(results).find("<script>"), std::string::npos);
  EXPECT_EQ(EscapeXml("a<b>&\"'\x01\xff\xc3\xa4"), "a&lt;b&gt;&amp;&quot;&#39;??\xc3\xa4");
}

TEST(Junit, CountsFailuresAndDifferences) {
  Results results = Sample();
  results.verdicts[1].outcome = Outcome::kTimeout;
  results.comparisons[0].differences = {{"memory.sort", "case memory.sort step 1", "3", "4"}};
  EXPECT_NE(RenderJunit(results).find("tests=\"2\" failures=\"2\""), std::string::npos);
}

}  // namespace
}  // namespace spanproof
