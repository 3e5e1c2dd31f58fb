// SPDX-License-Identifier: MIT
#include "bridge/core/expression.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace bridge {
namespace {

std::string Spell(const Expected<std::int64_t>& value) {
  return value ? std::to_string(*value) : "error: " + value.error().message;
}

// Parses and computes; the text of the error where either fails.
std::string Value(std::string_view text, std::vector<std::int64_t> inputs = {}) {
  auto parsed = Expression::Parse(text, inputs.size());
  if (!parsed) return "error: " + parsed.error().message;
  return Spell(parsed->Evaluate(inputs));
}

std::string ParseError(std::string_view text, std::size_t inputs) {
  auto parsed = Expression::Parse(text, inputs);
  if (parsed) return "no error";
  EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
  return parsed.error().message;
}

TEST(Expression, TakesTheSeedsLambdaAsItIs) {
  EXPECT_EQ(Value("lambda x, y: x * y", {6, 7}), "42");
  EXPECT_EQ(Value("lambda width,height:width*height", {3, 4}), "12");
  EXPECT_EQ(Value("  lambda  n :  n + 1 ", {9}), "10");
  EXPECT_EQ(Value("lambda lambda_1, _b2: lambda_1 - _b2", {9, 2}), "7");
}

TEST(Expression, NamesLengthsXYZWhereThereIsNoLambda) {
  EXPECT_EQ(Value("x * y", {6, 7}), "42");
  EXPECT_EQ(Value("x + 10 * y + 100 * z + 1000 * x3", {1, 2, 3, 4}), "4321");
}

TEST(Expression, KeepsPythonsPrecedence) {
  EXPECT_EQ(Value("2 + 3 * 4"), "14");
  EXPECT_EQ(Value("(2 + 3) * 4"), "20");
  EXPECT_EQ(Value("20 - 3 - 2"), "15");
  EXPECT_EQ(Value("100 // 10 // 5"), "2");
  EXPECT_EQ(Value("7 * 5 % 4"), "3");
  EXPECT_EQ(Value("7 % 5 * 4"), "8");
  EXPECT_EQ(Value("2 ** 3 ** 2"), "512");
  EXPECT_EQ(Value("-2 ** 2"), "-4");
  EXPECT_EQ(Value("2 * -3"), "-6");
  EXPECT_EQ(Value("5 - -3"), "8");
  EXPECT_EQ(Value("+x", {4}), "4");
  EXPECT_EQ(Value("2 ** 3 * 2"), "16");
  EXPECT_EQ(Value("3 * 2 ** 2"), "12");
  EXPECT_EQ(Value("2  **  2"), "4");
}

TEST(Expression, DividesTowardsMinusInfinityLikePython) {
  EXPECT_EQ(Value("7 // 2"), "3");
  EXPECT_EQ(Value("-7 // 2"), "-4");
  EXPECT_EQ(Value("7 // -2"), "-4");
  EXPECT_EQ(Value("-7 // -2"), "3");
  EXPECT_EQ(Value("7 % 3"), "1");
  EXPECT_EQ(Value("-7 % 3"), "2");
  EXPECT_EQ(Value("7 % -3"), "-2");
  EXPECT_EQ(Value("-7 % -3"), "-1");
  EXPECT_EQ(Value("x % y", {INT64_MIN, -1}), "0");
}

TEST(Expression, KnowsMinAndMax) {
  EXPECT_EQ(Value("min(3, 1, 2)"), "1");
  EXPECT_EQ(Value("max(x, y) + min(x, y) * 10", {2, 5}), "25");
  EXPECT_EQ(Value("lambda max: max + 1", {4}), "5");
}

TEST(Expression, RefusesToOverflow) {
  const char* const overflow = "error: the length overflows 64 bits or divides by zero";
  EXPECT_EQ(Value("x + 1", {INT64_MAX}), overflow);
  EXPECT_EQ(Value("x - 1", {INT64_MIN}), overflow);
  EXPECT_EQ(Value("x * x", {std::int64_t{1} << 32}), overflow);
  EXPECT_EQ(Value("2 ** 63"), overflow);
  EXPECT_EQ(Value("2 ** 62"), std::to_string(std::int64_t{1} << 62));
  EXPECT_EQ(Value("1 ** 64"), "1");
  EXPECT_EQ(Value("x // y", {INT64_MIN, -1}), overflow);
  EXPECT_EQ(Value("2 ** -1"), overflow);
  EXPECT_EQ(Value("-x", {INT64_MIN}), "error: the length overflows 64 bits");
}

TEST(Expression, RefusesToDivideByZero) {
  EXPECT_EQ(Value("x // y", {1, 0}), "error: the length overflows 64 bits or divides by zero");
  EXPECT_EQ(Value("x % y", {1, 0}), "error: the length overflows 64 bits or divides by zero");
}

TEST(Expression, EveryParseErrorNamesItsColumn) {
  const struct {
    const char* text;
    std::size_t inputs;
    const char* column;
  } cases[] = {
      {"", 1, "column 1"},          {"   ", 1, "column 4"},        {"x *", 1, "column 4"},
      {"x y", 1, "column 3"},       {"(x", 1, "column 3"},         {"x)", 1, "column 2"},
      {"y", 1, "column 1"},         {"x / 2", 1, "column 3"},      {"2x", 1, "column 2"},
      {"x + * 2", 1, "column 5"},   {"min x", 1, "column 5"},      {"min(x, )", 1, "column 8"},
      {"lambda x y: x", 2, "column 10"}, {"lambda 1: 1", 1, "column 8"}, {"lambda x: y", 1, "column 11"},
      {"9223372036854775808", 1, "column 1"}, {"x.real", 1, "column 2"}, {"__import__('os')", 1, "column 1"},
      {"x\x80", 1, "column 2"},     {"x if x else 1", 1, "column 3"}, {"x, x", 1, "column 2"},
      {"lambda x", 1, "column 9"},  {"\"x\"", 1, "column 1"},      {"x << 2", 1, "column 3"},
      {"~x", 1, "column 1"},        {"x = 1", 1, "column 3"},      {"min()", 1, "column 5"},
      {"lambda x, y: x * y", 1, "column"}, {"lambda x: x", 2, "column"},
  };
  for (const auto& one : cases) {
    const std::string error = ParseError(one.text, one.inputs);
    EXPECT_NE(error.find(one.column), std::string::npos) << one.text << ": " << error;
    EXPECT_NE(error.find(one.text), std::string::npos) << "the message shows the text: " << error;
  }
}

TEST(Expression, AWrongNumberOfParametersIsNamed) {
  EXPECT_NE(ParseError("lambda x, y: x * y", 1).find("takes 2 lengths, the directive gives 1"), std::string::npos);
  EXPECT_NE(ParseError("lambda: 1", 2).find("takes 0 lengths, the directive gives 2"), std::string::npos);
}

TEST(Expression, TooDeepAndTooLongIsRefusedAndNotACrash) {
  for (const std::string& piece : {std::string("("), std::string("-"), std::string("min("), std::string("2**"),
                                   std::string("+"), std::string("(-(+max(")}) {
    std::string bomb;
    while (bomb.size() < 1000000) bomb += piece;
    const std::string error = ParseError(bomb + "1", 1);
    EXPECT_NE(error.find("column"), std::string::npos) << piece;
    EXPECT_LT(error.size(), 4000u) << "a message quotes no megabyte";
  }
  std::string sum = "1";
  while (sum.size() < 1000000) sum += "+1";
  EXPECT_NE(ParseError(sum, 1).find("too long"), std::string::npos);
  std::string most = "1";
  for (int i = 0; i < 31; ++i) most += "+1";
  EXPECT_EQ(Value(most), "32");
}

TEST(Expression, JunkGivesAnErrorOrANumber) {
  std::mt19937 random(20);
  const std::string letters = "xyz0123456789+-*/%(), :lambdminx_\t\"\x01\xff";
  for (int round = 0; round < 200000; ++round) {
    std::string text;
    for (std::size_t length = random() % 14; length > 0; --length) text += letters[random() % letters.size()];
    auto parsed = Expression::Parse(text, 2);
    if (parsed)
      (void)parsed->Evaluate(std::vector<std::int64_t>{static_cast<std::int64_t>(random()), -3});
    else
      EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument) << text;
  }
}

