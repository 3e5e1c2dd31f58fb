// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bridge::host {

// The names of the DLLs that a DLL file imports from, in its order. Of a file that
// is cut off or is none, those that could be read.
std::vector<std::string> ImportedDlls(std::span<const std::uint8_t> file);

// What the DLL at this DOS path needs, itself or through DLLs beside it, and Windows
// would not find: "vanished.dll", or "vanished.dll (for other.dll)". Reads files and
// neither loads nor runs anything; delay-loaded DLLs and manifests are not looked at.
std::vector<std::string> MissingDlls(const std::wstring& path);

}  // namespace bridge::host
