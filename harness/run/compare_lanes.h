// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "harness/model/results.h"

namespace spanproof {

// Compares the trace of each lane with that of the baseline lane of its
// architecture, over the cases that both lived. Lanes that must fail are left
// out. A note says where a baseline is missing. Trace files are below `folder`.
Expected<void> CompareLanes(const std::filesystem::path& folder, Results* results);

}  // namespace spanproof
