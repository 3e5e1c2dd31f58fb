// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "bridge/bench/judgement.h"
#include "bridge/client/options.h"

namespace bridge::bench {

// Calls a second of add_int by 1, 2 and 4 threads at once on two CPUs: with
// spinning as the client chooses it, beside sessions whose spinning is switched off. Binds the process to
// two CPUs and prints a table. Held where no number of threads is slower for spinning; `dlls` is their folder.
Judgement CompareThreads(const SessionOptions& options, const std::string& dlls);

}  // namespace bridge::bench
