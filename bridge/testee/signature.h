// SPDX-License-Identifier: MIT
#pragma once

#include "bridge/core/memsync.h"
#include "harness/model/type.h"

namespace bridge::testee {

// The harness's description of a prototype in the bridge's own terms. What the
// bridge has no words for (by name: long double) is kUnsupported.
Expected<Signature> Translate(const spanproof::TypeTable& types, const spanproof::Prototype& prototype);

}  // namespace bridge::testee
