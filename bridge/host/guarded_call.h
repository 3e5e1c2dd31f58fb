// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "bridge/host/registry.h"

namespace bridge::host {

struct Fault {
  std::uint32_t code = 0;
  std::uint64_t address = 0;
};

// Calls `function` with its arguments' words (at least four can be read there) inside a
// frame of structured exception handling; `result` gets the result's word.
// False: the callee raised an exception that none of its own handlers took,
// described in `fault`. A vectored handler would not do: it sees exceptions
// before the DLL's own handlers and takes those that the DLL, or Wine, would have dealt with (DESIGN 7).
// win64: a call stub of ours, since words are slots already; win32: libffi.
bool GuardedCall(const Function& function, const std::uint64_t* words, std::uint64_t* result, Fault* fault);

}  // namespace bridge::host
