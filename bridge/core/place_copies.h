// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "bridge/core/marshal.h"

namespace bridge {

// Gives every instance the place of its copy. Ranges of local memory that overlap get one copy between them, in
// which they stand as they do in local memory; twins and inlined elements follow theirs; aggregates by value stand
// alone. kUnsupported where overlapping ranges have no common layout on the other side.
Expected<void> PlaceCopies(std::span<Instance> all, Space* space);

}  // namespace bridge
