// SPDX-License-Identifier: MIT
#pragma once

#include <ffi.h>

#include <cstdint>

namespace bridge::host {

struct Fault {
  std::uint32_t code = 0;
  std::uint64_t address = 0;
};

// ffi_call inside a frame of structured exception handling. False: the callee
// raised an exception that none of its own handlers took, described in `fault`.
// A vectored handler would not do: it sees exceptions before the DLL's own
// handlers and takes those that the DLL, or Wine, would have dealt with (DESIGN 7).
bool GuardedCall(ffi_cif* interface, void (*code)(), void* result, void** arguments, Fault* fault);

}  // namespace bridge::host
