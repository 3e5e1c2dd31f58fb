// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "harness/model/type.h"

namespace spanproof {

// The offset under ABI `to` of what lies at `offset` into an object of `type`
// under `from`: of the same member of the same element, and as far into that.
// Before the object, behind it, and within unions distances stay what they
// are: there is nothing to go by.
Expected<std::int64_t> SameSpot(const TypeTable& types, TypeId type, std::int64_t offset, Abi from, Abi to);

}  // namespace spanproof
