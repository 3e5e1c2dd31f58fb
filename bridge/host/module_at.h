// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace bridge::host {

// The module that an address lies in: base name in UTF-8, and the address's offset. Empty and 0: in none.
struct ModuleAt {
  std::string name;
  std::uint64_t offset = 0;
};
ModuleAt FindModuleAt(std::uint64_t address);

}  // namespace bridge::host
