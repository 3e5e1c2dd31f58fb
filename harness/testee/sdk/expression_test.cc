// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/expression.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace spanproof {
namespace {

std::int64_t Value(std::string_view func, std::vector<std::int64_t> arguments) {
  const auto value = EvaluateFunc(func, arguments);
  EXPECT_TRUE(value) << value.error().message;
  return value.value_or(-999);
}

TEST(EvaluateFunc, ComputesPythonsArithmetic) {
  EXPECT_EQ(Value("lambda x, y: x * y", {256, 256}), 65536);
  EXPECT_EQ(Value("lambda x: (x + 1) * 2 - 3", {4}), 7);
  EXPECT_EQ(Value("lambda a, b: a // b", {-7, 2}), -4);
  EXPECT_EQ(Value("lambda a, b: a % b", {-7, 2}), 1);
  EXPECT_EQ(Value("lambda a: a / 2", {8}), 4);
  EXPECT_EQ(Value("lambda a: -a ** 2", {3}), -9);
  EXPECT_EQ(Value("lambda a: 2 ** 3 ** a", {2}), 512);
  EXPECT_EQ(Value("lambda: 12", {}), 12);
}

TEST(EvaluateFunc, RefusesWhatIsNoArithmeticOfItsParameters) {
  for (const char* func : {"x * y", "lambda x: y", "lambda x: __import__('os')", "lambda x: x +", "lambda x: (x",
                           "lambda x, y: x", "lambda x: x / 2", "lambda x: x // 0", "lambda x: x if x else 1",
                           "lambda x: 99999999999999999999", "lambda x: x ** -1", ""}) {
    EXPECT_FALSE(EvaluateFunc(func, std::vector<std::int64_t>{3})) << func;
  }
  EXPECT_FALSE(EvaluateFunc("lambda x: " + std::string(100000, '('), std::vector<std::int64_t>{3}));
}

TEST(EvaluateFunc, RefusesOverflow) {
  const std::int64_t big = std::numeric_limits<std::int64_t>::max();
  for (const char* func : {"lambda x: x + 1", "lambda x: x * 2", "lambda x: -x - 2", "lambda x: x ** 3"}) {
    EXPECT_FALSE(EvaluateFunc(func, std::vector<std::int64_t>{big})) << func;
  }
}

}  // namespace
}  // namespace spanproof
