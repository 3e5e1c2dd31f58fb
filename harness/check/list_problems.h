// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace spanproof {

// What is wrong with a list of expectations that was held against a lane's verdicts.
struct ListProblems {
  std::vector<std::string> found;    // whatever else is run
  std::vector<std::string> pending;  // wrong if nothing else is run: entries that match no case
};

}  // namespace spanproof
