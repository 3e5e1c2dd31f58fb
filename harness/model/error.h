// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace spanproof {

// What the caller can do about an error decides its code.
enum class ErrorCode {
  kInvalidArgument,  // what was given is wrong: correct it and try again
  kUnsupported,      // well formed, but this lane or build cannot do it
  kDisconnected,     // the other process ended
  kTimeout,          // the deadline passed
  kCorrupt,          // bytes from outside broke their own rules
  kInternal,         // a bug of ours
};

// `message` says what, where, and what to do, in one line without a full stop.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;

  bool operator==(const Error&) const = default;
};

template <typename T>
using Expected = tl::expected<T, Error>;

inline tl::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

}  // namespace spanproof
