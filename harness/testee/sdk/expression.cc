// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/expression.h"

#include <charconv>
#include <optional>
#include <string>
#include <vector>

namespace spanproof {
namespace {

constexpr int kDeepest = 64;

bool IsNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Recursive descent; the first error stays, and every level returns 0 after it.
class Evaluator {
 public:
  Evaluator(std::string_view text, std::span<const std::int64_t> arguments)
      : rest_(text), whole_(text), arguments_(arguments) {}

  Expected<std::int64_t> Run() {
    if (Word() != "lambda") return Failed("must begin with \"lambda\"");
    if (!Take(":")) {
      do {
        const std::string_view name = Word();
        if (name.empty()) return Failed("has a parameter without a name");
        names_.push_back(name);
      } while (Take(","));
      if (!Take(":")) return Failed("has no : after its parameters");
    }
    if (names_.size() != arguments_.size()) return Failed("does not take as many parameters as there are lengths");
    const std::int64_t value = Sum();
    SkipSpace();
    if (error_.empty() && !rest_.empty()) Note("has something that is no arithmetic: " + std::string(rest_.substr(0, 20)));
    if (!error_.empty()) return Failed(error_);
    return value;
  }

 private:
  tl::unexpected<Error> Failed(const std::string& why) const {
    return Fail(ErrorCode::kInvalidArgument, "func \"" + std::string(whole_.substr(0, 80)) + "\" " + why);
  }
  std::int64_t Note(const std::string& why) {
    if (error_.empty()) error_ = why;
    return 0;
  }

  void SkipSpace() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) rest_.remove_prefix(1);
  }
  bool Take(std::string_view token) {
    SkipSpace();
    if (!rest_.starts_with(token)) return false;
    // Of * and **, / and // the longer is meant.
    if (token.size() == 1 && (token == "*" || token == "/") && rest_.size() > 1 && rest_[1] == token[0]) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  std::string_view Word() {
    SkipSpace();
    std::size_t n = 0;
    while (n < rest_.size() && IsNameByte(rest_[n])) ++n;
    const std::string_view word = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return word;
  }

  std::int64_t Sum() {
    std::int64_t value = Product();
    while (error_.empty()) {
      if (Take("+")) {
        if (__builtin_add_overflow(value, Product(), &value)) return Note("overflows");
      } else if (Take("-")) {
        if (__builtin_sub_overflow(value, Product(), &value)) return Note("overflows");
      } else {
        break;
      }
    }
    return value;
  }

  std::int64_t Product() {
    std::int64_t value = Signed();
    while (error_.empty()) {
      if (Take("//")) {
        value = Divide(value, Signed()).first;
      } else if (Take("*")) {
        if (__builtin_mul_overflow(value, Signed(), &value)) return Note("overflows");
      } else if (Take("%")) {
        value = Divide(value, Signed()).second;
      } else if (Take("/")) {
        const auto [quotient, rest] = Divide(value, Signed());
        if (rest != 0) return Note("divides with a rest; use //");
        value = quotient;
      } else {
        break;
      }
    }
    return value;
  }

  // Rounds down and gives the rest the divisor's sign, as Python does.
  std::pair<std::int64_t, std::int64_t> Divide(std::int64_t a, std::int64_t b) {
    if (!error_.empty()) return {0, 0};
    if (b == 0) return {Note("divides by zero"), 0};
    if (b == -1) {
      std::int64_t negated = 0;
      if (__builtin_sub_overflow(std::int64_t{0}, a, &negated)) return {Note("overflows"), 0};
      return {negated, 0};
    }
    std::int64_t quotient = a / b;
    std::int64_t rest = a % b;
    if (rest != 0 && (rest < 0) != (b < 0)) {
      --quotient;
      rest += b;
    }
    return {quotient, rest};
  }

  std::int64_t Signed() {
    if (++depth_ > kDeepest) return Note("nests too deep");
    std::int64_t value = 0;
    if (Take("-")) {
      if (__builtin_sub_overflow(std::int64_t{0}, Signed(), &value)) Note("overflows");
    } else if (Take("+")) {
      value = Signed();
    } else {
      value = Power();
    }
    --depth_;
    return value;
  }

  std::int64_t Power() {
    const std::int64_t base = Atom();
    if (!Take("**")) return base;
    const std::int64_t exponent = Signed();
    if (exponent < 0) return Note("has a negative exponent");
    std::int64_t value = 1;
    for (std::int64_t i = 0; i < exponent && error_.empty(); ++i) {
      if (base == 0 || base == 1) return base;
      if (base == -1) return exponent % 2 == 0 ? 1 : -1;
      if (__builtin_mul_overflow(value, base, &value)) return Note("overflows");
    }
    return value;
  }

  std::int64_t Atom() {
    if (!error_.empty()) return 0;
    if (Take("(")) {
      const std::int64_t value = Sum();
      if (!Take(")")) return Note("has an open bracket");
      return value;
    }
    const std::string_view word = Word();
    if (word.empty()) return Note("ends or has something that is no arithmetic");
    if (word.front() >= '0' && word.front() <= '9') {
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
      if (error != std::errc() || end != word.data() + word.size()) return Note("has an unreadable number");
      return value;
    }
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == word) return arguments_[i];
    }
    return Note("names \"" + std::string(word) + "\", which is no parameter");
  }

  std::string_view rest_;
  std::string_view whole_;
  std::span<const std::int64_t> arguments_;
  std::vector<std::string_view> names_;
  std::string error_;
  int depth_ = 0;
};

}  // namespace

Expected<std::int64_t> EvaluateFunc(std::string_view func, std::span<const std::int64_t> arguments) {
  return Evaluator(func, arguments).Run();
}

}  // namespace spanproof
