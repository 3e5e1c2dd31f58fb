// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "harness/model/error.h"

namespace spanproof {

// Computes a memsync directive's `func`, such as "lambda x, y: x * y", for whole
// numbers. Python's text is taken as it is, but only arithmetic: + - * // % **,
// / where it leaves no rest, brackets, names of the parameters, numbers. Never
// runs code. kInvalidArgument for anything else and for overflow.
Expected<std::int64_t> EvaluateFunc(std::string_view func, std::span<const std::int64_t> arguments);

}  // namespace spanproof
