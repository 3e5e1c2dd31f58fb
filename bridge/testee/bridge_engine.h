// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "bridge/client/session.h"
#include "harness/testee/sdk/engine.h"

namespace bridge::testee {

// The bridge under the harness: objects live in this process, calls go through
// `session`, which must capture text.
std::unique_ptr<spanproof::Engine> MakeBridgeEngine(Session session, Arch arch);

}  // namespace bridge::testee
