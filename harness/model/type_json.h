// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "harness/model/type.h"

namespace spanproof {

// The members of the `types` request (TESTEE.md): {structs, prototypes}, every
// named type of the table.
nlohmann::json EncodeTypes(const TypeTable& types);

// Adds what the request defines; names may refer to one another in any order.
// kInvalidArgument with what was wrong; the table then holds a part of it.
Expected<void> DecodeTypes(const nlohmann::json& in, TypeTable* types);

// A signature as `bind` and `types` say it: {convention, args, result, memsync?}.
// Other members are left alone, so a whole `bind` request can be given.
nlohmann::json EncodePrototype(const TypeTable& types, const Prototype& prototype);
Expected<Prototype> DecodePrototype(const nlohmann::json& in, TypeTable* types);

}  // namespace spanproof
