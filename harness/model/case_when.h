// SPDX-License-Identifier: MIT
#pragma once

#include "harness/model/case.h"
#include "harness/model/case_node.h"

namespace spanproof {

// {"arch", "abi", "lane", "wine"}. Throws CaseFileError.
When ReadWhen(const Node& node);

}  // namespace spanproof
