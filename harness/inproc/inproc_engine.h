// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>

#include "harness/inproc/call_engine.h"
#include "harness/inproc/text_capture.h"
#include "harness/testee/sdk/engine.h"

namespace spanproof {

// DLLs loaded into this very process and called without any bridge. `compiled` may be
// null; where it has no thunk, libffi stands in, and the note of Bind says so.
std::unique_ptr<Engine> MakeInprocEngine(std::unique_ptr<CallEngine> compiled, std::unique_ptr<TextCapture> text);

}  // namespace spanproof
