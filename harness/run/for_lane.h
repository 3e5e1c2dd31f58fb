// SPDX-License-Identifier: MIT
#pragma once

#include "harness/model/case.h"
#include "harness/run/condition.h"

namespace spanproof {

// The case as it holds for a lane: which steps are due there, and of each the
// expectation that counts. kInvalidArgument where no step that is due expects
// anything, or a condition cannot be read.
Expected<Case> ForLane(const Case& spec, const Circumstances& here);

}  // namespace spanproof
