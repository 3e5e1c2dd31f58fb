// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace spanproof {

// What this process runs on.
std::string OsVersion();    // "windows-10.0.19043", or "wine" where Wine only says so
std::string WineVersion();  // "8.0"; empty: no Wine, and only then "native"
std::string CpuName();      // the processor's own brand string

}  // namespace spanproof
