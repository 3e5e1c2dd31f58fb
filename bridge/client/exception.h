// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>

#include "bridge/core/error.h"

namespace bridge {

// The one exception of the bridge, thrown by what stands for a C call and by
// Start, Load and Function; each has a Try form that returns the Error instead.
class Exception : public std::runtime_error {
 public:
  explicit Exception(Error error) : std::runtime_error(error.message), error_(std::move(error)) {}
  const Error& error() const { return error_; }

 private:
  Error error_;
};

template <typename T>
T ValueOrThrow(Expected<T> value) {
  if (!value) throw Exception(std::move(value.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*value);
}

}  // namespace bridge
