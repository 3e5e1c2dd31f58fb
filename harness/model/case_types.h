// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "harness/model/case.h"
#include "harness/model/case_node.h"

namespace spanproof {

// What the cases of one file share, for one of the file's conventions. The
// names of a convention's own variants end with its name ("sort.stdcall"), so
// that all conventions live in one CaseFile; a file without `conventions` has
// an empty suffix.
struct CaseNames {
  Convention convention = Convention::kCdecl;
  std::string suffix;  // ".stdcall"

  std::string Own(const std::string& name) const { return name + suffix; }
};

// The file of a module as the node says it, {convention} being the one that is read.
std::string ModuleFile(const Node& node, const CaseNames& names);

// Reads `modules`, `types` and `functions` of a case file into `file`. Throws
// CaseFileError.
void ReadDeclarations(const Node& root, const CaseNames& names, CaseFile* file);

}  // namespace spanproof
