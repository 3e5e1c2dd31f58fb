// SPDX-License-Identifier: MIT
#include "harness/model/case_reader.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/model/case_context.h"
#include "harness/model/case_steps.h"
#include "harness/model/case_when.h"

namespace spanproof {
namespace {

class CaseReader {
 public:
  CaseReader(const CaseNames& names, CaseFile* file) : context_{names, file} {}

  Case Read(const Node& node) {
    node.AllowOnly({"id", "about", "source", "when", "objects", "callbacks", "steps"});
    Case& out = context_.out;
    out.id = node.At("id").Text() + context_.names.suffix;
    out.about = node.TextOr("about", "");
    out.source = node.TextOr("source", "");
    if (const auto when = node.Find("when")) out.when = ReadWhen(*when);
    const auto objects = Members(node, "objects"), callbacks = Members(node, "callbacks");
    // Names first: objects may point at each other and hold callbacks.
    for (const auto& [name, value] : objects) context_.scope.objects.insert(name);
    for (const auto& [name, value] : callbacks) context_.scope.callbacks.insert(name);
    for (const auto& [name, value] : objects) ReadObject(name, value);
    for (const auto& [name, value] : callbacks) ReadCallback(name, value);
    // Calls inside one callback may expect another to be called.
    for (std::size_t i = 0; i < callbacks.size(); ++i) ReadCallsInside(callbacks[i].second, &out.callbacks[i]);
    ReadSteps(node.At("steps"), &context_, &out.steps);
    const bool expects = std::any_of(out.steps.begin(), out.steps.end(),
                                     [](const Step& step) { return !step.expect.empty() || !step.instead.empty(); });
    if (!expects) node.Bad("expects nothing, so it cannot fail; give a step an \"expect\"");
    return std::move(out);
  }

 private:
  using Named = std::vector<std::pair<std::string, Node>>;

  static Named Members(const Node& node, const std::string& name) {
    const auto found = node.Find(name);
    return found ? found->Members() : Named();
  }

  void ReadObject(const std::string& name, const Node& node) {
    node.AllowOnly({"type", "value", "retained"});
    if (name.empty() || name.find_first_of("+-&:") != std::string::npos) {
      node.Bad("\"" + name + "\" cannot name an object; use letters, digits, _ and dots");
    }
    ObjectSpec object{name, context_.ParsePlacedType(node.At("type")), std::nullopt};
    if (const auto value = node.Find("value")) {
      object.initial = ReadValue(*value, context_.file->types, object.type, context_.scope);
    }
    object.retained = node.Flag("retained");
    context_.out.objects.push_back(std::move(object));
  }

  void ReadCallback(const std::string& name, const Node& node) {
    node.AllowOnly({"type", "answers", "repeat_last", "any_order", "on_raise"});
    CallbackSpec callback{name, context_.ParseCallback(node.At("type")), {}, node.Flag("repeat_last"), node.Flag("any_order")};
    if (callback.repeat_last && callback.any_order) {
      node.At("repeat_last").Bad("makes no sense in any order, where each answer serves as often as it fits; keep one");
    }
    const Prototype prototype = context_.file->types[callback.prototype].prototype;
    for (const Node& each : node.At("answers").Elements()) {
      callback.answers.push_back(ReadAnswer(each, prototype));
    }
    if (callback.answers.empty()) node.At("answers").Bad("needs at least one answer");
    if (const auto otherwise = node.Find("on_raise")) {
      if (context_.file->types[prototype.result].kind == Kind::kVoid) otherwise->Bad("the callback returns void");
      callback.on_raise = ReadValue(*otherwise, context_.file->types, prototype.result, context_.scope);
    }
    context_.out.callbacks.push_back(std::move(callback));
  }

  CallbackAnswer ReadAnswer(const Node& node, const Prototype& prototype) {
    node.AllowOnly({"return", "raise", "expect_args", "expect_memory", "write", "steps"});
    CallbackAnswer answer;
    if (const auto args = node.Find("expect_args")) answer.expect_arguments = context_.ReadArguments(*args, prototype);
    if (const auto memory = node.Find("expect_memory")) answer.expect_memory = context_.ReadReachedList(*memory, prototype);
    if (const auto write = node.Find("write")) answer.write = context_.ReadReachedList(*write, prototype);
    if (const auto raise = node.Find("raise")) {
      answer.raise = raise->Text();
      if (answer.raise.empty()) raise->Bad("says nothing");
      if (node.Has("return") || node.Has("write")) node.Bad("raises, and so neither returns nor writes; keep one");
    } else {
      answer.answer = context_.ReadAnswer(node, prototype);
    }
    return answer;
  }

  void ReadCallsInside(const Node& node, CallbackSpec* callback) {
    const auto answers = node.At("answers").Elements();
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (const auto steps = answers[i].Find("steps")) {
        ReadNestedSteps(*steps, &context_, &callback->answers[i].steps);
      }
    }
  }

  CaseContext context_;
};

}  // namespace

Case ReadCase(const Node& node, const CaseNames& names, CaseFile* file) {
  return CaseReader(names, file).Read(node);
}

}  // namespace spanproof
