// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "harness/trace/trace.h"

namespace spanproof {

// The trace as indented JSON for people and other programs, values in the form
// of TESTEE.md. It is a view: nothing reads it back.
std::string ExportJson(const Trace& trace);

}  // namespace spanproof
