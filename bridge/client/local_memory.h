// SPDX-License-Identifier: MIT
#pragma once

#include "bridge/core/access.h"

namespace bridge {

// Access to this process's memory wherever a pointer leads: what cannot be touched is said, and ends nobody. It costs
// no system call. The first use takes SIGSEGV and SIGBUS: a handler that acts only where one of two instructions of
// ours raised them, and hands all others to the handler that was there before. It stays for good. Who sets a handler
// later gets those of ours first, and has to hand on what is not his to the one that sigaction says was there.
// On a thread that blocks these signals the kernel ends the process, handler or not.
// Thread-safe. Null where the handler cannot be set.
const Access* LocalMemory();

}  // namespace bridge
