// SPDX-License-Identifier: MIT
#pragma once

#include "harness/model/case_context.h"

namespace spanproof {

// `expect` of a step: one for every lane into `step->expect`, or a list of which
// all but the last have a condition. `prototype` is that of a call's function.
// Throws CaseFileError.
void ReadExpectations(const Node& node, const Prototype* prototype, CaseContext* context, Step* step);

}  // namespace spanproof
