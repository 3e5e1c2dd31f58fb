// SPDX-License-Identifier: MIT
// What no case file can say wrongly, because its reader would refuse it before the bridge does.
#include <gtest/gtest.h>

#include "bridge/core/plan.h"

namespace bridge {
namespace {

void ExpectSays(const std::string& message, std::initializer_list<const char*> parts) {
  for (const char* part : parts) EXPECT_NE(message.find(part), std::string::npos) << "'" << part << "' is not in: " << message;
}

std::string Refusal(std::vector<Type> arguments, std::vector<Memsync> memsync) {
  const Signature signature{.arguments = std::move(arguments), .memsync = std::move(memsync)};
  auto plan = CompilePlan(signature, Abi::kSysv64, Abi::kWin64Gnu, Phase::kBefore);
  return plan ? "nothing was refused" : plan.error().message;
}

TEST(Refusals, NamesOfAbisAndArchitecturesAreListed) {
  ExpectSays(ParseAbi("win64").error().message, {"'win64'", "write win64-msvc, win64-gnu, win32-msvc, win32-gnu or sysv64"});
  ExpectSays(ParseArch("x64").error().message, {"'x64'", "write win64 or win32"});
}

TEST(Refusals, APathBeginsWithAnArgumentOrTheResult) {
  const Type bytes = Type::Pointer(kUint8);
  ExpectSays(Refusal({bytes, kInt32}, {{.pointer = {"result"}, .length = {{1}}}}), {"path", "an argument's index or with \"r\""});
  ExpectSays(Refusal({bytes, kInt32}, {{.pointer = {0}, .length = {{-1}}}}), {"path", "an argument's index or with \"r\""});
}

TEST(Refusals, TypesHaveAnEnd) {
  Type deep = kInt32;
  for (int i = 0; i < 300; ++i) deep = Type::Array(deep, 1);
  ExpectSays(LayoutOf(deep, Abi::kWin64Gnu).error().message, {"int32[1]", "deeper than 256 types"});
  Type large = kInt32;
  for (int i = 0; i < 4; ++i) large = Type::Array(large, 1 << 16);
  ExpectSays(LayoutOf(large, Abi::kWin64Gnu).error().message, {"int32[65536]", "larger than any memory", "write fewer elements"});
}

TEST(Refusals, OneStructAloneIsFollowedByItsArray) {
  const Type series = Type::Struct("Series", {{"owner", Type::Pointer(kVoid)}, {"values", Type::Array(kInt16, 0)}});
  const Memsync values{.pointer = {0, "values"}, .length = {{1}}, .type = kInt16};
  EXPECT_EQ(Refusal({Type::Pointer(series), kInt32}, {values}), "nothing was refused");
  ExpectSays(Refusal({Type::Pointer(Type::Array(series, 3)), kInt32}, {{.pointer = {0, 0, "values"}, .length = {{1}}, .type = kInt16}}),
             {"path [0,0,\"values\"]", "only a single struct", "declare a pointer to one"});
}

}  // namespace
}  // namespace bridge
