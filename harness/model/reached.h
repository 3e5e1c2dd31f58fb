// SPDX-License-Identifier: MIT
#pragma once

#include "harness/model/type.h"

namespace spanproof {

// What lies behind a memsync path by a prototype's types.
struct ReachedType {
  TypeId element = 0;                    // what the pointer there points at, one element of it
  const Directive* directive = nullptr;  // the one that names this path, if any; the prototype's own
};

// The type of the pointer (or array) at `path`, then what it points at. Pointers are
// followed before a member is taken, as memsync does. `types` may grow by the
// directive's type. kInvalidArgument when the path leads nowhere.
Expected<ReachedType> TypeReached(TypeTable* types, const Prototype& prototype, const Path& path);

// Each directive of the prototype: whether it makes sense, and its path leads somewhere.
Expected<void> CheckDirectives(TypeTable* types, const Prototype& prototype);

}  // namespace spanproof