using Op = Expression::Op;
using Code = std::vector<Expression::Instruction>;

TEST(Expression, InstructionsFromTheWireAreChecked) {
  EXPECT_TRUE(Expression::FromInstructions({{Op::kInput, 0}, {Op::kConstant, 2}, {Op::kMultiply, 0}}, 1));
  const Code wrong[] = {
      {},                                                                    // nothing on the stack
      {{Op::kConstant, 1}, {Op::kConstant, 2}},                              // two left over
      {{Op::kAdd, 0}},                                                       // nothing to add
      {{Op::kConstant, 1}, {Op::kMultiply, 0}},                              // one operand
      {{Op::kNegate, 0}},                                                    // none
      {{Op::kInput, 1}},                                                     // beyond the inputs
      {{Op::kInput, -1}},                                                    // before them
      {{Op::kInput, INT64_MIN}},                                             //
      {{static_cast<Op>(11), 0}},                                            // no such operation
      {{Op::kConstant, 1}, {static_cast<Op>(255), 0}},                       //
      Code(Expression::kMaxInstructions + 1, {Op::kConstant, 1}),            // over-long
  };
  for (const Code& code : wrong) {
    auto checked = Expression::FromInstructions(code, 1);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::kCorrupt);
  }
}

}  // namespace
}  // namespace bridge
