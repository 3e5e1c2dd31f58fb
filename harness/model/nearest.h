// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace spanproof {

// `; did you mean "x"?` for the candidate nearest to `wrong`, or an empty
// string when nothing is near enough to be meant.
std::string DidYouMean(std::string_view wrong, std::span<const std::string> candidates);

}  // namespace spanproof
