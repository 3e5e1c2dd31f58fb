// SPDX-License-Identifier: MIT
#pragma once

#include <set>
#include <string>

#include "harness/model/case_node.h"
#include "harness/model/record.h"
#include "harness/model/type.h"
#include "harness/model/value.h"

namespace spanproof {

// The names that values of a case may refer to.
struct CaseScope {
  std::set<std::string> objects;
  std::set<std::string> callbacks;
};

// Values as people write them in case files (suites/README.md), by declared
// type. Widths that differ between ABIs are those of win64; ForAbi() changes
// them. Throws CaseFileError.
Value ReadValue(const Node& node, const TypeTable& types, TypeId type, const CaseScope& scope);

// `value` as what a prototype reaches behind `path`: one element, or as many
// as are written where a directive says more. {"path": […], "value": …}.
Reached ReadReached(const Node& node, TypeTable* types, const Prototype& prototype,
                    const CaseScope& scope);

}  // namespace spanproof
