// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bridge {

// " (did you mean 'width'?)" for the candidate with the smallest edit distance,
// or a list of all where none is near.
std::string SuggestName(std::string_view wrong, const std::vector<std::string>& candidates);

}  // namespace bridge
