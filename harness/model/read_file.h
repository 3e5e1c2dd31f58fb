// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "harness/model/error.h"

namespace spanproof {

// All bytes of a file; the error names it and says why. A folder is no file:
// a stream opens it and throws when it is read.
Expected<std::string> ReadFile(const std::filesystem::path& path);

}  // namespace spanproof
