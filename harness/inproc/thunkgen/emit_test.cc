// SPDX-License-Identifier: MIT
#include "harness/inproc/thunkgen/emit.h"

#include <gtest/gtest.h>

#include "harness/inproc/signature.h"

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

TEST(ThunkSet, DefinesStructsAsTheDllsCompilerWouldSeeThem) {
  CaseFile file;
  TypeTable& types = file.types;
  const TypeId i = *types.Parse("int");
  const TypeId bits = *types.DefineStruct("Bits", {{"a", i, 3}, {"", i, 0}, {"d", *types.Parse("double[2]")}}, Shape{2, 16, false});
  const TypeId either = *types.DefineStruct("Either", {{"bits", bits}, {"f", *types.Parse("float")}}, 0, true);
  const TypeId same = *types.DefineStruct("Same", {{"x", bits}, {"y", *types.Parse("float")}}, 0, true);
  Prototype prototype;
  prototype.result = either;
  prototype.arguments = {same, *types.Parse("char*"), i};
  prototype.variadic = 2;
  file.functions = {{"f", "m", "f", prototype}};
  ThunkSet thunks;
  thunks.Add(file);
  const std::string code = thunks.EmitC();
  EXPECT_NE(code.find("#pragma pack(push, 2)\nstruct S0 {\n  int32_t m0 : 3;\n  int32_t : 0;\n  double m2[2];\n}"
                      " __attribute__((aligned(16)));\n#pragma pack(pop)"),
            std::string::npos) << code;
  EXPECT_NE(code.find("union S1 {\n  struct S0 m0;\n  float m1;\n};"), std::string::npos) << code;
  EXPECT_EQ(code.find("S2"), std::string::npos) << "two types that travel alike are one";
  EXPECT_NE(code.find("(union S1, void *, ...))function)(a0, a1, a2)"), std::string::npos) << code;
}

TEST(Signature, RefusesWhatNobodyShouldCall) {
  TypeTable types;
  Prototype prototype;
  prototype.arguments = {*types.Parse("char*"), *types.Parse("float")};
  prototype.variadic = 1;
  const auto refused = CheckCallable(types, prototype);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("argument 1"), std::string::npos);
  EXPECT_NE(refused.error().message.find("promote it, write \"double\""), std::string::npos);
  prototype.variadic = 2;
  EXPECT_TRUE(CheckCallable(types, prototype));
  prototype.convention = Convention::kStdcall;
  EXPECT_FALSE(CheckCallable(types, prototype));
  prototype.variadic = {};
  EXPECT_TRUE(CheckCallable(types, prototype));
  prototype.convention = Convention::kVectorcall;
  EXPECT_FALSE(CheckCallable(types, prototype));
  prototype.convention = Convention::kCdecl;
  prototype.result = *types.DefineStruct("Flood", {{"bytes", *types.Parse("char[2147483648]")}});
  const auto flood = CheckCallable(types, prototype);
  ASSERT_FALSE(flood);
  EXPECT_NE(flood.error().message.find("\"Flood\" of 2147483648 bytes is too large"), std::string::npos);
}

}  // namespace
}  // namespace spanproof
