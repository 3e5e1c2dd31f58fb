// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "bridge/core/error.h"

namespace bridge {

// The `func` of a memsync directive: integer arithmetic over the lengths,
// never code (DESIGN 14). Understands Python's lambda text as it is, or the bare
// expression with x, y, z, … for the lengths: + - * // % ** ( ) min() max().
class Expression {
 public:
  enum class Op : std::uint8_t { kConstant, kInput, kAdd, kSubtract, kMultiply, kDivide, kModulo, kPower,
                                 kNegate, kMin, kMax };
  struct Instruction {
    Op op = Op::kConstant;
    std::int64_t operand = 0;  // kConstant: the value; kInput: the length's index
    bool operator==(const Instruction&) const = default;
  };
  static constexpr std::size_t kMaxInstructions = 64;

  // `inputs` is how many lengths the directive gives. kInvalidArgument names
  // the column and what was expected.
  static Expected<Expression> Parse(std::string_view text, std::size_t inputs);

  // From the wire: checked so that Evaluate cannot leave its bounds.
  static Expected<Expression> FromInstructions(std::vector<Instruction> code, std::size_t inputs);

  // 64-bit throughout; kInvalidArgument on overflow and on division by zero.
  Expected<std::int64_t> Evaluate(std::span<const std::int64_t> inputs) const;

  const std::vector<Instruction>& code() const { return code_; }

 private:
  std::vector<Instruction> code_;  // postfix
};

}  // namespace bridge
