// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "harness/model/results.h"

namespace spanproof {

// What a shard wrote: its results, and the folder that they lie in.
struct ShardReport {
  std::filesystem::path folder;
  Results results;
};

// Joins all shards of one run, given in any order, into what a whole run would have
// found: verdicts in the order of the suite, lists of expectations held over all of
// them, lanes compared anew. Traces are joined below `output`, an existing folder.
// kInvalidArgument says which shard is missing, there twice, or of another run.
Expected<Results> MergeShards(std::vector<ShardReport> shards, const std::filesystem::path& output);

}  // namespace spanproof
