// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "bridge/client/fork_guard.h"

namespace bridge {

// Where hosts have their prefix.
struct Prefix {
  std::string variable;  // WINEPREFIX; empty: it is not set
  std::string folder;    // empty: nothing says it
};
// `given`, or what the environment says now. For the program's own threads, which alone know when it changes.
Prefix FindPrefix(const std::string& given);

// The wineserver of the prefix: a pidfd of the process that holds the lock of the prefix's
// server folder. Not open where there is none that can be seen.
Descriptor FindWineServer(const Prefix& prefix);

// A time, as /proc says when processes started.
std::uint64_t ProcessTicksNow();

// Ends those processes that carry `mark` ("NAME=value") in their environment, but for those of Wine's own that serve
// the whole prefix: services.exe and its like, the wineserver.
void EndMarked(const std::string& mark);

// Ends what a wineserver that died left in its prefix: processes that carry a mark of name `name`, and started before `ticks`.
void EndOrphans(const std::string& name, const Prefix& prefix, std::uint64_t ticks);

}  // namespace bridge
