// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "bridge/core/access.h"
#include "bridge/host/guarded_call.h"

namespace bridge::host {

// Copies between the segment and memory that a DLL may have freed meanwhile. False: an address cannot be
// read or written; `fault.address` is the first that could not be, and what stood before it was copied.
bool GuardedCopy(void* to, const void* from, std::uint64_t bytes, Fault* fault);

// The same as core wants it, for memory of the DLL's that a callback brings over.
extern const Access kDllMemory;

}  // namespace bridge::host
