// SPDX-License-Identifier: MIT
#pragma once

#include "bridge/core/plan.h"
#include "bridge/core/wire.h"

namespace bridge {

// The nodes of a plan whose two sides are one ABI, as the host gets them: without bit-fields that lie
// differently and without aggregates by value, which are the client's business.
void WritePlan(const Plan& plan, WireWriter* out);

// Into a plan whose pointer widths and number of words are set. False unless every index, offset and count is in
// range, so that carrying the plan out cannot leave the memory that it describes.
bool ReadPlan(WireReader* in, Plan* plan);

}  // namespace bridge
