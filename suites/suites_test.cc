// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/model/case.h"

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
                               "memory.null_terminated.replace_letter", "memory.unicode.replace_letter_w",
                               "callback.memsync.filter_edge_detection", "text.printed.bar"}) {
    for (const std::string convention : {".cdecl", ".stdcall"}) {
      EXPECT_TRUE(std::any_of(files->begin(), files->end(), [&](const CaseFile& file) {
        return std::any_of(file.cases.begin(), file.cases.end(),
                           [&](const Case& one) { return one.id == id + convention; });
      })) << id + convention;
    }
  }
}

}  // namespace
}  // namespace spanproof
