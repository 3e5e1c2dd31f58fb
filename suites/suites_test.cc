// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/inproc/thunkgen/emit.h"
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

TEST(ThunkSet, MakesOneThunkForAllPrototypesOfOneSignature) {
  const auto files = LoadSuite(SPANPROOF_SUITES);
  ASSERT_TRUE(files) << files.error().message;
  ThunkSet once;
  ThunkSet twice;
  for (const CaseFile& file : *files) {
    once.Add(file);
    twice.Add(file);
    twice.Add(file);
  }
  EXPECT_EQ(once.EmitC(), twice.EmitC());
  const std::string code = once.EmitC();
  const std::string key = "\"stdcall i32(i32,i32)\"";
  EXPECT_NE(code.find(key), std::string::npos);
  EXPECT_EQ(code.find(key), code.rfind(key));
}

}  // namespace
}  // namespace spanproof
