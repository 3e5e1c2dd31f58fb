// SPDX-License-Identifier: MIT
#include "harness/model/case_context.h"

#include <algorithm>

#include "harness/model/case_data.h"
#include "harness/model/nearest.h"

namespace spanproof {

TypeId CaseContext::ParseType(const Node& node) { return ReadType(node, names, &file->types); }

// Any ABI will do to learn whether the type has a size at all.
TypeId CaseContext::ParsePlacedType(const Node& node) {
  const TypeId type = ParseType(node);
  if (const auto layout = LayoutOf(file->types, type, Abi::kWin64Gnu); !layout) node.Bad(layout.error().message);
  return type;
}

TypeId CaseContext::ParseCallback(const Node& node) {
  const TypeId type = ParseType(node);
  if (file->types[type].kind != Kind::kFunction) {
    node.Bad("is no callback prototype; declare it under \"types\" with \"callback\"");
  }
  return type;
}

const FunctionSpec& CaseContext::FindFunction(const Node& node) const {
  const std::string name = node.Text();
  std::vector<std::string> known;
  for (const FunctionSpec& function : file->functions) {
    if (function.name == names.Own(name)) return function;
    known.push_back(function.name.substr(0, function.name.size() - names.suffix.size()));
  }
  node.Bad("no function \"" + name + "\" under \"functions\"" + DidYouMean(name, known));
}

std::string CaseContext::FindModule(const Node& node) const {
  const std::string name = names.Own(node.Text());
  for (const ModuleSpec& module : file->modules) {
    if (module.name == name) return name;
  }
  node.Bad("no module \"" + node.Text() + "\" under \"modules\"");
}

const ObjectSpec& CaseContext::FindObject(const Node& node, const std::string& name) const {
  const auto at = std::find_if(out.objects.begin(), out.objects.end(),
                               [&](const ObjectSpec& one) { return one.name == name; });
  if (at == out.objects.end()) node.Bad("no object \"" + name + "\" in this case");
  return *at;
}

const CallbackSpec& CaseContext::FindCallback(const Node& node) const {
  const std::string name = node.Text();
  const auto at = std::find_if(out.callbacks.begin(), out.callbacks.end(),
                               [&](const CallbackSpec& one) { return one.name == name; });
  if (at == out.callbacks.end()) node.Bad("no callback \"" + name + "\" in this case");
  return *at;
}

std::vector<Value> CaseContext::ReadArguments(const Node& node, const Prototype& prototype) const {
  const auto elements = node.Elements();
  if (elements.size() != prototype.arguments.size()) {
    node.Bad("has " + std::to_string(elements.size()) + " arguments; the function takes " +
             std::to_string(prototype.arguments.size()));
  }
  std::vector<Value> values;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    values.push_back(ReadValue(elements[i], file->types, prototype.arguments[i], scope));
  }
  return values;
}

std::vector<Reached> CaseContext::ReadReachedList(const Node& node, const Prototype& prototype) {
  std::vector<Reached> list;
  for (const Node& each : node.Elements()) {
    list.push_back(ReadReached(each, &file->types, prototype, scope));
  }
  return list;
}

Value CaseContext::ReadAnswer(const Node& node, const Prototype& prototype) const {
  const auto given = node.Find("return");
  if (given) return ReadValue(*given, file->types, prototype.result, scope);
  if (file->types[prototype.result].kind != Kind::kVoid) node.Bad("needs \"return\"");
  return Value{};
}

}  // namespace spanproof
