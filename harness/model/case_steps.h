// SPDX-License-Identifier: MIT
#pragma once

#include "harness/model/case_context.h"

namespace spanproof {

// Appends the steps of a case, those of a parallel block one after another.
// Throws CaseFileError.
void ReadSteps(const Node& list, CaseContext* context, std::vector<Step>* steps);

// The calls that a callback's answer makes before it is given.
void ReadNestedSteps(const Node& list, CaseContext* context, std::vector<Step>* steps);

}  // namespace spanproof
