// SPDX-License-Identifier: MIT
#pragma once

#include "harness/run/lane_outcome.h"
#include "harness/run/merge.h"

namespace spanproof {

// Joins what all shards found of the lane at that place in their lists: verdicts in
// the order of the suite, one trace in the folder `traces` of `output`. Pending
// problems that every shard has are problems now. kInvalidArgument where shards ran on
// different DLLs, Wines or testees, or two lived the same case.
Expected<LaneOutcome> MergeLane(const std::vector<ShardReport>& shards, std::size_t lane,
                                const std::filesystem::path& output);

}  // namespace spanproof
