// SPDX-License-Identifier: MIT
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "tools/type_facts/described.h"

namespace type_facts {

struct Types {
  std::vector<Described> constructs;
  std::vector<Described> generated;
  std::vector<Described> All() const;  // constructs first
};

// docs/ABIS.md: where compilers differ. `folder` holds a section for each ABI
// and for clang's view of the gnu ones. Throws std::runtime_error.
void WriteDocument(const Types& types, const std::string& folder, std::ostream& out);

}  // namespace type_facts
