// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/model/case.h"

namespace spanproof {

// The distinct signatures of case files, and which of them need what.
class ThunkSet {
 public:
  // Adds functions and callback prototypes. What cannot be passed yet is left
  // out: the testee answers `unsupported` for it.
  void Add(const CaseFile& file);

  // One C file for thunks.dll; the same set gives the same text.
  std::string EmitC() const;

 private:
  struct Signature {
    Convention convention = Convention::kCdecl;
    std::string result;                  // C types
    std::vector<std::string> arguments;
    bool called = false;
    bool calls_back = false;
  };
  void Add(const TypeTable& types, const Prototype& prototype, bool callback);

  std::map<std::string, Signature> signatures_;  // by key
};

}  // namespace spanproof
