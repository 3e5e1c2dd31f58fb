// SPDX-License-Identifier: MIT
#include "bridge/core/expression.h"

#include <array>
#include <cctype>
#include <charconv>
#include <string>

namespace bridge {
namespace {

using Op = Expression::Op;
using Instruction = Expression::Instruction;

constexpr int kMaxNesting = 32;
constexpr std::size_t kMaxQuoted = 200;  // of a text in a message about it

// Recursive descent, Python's precedence: ** binds tighter than a sign on its
// left, and to the right.
class Parser {
 public:
  Parser(std::string_view text, std::size_t inputs) : text_(text) {
    for (std::size_t i = 0; i < inputs; ++i)
      names_.push_back(i < 3 ? std::string(1, "xyz"[i]) : "x" + std::to_string(i));
  }

  Expected<std::vector<Instruction>> Run() {
    if (Word("lambda")) ParseParameters();
    if (error_.empty()) Sum();
    Blank();
    if (error_.empty() && at_ != text_.size()) Expect("an operator");
    if (!error_.empty()) {
      const std::string quoted(text_.substr(0, kMaxQuoted));
      return Fail(ErrorCode::kInvalidArgument,
                  "func '" + quoted + (text_.size() > kMaxQuoted ? "…" : "") + "': " + error_);
    }
    return std::move(code_);
  }

 private:
  void Expect(const std::string& what) {
    if (error_.empty()) error_ = "expected " + what + " at column " + std::to_string(at_ + 1);
  }
  void Blank() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool Take(std::string_view token) {
    Blank();
    if (!text_.substr(at_).starts_with(token)) return false;
    at_ += token.size();
    return true;
  }
  std::string Identifier() {
    Blank();
    std::size_t end = at_;
    while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) || text_[end] == '_')) ++end;
    if (end == at_ || std::isdigit(static_cast<unsigned char>(text_[at_]))) return {};
    std::string name(text_.substr(at_, end - at_));
    at_ = end;
    return name;
  }
  bool Word(std::string_view word) {
    const std::size_t before = at_;
    if (Identifier() == word) return true;
    at_ = before;
    return false;
  }

  void ParseParameters() {
    const std::size_t expected = names_.size();
    names_.clear();
    while (!Take(":")) {
      if (!names_.empty() && !Take(",")) return Expect("',' or ':'");
      std::string name = Identifier();
      if (name.empty()) return Expect("a parameter's name");
      names_.push_back(std::move(name));
    }
    if (names_.size() != expected)
      error_ = "it takes " + std::to_string(names_.size()) + " lengths, the directive gives " +
               std::to_string(expected) + ", at column " + std::to_string(at_);
  }

  void Emit(Op op, std::int64_t operand = 0) {
    if (code_.size() == Expression::kMaxInstructions) return Expect("its end: it is too long");
    code_.push_back({op, operand});
  }

  void Sum() {
    Product();
    while (error_.empty()) {
      if (Take("+")) {
        Product();
        Emit(Op::kAdd);
      } else if (Take("-")) {
        Product();
        Emit(Op::kSubtract);
      } else {
        return;
      }
    }
  }

  void Product() {
    Unary();
    while (error_.empty()) {
      if (text_.substr(at_).starts_with("**")) return;
      if (Take("*")) {
        Unary();
        Emit(Op::kMultiply);
      } else if (Take("//")) {
        Unary();
        Emit(Op::kDivide);
      } else if (Take("/")) {
        --at_;
        Expect("'//': a length is a whole number");
      } else if (Take("%")) {
        Unary();
        Emit(Op::kModulo);
      } else {
        return;
      }
    }
  }

  void Unary() {
    if (++nesting_ > kMaxNesting) return Expect("fewer levels of nesting");
    if (Take("-")) {
      Unary();
      Emit(Op::kNegate);
    } else if (Take("+")) {
      Unary();
    } else {
      Atom();
      Blank();
      if (error_.empty() && Take("**")) {
        Unary();
        Emit(Op::kPower);
      }
    }
    --nesting_;
  }

  void Call(Op op) {
    if (!Take("(")) return Expect("'('");
    Sum();
    for (int more = 0; error_.empty() && Take(","); ++more) {
      Sum();
      Emit(op);
    }
    if (!Take(")")) Expect("')'");
  }

  void Atom() {
    Blank();
    if (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) {
      std::int64_t value = 0;
      const char* end = text_.data() + text_.size();
      auto [rest, status] = std::from_chars(text_.data() + at_, end, value);
      if (status != std::errc()) return Expect("a number below 2^63");
      at_ = static_cast<std::size_t>(rest - text_.data());
      return Emit(Op::kConstant, value);
    }
    if (Take("(")) {
      Sum();
      if (!Take(")")) Expect("')'");
      return;
    }
    const std::size_t before = at_;
    const std::string name = Identifier();
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (names_[i] == name) return Emit(Op::kInput, static_cast<std::int64_t>(i));
    if (name == "min") return Call(Op::kMin);
    if (name == "max") return Call(Op::kMax);
    at_ = before;
    Expect("a number, a length's name or '('");
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int nesting_ = 0;
  std::vector<std::string> names_;
  std::vector<Instruction> code_;
  std::string error_;
};

