// SPDX-License-Identifier: MIT
#include "harness/inproc/thunkgen/emit.h"

#include <gtest/gtest.h>

namespace spanproof {
namespace {

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
