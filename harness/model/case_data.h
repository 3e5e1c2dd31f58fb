// SPDX-License-Identifier: MIT
#pragma once

#include "harness/model/case.h"
#include "harness/model/case_node.h"
#include "harness/model/case_types.h"
#include "harness/model/case_value.h"

namespace spanproof {

// Exported variables, and the places that `read` and `write` steps name. All
// of these throw CaseFileError.

// A type as a case spells it: the file's own go by their names in this convention.
TypeId ReadType(const Node& node, const CaseNames& names, TypeTable* types);

// Reads `data` of a case file into `file`, whose modules and types are known.
void ReadData(const Node& root, const CaseNames& names, CaseFile* file);

// "&object+8", "dll1+0" or "data:NAME+4".
StepPlace ReadPlace(const Node& node, const CaseNames& names, const CaseFile& file,
                    const CaseScope& scope);

}  // namespace spanproof
