// SPDX-License-Identifier: MIT
#pragma once

#include "harness/testee/sdk/channel.h"
#include "harness/testee/sdk/engine.h"

namespace spanproof {

// Serves the protocol of TESTEE.md over `channel` until `bye` or the end of input. The
// calling thread is the protocol's "main"; a thread of the SDK's reads the channel, and
// where the engine has the capability `threads` others of the tester's names come and go.
// Returns the process's exit status: 0 after `bye`, 3 when the input ended without
// it, 4 when the stream broke the rules of frames; ends the process with it where
// that happens under a DLL's frames, or a DLL does not return within 5 seconds.
int Serve(Engine& engine, Channel& channel);

}  // namespace spanproof
