// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/inproc/thunkgen/c_types.h"
#include "harness/model/case.h"

namespace spanproof {

// The distinct signatures of case files, and which of them need what.
class ThunkSet {
 public:
  // Adds functions and callback prototypes. What cannot be called is left out: the
  // testee says so when it is bound.
  void Add(const CaseFile& file);

  // One C file for thunks.dll; the same set gives the same text.
  std::string EmitC() const;

 private:
  struct Parameter {
    std::string c_type;
    bool aggregate = false;
  };
  struct Signature {
    Convention convention = Convention::kCdecl;
    Parameter result;
    std::vector<Parameter> arguments;
    std::optional<std::uint32_t> variadic;
    bool called = false;
    bool calls_back = false;
  };
  void Add(const TypeTable& types, const Prototype& prototype, bool callback);
  static std::string EmitCall(const std::string& number, const Signature& signature);
  static std::string EmitEntries(const std::string& number, const Signature& signature, int first_entry);

  CTypes c_types_;
  std::map<std::string, Signature> signatures_;  // by key
};

}  // namespace spanproof
