// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

namespace spanproof {

// A UTF-8 path of a request as this process opens it. The tester speaks of its
// own paths: under Wine "/tmp/x" becomes a DOS path.
std::filesystem::path LocalPath(const std::string& utf8);

}  // namespace spanproof
