// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/error.h"

namespace spanproof {

// SHA-256 by coreutils, in the order given: file name (without its folder) and digest.
Expected<std::vector<std::pair<std::string, std::string>>> Sha256Of(
    const std::vector<std::filesystem::path>& files);

// One revision for many files: the first 12 digits of the SHA-256 of their contents.
Expected<std::string> RevisionOf(const std::vector<std::filesystem::path>& files);

}  // namespace spanproof
