// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "bridge/core/marshal.h"
#include "bridge/core/protocol.h"

namespace bridge::host {

// What clients ask of this process's memory at large: kRead, kWrite and kProtect of
// PROTOCOL.md. `segment` bounds the client's side of each. kFault where the DLLs' side cannot be
// touched, kCorrupt where the client's lies outside the segment.
Expected<std::uint64_t> ReadMemory(const protocol::Words& words, std::uint32_t unit, Region segment);
Expected<std::uint64_t> WriteMemory(const protocol::Words& words, Region segment);
Expected<std::uint64_t> ProtectMemory(const protocol::Words& words, bool no_access, Region segment);

}  // namespace bridge::host
