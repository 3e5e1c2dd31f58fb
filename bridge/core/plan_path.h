// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "bridge/core/plan.h"

namespace bridge {

// Where a path ends: its type, and how to get there on both sides.
struct Place {
  Type type;
  std::vector<Load::Hop> hops;
  bool flexible = false;   // the T[] at the end of a struct that a pointer leads to
  bool bit_field = false;
};

// Follows a path through the types of a signature. kInvalidArgument names the
// segment that leads nowhere, and the nearest name.
Expected<Place> ResolvePath(const Signature& signature, const Path& path, Abi local, Abi frame);

// Whether `type`'s value can say a length. An opaque pointer too: that is how size_t is described.
bool IsLength(const Type& type);

// Whether the directive needs the result: its pointer's, or a length's.
bool UsesResult(const Memsync& directive);

// All that can be said against a directive by itself.
Expected<void> CheckDirective(const Signature& signature, const Memsync& directive, Abi local, Abi frame);

// Whether the directive's path `pattern` names the pointer at `path`: segment by segment, where -1 stands for each
// element of an array and a -1 in front of a member's name means nothing.
bool Names(const Path& pattern, const Path& path);

// Whether `pattern` leads on from `path`, or ends there.
bool LeadsThrough(const Path& pattern, const Path& path);

}  // namespace bridge
