// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "harness/model/case.h"

namespace spanproof {

// Changes each single expectation of the case in turn, to something that
// whoever lived it well cannot have done, tells `changed` where ("step 2 expect
// result .width"), and puts it back. Arrays are changed at their first and at
// their last element, structs at every member. Returns how many there were.
//
// For testing the checker and the cases: what passes unchanged must fail changed.
std::size_t ForEachAlteration(Case* spec, const std::function<void(const std::string& place)>& changed);

}  // namespace spanproof
