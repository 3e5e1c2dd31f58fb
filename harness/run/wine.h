// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/error.h"

namespace spanproof {

// One Wine on this machine. Its loaders are programs, not the shell scripts
// that distributions put before them: one process, its true exit status.
struct Wine {
  std::filesystem::path loader64;
  std::filesystem::path loader32;  // empty: it cannot run 32-bit programs
  std::filesystem::path server;
  std::string version;             // "8.0"
  std::string full_version;        // "wine-8.0 (Debian 8.0~repack-4)"

  // The loader for "win64" or "win32", empty if there is none.
  std::filesystem::path LoaderFor(const std::string& architecture) const;
  std::vector<std::string> Architectures() const;
};

// `given`: a loader, or a folder with one; absent: PATH, then the usual
// folders. kUnsupported when there is none, with what to install.
Expected<Wine> FindWine(const std::optional<std::filesystem::path>& given);

// -1, 0, 1 by numbers between dots: "10.0" is more than "8.0"; "9.0-rc1" is "9.0".
int CompareVersions(const std::string& left, const std::string& right);

}  // namespace spanproof
