// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "harness/model/type.h"

namespace spanproof {

// How a type travels in a call on Windows: a short code, and the C type that
// stands for it in generated code.
struct Passing {
  std::string_view code;    // "i32", "f64", "p"
  std::string_view c_type;  // "int32_t"
};

// kUnsupported for what cannot be passed yet: structs by value, long double.
Expected<Passing> PassingOf(const TypeTable& types, TypeId id);

// A signature's name, the same for all prototypes that are called the same way:
// "stdcall i16(p,i32)". Links thunks.dll with those who look for a thunk.
Expected<std::string> SignatureOf(const TypeTable& types, const Prototype& prototype);

}  // namespace spanproof
