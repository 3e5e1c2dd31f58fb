// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "harness/model/error.h"

namespace spanproof {

// One of `count` parts of a run, numbered from 1; the default is no part but all.
struct Shard {
  std::uint32_t number = 0;
  std::uint32_t count = 0;

  bool whole() const { return count == 0; }
  std::string Spell() const;  // "2/3"; empty for the whole
  bool operator==(const Shard&) const = default;
};

// kInvalidArgument with what to write instead. An empty text is the whole.
Expected<Shard> ParseShard(const std::string& text);

// Which cases a run is of. Two runs of one plan hold the same cases.
struct RunPlan {
  std::string suite;   // the revision of its case files
  std::string filter;  // glob over case ids; empty: all
  Shard shard;

  // Every case that the suite has, in one run or its shards together: only then can
  // one be missing.
  bool OfAll() const { return filter.empty(); }
  bool operator==(const RunPlan&) const = default;
};

}  // namespace spanproof
