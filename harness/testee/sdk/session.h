// SPDX-License-Identifier: MIT
#pragma once

#include "harness/testee/sdk/channel.h"
#include "harness/testee/sdk/engine.h"

namespace spanproof {

// Serves the protocol of TESTEE.md over `channel` until `bye` or the end of input, on the
// calling thread, which is the protocol's "main" and the only one so far:
// requests for other threads are answered `unsupported`. Returns the process's
// exit status: 0 after `bye`, 3 when the input ended without it, 4 when the
// stream broke the rules of frames.
int Serve(Engine& engine, Channel& channel);

}  // namespace spanproof
