// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "harness/model/case.h"

namespace spanproof {

// What a condition is held against; `wine` is empty where there is none.
struct Circumstances {
  std::string arch, abi, kind, wine;
};

// Empty: the condition holds. Otherwise why it does not, for the verdict:
// "only for win32". kInvalidArgument for a Wine version that cannot be read.
Expected<std::string> WhyNot(const When& when, const Circumstances& here);

// Shell-like: * for any characters, ? for one.
bool MatchGlob(std::string_view pattern, std::string_view text);

}  // namespace spanproof
