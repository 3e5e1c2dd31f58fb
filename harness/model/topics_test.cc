// SPDX-License-Identifier: MIT
#include "harness/model/topics.h"

#include <gtest/gtest.h>

#include <fstream>

namespace spanproof {
namespace {

Expected<std::vector<Topic>> Load(const std::string& text) {
  const std::string path = testing::TempDir() + "spanproof_topics.json";
  std::ofstream(path) << text;
  return LoadTopics(path);
}

Case WithId(std::string id, When when = {}) {
  Case one;
  one.id = std::move(id);
  one.when = std::move(when);
  return one;
}

TEST(Topics, CountACaseUnderTheLongestKeyThatItsIdBeginsWith) {
  const auto topics = Load(R"({"areas": [{"area": "text", "topics": [
    {"key": "text.letter", "catches": "a"}, {"key": "text.letter.wide", "catches": "b"}]}]})");
  ASSERT_TRUE(topics) << topics.error().message;
  EXPECT_EQ(TopicOf(*topics, "text.letter.one"), &(*topics)[0]);
  EXPECT_EQ(TopicOf(*topics, "text.letter.wide.one"), &(*topics)[1]);
  EXPECT_EQ(TopicOf(*topics, "text.letters.one"), nullptr);
  EXPECT_EQ(TopicOf(*topics, "text.letter"), nullptr);
}

TEST(Topics, CountCasesOnlyWhereTheyRun) {
  const auto topics = Load(R"({"areas": [{"area": "text", "topics": [{"key": "text.letter", "catches": "a"}]}]})");
  ASSERT_TRUE(topics) << topics.error().message;
  CaseFile file;
  file.cases = {WithId("text.letter.anywhere"), WithId("text.letter.wide", {.arch = {"win64"}}),
                WithId("text.letter.gnu", {.abi = {"win64-gnu", "win64-msvc"}}), WithId("text.other.one")};
  EXPECT_EQ(CountCases({file}, *topics, topics->front(), "win64"), 3u);
  EXPECT_EQ(CountCases({file}, *topics, topics->front(), "win32"), 1u);
}

TEST(Topics, SayWhichTestStandsInWhereNoCaseCan) {
  const auto topics = Load(R"({"areas": [{"area": "text", "topics": [
    {"key": "text.letter", "catches": "a", "scripted": "letter_test"}, {"key": "text.word", "catches": "b"}]}]})");
  ASSERT_TRUE(topics) << topics.error().message;
  EXPECT_EQ((*topics)[0].scripted, "letter_test");
  EXPECT_EQ((*topics)[1].scripted, "");
}

TEST(Topics, AreRefusedWhereTheListIsWrong) {
  for (const char* topic : {R"({"key": "scalar.letter", "catches": "a"})", R"({"key": "text.", "catches": "a"})",
                            R"({"key": "text.letter", "catches": "a", "arch": ["win16"]})",
                            R"({"key": "text.letter", "catches": "a", "arch": []})", R"({"key": "text.letter"})",
                            R"({"key": "text.letter", "catches": "a", "scripted": ""})",
                            R"({"key": "text.letter", "catches": "a", "more": 1})"}) {
    const auto topics = Load(std::string(R"({"areas": [{"area": "text", "topics": [)") + topic + "]}]}");
    ASSERT_FALSE(topics) << topic;
    EXPECT_NE(topics.error().message.find("/areas/0/topics/0"), std::string::npos) << topics.error().message;
  }
}

}  // namespace
}  // namespace spanproof
