// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "harness/model/case.h"
#include "harness/model/case_node.h"
#include "harness/model/case_types.h"
#include "harness/model/case_value.h"

namespace spanproof {

// What the readers of one case's parts share: its file's declarations, the names
// that values may refer to, and what was read so far. All throw CaseFileError.
struct CaseContext {
  const CaseNames& names;
  CaseFile* file;
  CaseScope scope = {};
  Case out = {};

  TypeId ParseType(const Node& node);
  TypeId ParsePlacedType(const Node& node);  // one that has a size
  TypeId ParseCallback(const Node& node);    // a prototype

  const FunctionSpec& FindFunction(const Node& node) const;
  std::string FindModule(const Node& node) const;
  const ObjectSpec& FindObject(const Node& node, const std::string& name) const;
  const CallbackSpec& FindCallback(const Node& node) const;

  std::vector<Value> ReadArguments(const Node& node, const Prototype& prototype) const;
  std::vector<Reached> ReadReachedList(const Node& node, const Prototype& prototype);
  // `return` of an answer or event; void where the prototype is.
  Value ReadAnswer(const Node& node, const Prototype& prototype) const;
};

}  // namespace spanproof
