// SPDX-License-Identifier: MIT
#pragma once

#include "harness/model/case.h"
#include "harness/trace/trace.h"

namespace spanproof {

// A case file's types, modules and functions, as a trace keeps them.
TracedDeclarations DeclarationsOf(const CaseFile& file);

std::vector<TracedObject> ObjectsOf(const CaseFile& file, const Case& spec);
std::vector<TracedCallback> CallbacksOf(const CaseFile& file, const Case& spec);

}  // namespace spanproof
