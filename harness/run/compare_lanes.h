// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "harness/model/results.h"

namespace spanproof {

// Compares the trace of each lane with that of the baseline lane of its
// architecture, over the cases that both lived, and tells the differences in the
// order of the lane's verdicts. Lanes that must fail are left out. A note says where a
// baseline is missing. Comparisons that the results had, and these notes, are made
// anew. Trace files are below `folder`.
Expected<void> CompareLanes(const std::filesystem::path& folder, Results* results);

}  // namespace spanproof
