// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace bridge {

// What the caller can do about an error decides its code.
enum class ErrorCode {
  kInvalidArgument,  // what was given is wrong: correct it and try again
  kUnsupported,      // well formed, but this bridge cannot do it
  kNotFound,         // a DLL or a symbol that is not there; `os_error` is Windows' number
  kDisconnected,     // the host process ended during the call
  kTimeout,          // the call's deadline passed
  kFault,            // the DLL raised an exception that it did not handle
  kCorrupt,          // bytes from the other side broke their own rules
  kInternal,         // a bug of ours
  kCancelled,        // the caller, or Session::Stop, ended the call
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;         // what, where, and what to do; one line
  std::uint32_t os_error = 0;  // Windows' number; kFault: the exception's code; kDisconnected: the same, or the exit status as seen, 128 + a signal's
  std::uint64_t address = 0;   // kFault, kDisconnected: where in the host's address space; memory that cannot be touched: which
  std::string module = {};     // and the base name of the module that the address lies in; empty: in none
  std::uint64_t offset = 0;    // of the address in it

  bool operator==(const Error&) const = default;
};

template <typename T>
using Expected = tl::expected<T, Error>;

inline tl::unexpected<Error> Fail(ErrorCode code, std::string message,
                                  std::uint32_t os_error = 0) {
  return tl::unexpected<Error>(Error{code, std::move(message), os_error, 0, {}, 0});
}

}  // namespace bridge
