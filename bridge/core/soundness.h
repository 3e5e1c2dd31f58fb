// SPDX-License-Identifier: MIT
#pragma once

#include "bridge/core/type.h"

namespace bridge::internal {

// Whether a C compiler would take this struct or union, looking at its own
// members only. The message names the type and the member, and says what to
// write instead.
Expected<void> CheckAggregate(const Type& type);

}  // namespace bridge::internal
