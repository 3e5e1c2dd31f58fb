// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/error.h"
#include "harness/run/installation.h"
#include "harness/testee/child_process.h"

namespace spanproof {

// One Wine: of this machine, or in a Wine root (a folder with another release
// of Debian, tools/make_wine_root.sh). Its loaders are programs, not the shell
// scripts that distributions put before them: one process, its true exit status.
struct Wine {
  std::vector<std::string> enter;  // words before a program: how its root is entered; none for the machine's own
  std::filesystem::path root;      // empty: the machine's own
  // As they are named once the root is entered.
  std::filesystem::path loader64;
  std::filesystem::path loader32;  // empty: it cannot run 32-bit programs
  std::filesystem::path server;
  std::string version;             // "8.0"
  std::string full_version;        // "wine-8.0 (Debian 8.0~repack-4)"

  std::string label;               // "8.0", in names of lanes; tells Wines of one version apart

  // The words that start a program of this Wine, loader64 for instance.
  std::vector<std::string> Words(const std::filesystem::path& program,
                                 const std::vector<std::string>& arguments = {}) const;
  // The loader for "win64" or "win32", empty if there is none.
  std::filesystem::path LoaderFor(const std::string& architecture) const;
  std::vector<std::string> Architectures() const;
};

// `given`: a loader, a folder with one, or a Wine root; absent: PATH, then the
// usual folders. kUnsupported when there is none, with what to install.
Expected<Wine> FindWine(const std::optional<std::filesystem::path>& given,
                        const Installation& installation);

// All that are given, side by side, each with a label of its own; without any
// given the machine's own, if it has one. kUnsupported for one that is not there.
Expected<std::vector<Wine>> FindWines(const std::vector<std::filesystem::path>& given,
                                      const Installation& installation);

// -1, 0, 1 by numbers between dots: "10.0" is more than "8.0"; "9.0-rc1" is "9.0".
int CompareVersions(const std::string& left, const std::string& right);

}  // namespace spanproof
