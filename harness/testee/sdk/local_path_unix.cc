// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/local_path.h"

namespace spanproof {

std::filesystem::path LocalPath(const std::string& utf8) { return utf8; }

}  // namespace spanproof
