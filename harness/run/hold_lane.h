// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "harness/model/run_plan.h"
#include "harness/run/lane.h"
#include "harness/run/lane_outcome.h"

namespace spanproof {

// Holds what a lane found against its testee's list in the folder, of known failures
// or of a testee that must fail; without one there is nothing to hold. Entries that
// match no case are problems if the run was of all, of a shard pending ones; if it was
// interrupted they are not told. kInvalidArgument for a list that cannot be read.
Expected<void> HoldLane(const std::filesystem::path& folder, const Lane& lane, const RunPlan& plan, bool interrupted,
                        LaneOutcome* outcome);

}  // namespace spanproof
