// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "harness/model/error.h"

namespace spanproof {

// Where our own files are, found from the running program: PREFIX/bin/spanproof,
// in the build tree as after an installation.
struct Installation {
  std::filesystem::path root;

  std::filesystem::path bin() const { return root / "bin"; }
  std::filesystem::path libexec() const { return root / "libexec/spanproof"; }
  std::filesystem::path pe(const std::string& architecture) const {
    return root / "lib/spanproof" / architecture;
  }
  std::filesystem::path dlls(const std::string& architecture) const {
    return pe(architecture) / "dlls";
  }
  // `enter_wine_root() ROOT` before a program and its arguments runs it in a Wine root.
  std::filesystem::path enter_wine_root() const { return root / "lib/spanproof/enter-wine-root"; }
  std::filesystem::path testees() const { return root / "lib/spanproof/testees"; }
  std::filesystem::path suites() const { return root / "share/spanproof/suites"; }
};

// By /proc/self/exe.
Expected<Installation> FindInstallation();

}  // namespace spanproof
