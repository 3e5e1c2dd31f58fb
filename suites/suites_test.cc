// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/model/case.h"
#include "harness/model/topics.h"

namespace spanproof {
namespace {

TEST(Suites, AllCaseFilesAreReadable) {
  const auto files = LoadSuite(SPANPROOF_SUITES);
  ASSERT_TRUE(files) << files.error().message;
}

TEST(Suites, HoldTheWorkedExamplesInBothConventions) {
  const auto files = LoadSuite(SPANPROOF_SUITES);
  ASSERT_TRUE(files) << files.error().message;
  for (const std::string id : {"memory.bubblesort.seed_vector", "memory.computed_length.process_image",
                               "text.replace_letter.seed_text", "text.replace_letter_w.seed_text",
                               "callback.image_filter.edge_detection", "print.stdout.bar"}) {
    for (const std::string convention : {".cdecl", ".stdcall"}) {
      EXPECT_TRUE(std::any_of(files->begin(), files->end(), [&](const CaseFile& file) {
        return std::any_of(file.cases.begin(), file.cases.end(),
                           [&](const Case& one) { return one.id == id + convention; });
      })) << id + convention;
    }
  }
}

TEST(Suites, HaveATopicForEveryCaseOfAnAreaThatListsTopics) {
  const auto files = LoadSuite(SPANPROOF_SUITES);
  ASSERT_TRUE(files) << files.error().message;
  const auto topics = LoadTopics(std::filesystem::path(SPANPROOF_SUITES) / kTopicsFile);
  ASSERT_TRUE(topics) << topics.error().message;
  for (const CaseFile& file : *files) {
    for (const Case& one : file.cases) {
      const std::string area = one.id.substr(0, one.id.find('.'));
      const bool listed = std::any_of(topics->begin(), topics->end(), [&](const Topic& topic) { return topic.area == area; });
      EXPECT_TRUE(!listed || TopicOf(*topics, one.id) != nullptr) << one.id;
    }
  }
}

}  // namespace
}  // namespace spanproof
