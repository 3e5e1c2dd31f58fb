// SPDX-License-Identifier: MIT
#pragma once

#include "harness/model/case.h"
#include "harness/model/case_node.h"
#include "harness/model/case_types.h"

namespace spanproof {

// Reads one element of `cases`: objects, callbacks, steps and what each must
// produce. Throws CaseFileError.
Case ReadCase(const Node& node, const CaseNames& names, CaseFile* file);

}  // namespace spanproof
