// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

#include "bridge/client/exception.h"
#include "bridge/client/type_of.h"

namespace bridge {

// A result that is written down before its type is known: `{.on_throw = -1}`. Numbers are converted as C does;
// everything else must be of the very type.
class ResultValue {
 public:
  ResultValue() = default;  // all zero
  template <typename T>
    requires(!std::is_same_v<T, ResultValue>)
  ResultValue(const T& value) {  // NOLINT: reads as the value it is
    if constexpr (std::is_floating_point_v<T>) {
      value_ = static_cast<double>(value);
    } else if constexpr (internal::Aggregate<T>) {
      static_assert(std::is_trivially_copyable_v<T>, "what crosses by value is bytes, as in C");
      value_ = Whole{StructOf<T>::kName, std::vector<std::byte>(sizeof value)};
      std::memcpy(std::get<Whole>(value_).bytes.data(), &value, sizeof value);
    } else {
      value_ = ToWord(value);
    }
  }

  // kInvalidArgument where it is another type's.
  template <typename R>
  Expected<R> As() const {
    if constexpr (internal::Aggregate<R>) {
      R result{};
      const Whole* whole = std::get_if<Whole>(&value_);
      if (whole != nullptr && whole->name == StructOf<R>::kName && whole->bytes.size() == sizeof result)
        return std::memcpy(&result, whole->bytes.data(), sizeof result), result;
      if (std::holds_alternative<std::monostate>(value_)) return result;
    } else {
      if (std::holds_alternative<std::monostate>(value_)) return FromWord<R>(0);
      if (const double* number = std::get_if<double>(&value_))
        if constexpr (std::is_arithmetic_v<R>) return static_cast<R>(*number);
      if (const std::uint64_t* word = std::get_if<std::uint64_t>(&value_)) {
        if constexpr (std::is_floating_point_v<R>) return static_cast<R>(static_cast<std::int64_t>(*word));
        else return FromWord<R>(*word);
      }
    }
    return Fail(ErrorCode::kInvalidArgument, "the value for a handler that throws is not of the callback's result type: give one that is");
  }

 private:
  struct Whole {
    std::string name;
    std::vector<std::byte> bytes;
  };
  std::variant<std::monostate, std::uint64_t, double, Whole> value_;
};

}  // namespace bridge
