// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <set>
#include <string>

#include "harness/model/case.h"
#include "harness/testee/testee.h"

namespace spanproof {

// What a testee has loaded and bound of one file's modules and functions.
class Bindings {
 public:
  // `path_of` gives the path of a module's file as the testee wants it.
  Bindings(Testee* testee, const CaseFile& file, std::function<std::string(const ModuleSpec&)> path_of)
      : testee_(*testee), file_(file), path_of_(std::move(path_of)) {}

  // Where they are not yet loaded or bound; a function's module first.
  Answer<void> NeedModule(const std::string& name);
  Answer<void> NeedFunction(const std::string& name);

  // Whatever was before.
  Answer<void> Load(const std::string& name);
  Answer<void> Unload(const std::string& name);
  Answer<void> Bind(const std::string& name);
  Answer<void> BindAt(const std::string& name, const Pointer& code);

  // The testee was reset, and has forgotten where code lay.
  void ForgetCode();

 private:
  Testee& testee_;
  const CaseFile& file_;
  std::function<std::string(const ModuleSpec&)> path_of_;
  std::set<std::string> loaded_, bound_;
};

}  // namespace spanproof
