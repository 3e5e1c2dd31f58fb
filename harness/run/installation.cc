// SPDX-License-Identifier: MIT
#include "harness/run/installation.h"

namespace spanproof {

Expected<Installation> FindInstallation() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return Fail(ErrorCode::kInternal, "cannot tell where this program is: " + error.message());
  }
  return Installation{program.parent_path().parent_path()};
}

}  // namespace spanproof
