// SPDX-License-Identifier: MIT
#include "harness/run/bindings.h"

#include <algorithm>

namespace spanproof {
namespace {

template <typename T>
const T* Find(const std::vector<T>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const T& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

tl::unexpected<TesteeError> Wrong(std::string what) {
  return tl::unexpected(TesteeError{Trouble::kInternal, 0, std::move(what)});
}

}  // namespace

Answer<void> Bindings::NeedModule(const std::string& name) {
  return loaded_.contains(name) ? Answer<void>() : Load(name);
}

Answer<void> Bindings::NeedFunction(const std::string& name) {
  return bound_.contains(name) ? Answer<void>() : Bind(name);
}

Answer<void> Bindings::Load(const std::string& name) {
  if (loaded_.contains(name)) {
    if (auto unloaded = Unload(name); !unloaded) return unloaded;
  }
  const ModuleSpec* module = Find(file_.modules, name);
  if (module == nullptr) return Wrong("the case names no module " + name);
  auto answer = testee_.Load(name, path_of_(*module));
  if (answer) loaded_.insert(name);
  return answer;
}

Answer<void> Bindings::Unload(const std::string& name) {
  loaded_.erase(name);
  for (const FunctionSpec& function : file_.functions) {
    if (function.module == name) bound_.erase(function.name);
  }
  return testee_.Unload(name);
}

Answer<void> Bindings::Bind(const std::string& name) {
  bound_.erase(name);
  const FunctionSpec* function = Find(file_.functions, name);
  if (function == nullptr) return Wrong("the case names no function " + name);
  if (function->module.empty()) return Wrong("no step has said where the code of " + name + " lies");
  if (auto loaded = NeedModule(function->module); !loaded) return loaded;
  auto answer = testee_.Bind(file_.types, *function);
  if (answer) bound_.insert(name);
  return answer;
}

Answer<void> Bindings::BindAt(const std::string& name, const Pointer& code) {
  bound_.erase(name);
  const FunctionSpec* function = Find(file_.functions, name);
  if (function == nullptr) return Wrong("the case names no function " + name);
  auto answer = testee_.BindAt(file_.types, *function, code);
  if (answer) bound_.insert(name);
  return answer;
}

void Bindings::ForgetCode() {
  for (const FunctionSpec& function : file_.functions) {
    if (function.module.empty()) bound_.erase(function.name);
  }
}

}  // namespace spanproof
