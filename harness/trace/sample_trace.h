// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "harness/trace/trace.h"

namespace spanproof {

// A small trace for tests that uses every form that version 1 has. What it
// returns is in fixtures/traces/version1.trace.
Trace SampleTrace();

// As the writer writes it, through a file in the temporary folder.
std::vector<std::uint8_t> BytesOf(const Trace& trace);

}  // namespace spanproof
