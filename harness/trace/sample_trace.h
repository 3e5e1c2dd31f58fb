// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "harness/trace/trace.h"

namespace spanproof {

// A small trace for tests that uses every form that version 1 has; what it
// returns is in fixtures/traces/version1.trace, which no program writes any more.
Trace SampleTraceOfVersion1();

// The same with what came with version 2; in fixtures/traces/version2.trace, likewise.
Trace SampleTraceOfVersion2();

// And with all that came after; in fixtures/traces/version3.trace.
Trace SampleTrace();

// As the writer writes it, through a file in the temporary folder.
std::vector<std::uint8_t> BytesOf(const Trace& trace);

}  // namespace spanproof