// Python's // and % round towards minus infinity.
std::int64_t FloorDivide(std::int64_t a, std::int64_t b) {
  const std::int64_t quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

bool Power(std::int64_t base, std::int64_t exponent, std::int64_t* result) {
  if (exponent < 0 || exponent > 64) return false;
  *result = 1;
  for (std::int64_t i = 0; i < exponent; ++i)
    if (__builtin_mul_overflow(*result, base, result)) return false;
  return true;
}

bool Apply(Op op, std::int64_t a, std::int64_t b, std::int64_t* result) {
  switch (op) {
    case Op::kAdd: return !__builtin_add_overflow(a, b, result);
    case Op::kSubtract: return !__builtin_sub_overflow(a, b, result);
    case Op::kMultiply: return !__builtin_mul_overflow(a, b, result);
    case Op::kDivide:
      if (b == 0 || (a == INT64_MIN && b == -1)) return false;
      *result = FloorDivide(a, b);
      return true;
    case Op::kModulo:
      if (b == 0 || b == -1) return *result = 0, b != 0;
      *result = a - FloorDivide(a, b) * b;
      return true;
    case Op::kPower: return Power(a, b, result);
    case Op::kMin: return *result = a < b ? a : b, true;
    case Op::kMax: return *result = a > b ? a : b, true;
    default: return false;
  }
}

}  // namespace

Expected<Expression> Expression::Parse(std::string_view text, std::size_t inputs) {
  auto code = Parser(text, inputs).Run();
  if (!code) return tl::unexpected(code.error());
  return FromInstructions(std::move(*code), inputs);
}

Expected<Expression> Expression::FromInstructions(std::vector<Instruction> code, std::size_t inputs) {
  std::size_t depth = 0;
  bool sound = !code.empty() && code.size() <= kMaxInstructions;
  for (const Instruction& step : code) {
    if (step.op > Op::kMax) sound = false;
    if (step.op == Op::kInput && (step.operand < 0 || static_cast<std::uint64_t>(step.operand) >= inputs)) sound = false;
    const std::size_t taken = step.op <= Op::kInput ? 0 : step.op == Op::kNegate ? 1 : 2;
    if (depth < taken) sound = false;
    if (!sound) break;
    depth = depth - taken + 1;
  }
  if (!sound || depth != 1) return Fail(ErrorCode::kCorrupt, "a length's expression is malformed");
  Expression expression;
  expression.code_ = std::move(code);
  return expression;
}

Expected<std::int64_t> Expression::Evaluate(std::span<const std::int64_t> inputs) const {
  std::array<std::int64_t, kMaxInstructions> stack;
  std::size_t depth = 0;
  for (const Instruction& step : code_) {
    if (step.op == Op::kConstant) {
      stack[depth++] = step.operand;
    } else if (step.op == Op::kInput) {
      stack[depth++] = inputs[static_cast<std::size_t>(step.operand)];
    } else if (step.op == Op::kNegate) {
      if (stack[depth - 1] == INT64_MIN) return Fail(ErrorCode::kInvalidArgument, "the length overflows 64 bits");
      stack[depth - 1] = -stack[depth - 1];
    } else {
      --depth;
      if (!Apply(step.op, stack[depth - 1], stack[depth], &stack[depth - 1]))
        return Fail(ErrorCode::kInvalidArgument, "the length overflows 64 bits or divides by zero");
    }
  }
  return stack[0];
}

}  // namespace bridge
