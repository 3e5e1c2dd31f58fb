// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "bridge/client/session.h"
#include "harness/testee/sdk/engine.h"

namespace bridge::testee {

// The bridge under the harness: objects live in this process, calls go through
// `session`, which must capture text and was started for DLLs of `abi`.
std::unique_ptr<spanproof::Engine> MakeBridgeEngine(Session session, Abi abi);

}  // namespace bridge::testee
