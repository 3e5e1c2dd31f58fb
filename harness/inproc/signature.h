// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "harness/model/type.h"

namespace spanproof {

// kInvalidArgument where no compiler would make the call, or nobody should: what
// C promotes after "...", "..." with another convention than cdecl, vectorcall, values of more than 16 MiB. The
// message says what to write instead.
Expected<void> CheckCallable(const TypeTable& types, const Prototype& prototype);

// How a type travels in a call on Windows, the same for all types that travel the
// same way: "i32", "f64", "p"; a struct by its members, their widths and its
// alignment, "s(i8,i32:3,[2]f32)p1a8". kUnsupported for what has no size.
Expected<std::string> CodeOf(const TypeTable& types, TypeId id);

// A signature's name, the same for all prototypes that are called the same way:
// "stdcall i16(p,i32)". Links thunks.dll with those who look for a thunk.
Expected<std::string> SignatureOf(const TypeTable& types, const Prototype& prototype);

}  // namespace spanproof
