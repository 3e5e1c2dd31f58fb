// SPDX-License-Identifier: MIT
#include "harness/model/case_steps.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/model/case_data.h"
#include "harness/model/case_expect.h"
#include "harness/model/case_when.h"

namespace spanproof {
namespace {

constexpr std::uint64_t kLongestDeadline = 600000;

class StepReader {
 public:
  explicit StepReader(CaseContext* context) : context_(*context) {}

  Step Read(const Node& node, std::uint32_t parallel) {
    node.AllowOnly({"call", "load", "bind", "make", "unload", "read", "write", "wait", "release", "args", "type", "value", "pointer",
                    "count", "thread", "repeat", "deadline_ms", "when", "expect", "about"});
    Step step;
    step.parallel = parallel;
    const Prototype* prototype = ReadTarget(node, &step);
    if (step.step.empty()) {
      node.Bad("needs one of \"call\", \"load\", \"bind\", \"make\", \"unload\", \"read\", \"write\", \"wait\", \"release\" and \"parallel\"");
    }
    ReadParts(node, prototype, &step);
    if (const auto when = node.Find("when")) step.when = ReadWhen(*when);
    if (const auto expect = node.Find("expect")) ReadExpectations(*expect, prototype, &context_, &step);
    Demand(node, step);
    return step;
  }

  // Each list is a thread's own; its calls follow one another.
  void ReadParallel(const Node& node, std::uint32_t number, std::vector<Step>* steps) {
    node.AllowOnly({"parallel", "when", "about"});
    const auto lists = node.At("parallel").Elements();
    if (lists.empty()) node.At("parallel").Bad("has no list of steps");
    std::vector<std::string> threads;
    for (const Node& list : lists) {
      std::string thread;
      const std::size_t first = steps->size();
      for (const Node& each : list.Elements()) {
        Step step = Read(each, number);
        if (step.step != "call") each.Bad("only calls can stand side by side");
        if (step.thread != thread && steps->size() != first) each.Bad("is on another thread than the list's first step");
        thread = step.thread;
        if (const auto when = node.Find("when")) {
          if (each.Has("when")) each.At("when").Bad("the whole block has a condition; keep that");
          step.when = ReadWhen(*when);
        }
        steps->push_back(std::move(step));
      }
      if (steps->size() == first) list.Bad("has no step");
      if (thread.empty()) thread = "t" + std::to_string(threads.size() + 1);
      if (std::find(threads.begin(), threads.end(), thread) != threads.end()) {
        list.Bad("is on thread \"" + thread + "\", as another list is; give it one of its own");
      }
      threads.push_back(thread);
      for (std::size_t i = first; i < steps->size(); ++i) (*steps)[i].thread = thread == "main" ? "" : thread;
    }
  }

 private:
  const Prototype* ReadTarget(const Node& node, Step* step) {
    const Prototype* prototype = nullptr;
    for (const char* kind : {"call", "load", "bind", "make", "unload", "read", "write", "wait", "release"}) {
      const auto target = node.Find(kind);
      if (!target) continue;
      if (!step->step.empty()) node.Bad("is both \"" + step->step + "\" and \"" + kind + "\"; make two steps");
      step->step = kind;
      if (step->step == "call" || step->step == "bind") {
        const FunctionSpec& function = context_.FindFunction(*target);
        step->target = function.name;
        if (step->step == "call") prototype = &function.prototype;
        if (step->step == "bind") ReadCode(node, function, step);
      } else if (step->step == "make") {
        step->target = target->Text();
        step->type = context_.ParseCallback(*target);
      } else if (step->step == "wait" || step->step == "release") {
        step->target = context_.FindCallback(*target).name;
      } else if (step->step == "read" || step->step == "write") {
        step->target = target->Text();
        step->place = ReadPlace(*target, context_.names, *context_.file, context_.scope);
        step->type = PlacedType(node, step->place);
      } else {
        step->target = context_.FindModule(*target);
      }
    }
    return prototype;
  }

  void ReadCode(const Node& node, const FunctionSpec& function, Step* step) {
    const auto pointer = node.Find("pointer");
    if (pointer && !function.module.empty()) {
      pointer->Bad("the function lies in a module; declare another without \"module\"");
    }
    if (!pointer && function.module.empty()) {
      node.Bad("needs a \"pointer\": the function is declared without a module");
    }
    if (!pointer) return;
    TypeTable any;
    step->pointer = true;
    step->place.pointer = std::get<Pointer>(ReadValue(*pointer, any, any.Parse("void*").value(), context_.scope).data);
  }

  void ReadParts(const Node& node, const Prototype* prototype, Step* step) {
    const std::string& kind = step->step;
    const auto only = [&](const char* member, bool allowed, const char* why) {
      if (node.Has(member) && !allowed) node.Bad(why);
    };
    only("type", kind == "read" || kind == "write", "only a \"read\" or \"write\" has a \"type\"");
    only("value", kind == "write", "only a \"write\" has a \"value\"; what a step must find stands under \"expect\"");
    only("args", kind == "call", "only a \"call\" has \"args\"");
    only("pointer", kind == "bind", "only a \"bind\" has a \"pointer\"");
    only("count", kind == "wait", "only a \"wait\" has a \"count\"");
    for (const char* member : {"thread", "repeat", "deadline_ms"}) {
      only(member, kind == "call", "only a \"call\" has \"thread\", \"repeat\" or \"deadline_ms\"");
    }
    if (kind == "write") {
      step->arguments.push_back(ReadValue(node.At("value"), context_.file->types, step->type, context_.scope));
    }
    if (prototype != nullptr) step->arguments = context_.ReadArguments(node.At("args"), *prototype);
    for (const char* member : {"repeat", "count"}) {
      if (const auto number = node.Find(member)) step->repeat = AtLeastOne(*number, 1000000000);
    }
    if (const auto deadline = node.Find("deadline_ms")) {
      step->deadline_ms = static_cast<std::uint32_t>(AtLeastOne(*deadline, kLongestDeadline));
    }
    if (const auto thread = node.Find("thread")) step->thread = ReadThread(*thread, step->parallel != 0);
  }

  static std::uint64_t AtLeastOne(const Node& node, std::uint64_t most) {
    const std::uint64_t number = node.Number(most);
    if (number == 0) node.Bad("must be 1 or more");
    return number;
  }

  static std::string ReadThread(const Node& node, bool parallel) {
    const std::string name = node.Text();
    const bool word = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!word) node.Bad("must be a word of lower-case letters, digits and _");
    if (name.starts_with("dll")) node.Bad("names that begin with \"dll\" are those of threads that a DLL made");
    return name == "main" && !parallel ? "" : name;
  }

  static void Demand(const Node& node, const Step& step) {
    if (step.step == "call" && step.expect.empty()) node.Bad("calls without expecting anything; give it an \"expect\"");
    if (step.step == "make" && step.expect.ending != Ending::kError) {
      node.Bad("makes a callback that nobody uses, which is for its refusal: expect an \"error\"");
    }
    if (step.step == "read" && step.expect.empty()) node.Bad("reads without expecting anything; give it an \"expect\"");
  }

  // An exported variable has a type; where any other pointer points, the step says it.
  TypeId PlacedType(const Node& node, const StepPlace& place) {
    if (const auto given = node.Find("type")) return context_.ParsePlacedType(*given);
    for (const DataSpec& data : context_.file->data) {
      if (data.name == place.data && place.pointer.offset == 0) return data.type;
    }
    node.Bad("needs a \"type\"");
  }

  CaseContext& context_;
};

}  // namespace

void ReadSteps(const Node& list, CaseContext* context, std::vector<Step>* steps) {
  StepReader reader(context);
  std::uint32_t blocks = 0;
  for (const Node& node : list.Elements()) {
    if (node.json().is_object() && node.Has("parallel")) {
      reader.ReadParallel(node, ++blocks, steps);
    } else {
      steps->push_back(reader.Read(node, 0));
    }
  }
}

void ReadNestedSteps(const Node& list, CaseContext* context, std::vector<Step>* steps) {
  StepReader reader(context);
  for (const Node& node : list.Elements()) {
    Step step = reader.Read(node, 0);
    if (step.step != "call") node.Bad("only calls can stand inside a callback");
    if (!step.thread.empty()) node.At("thread").Bad("a call inside a callback is on the callback's thread; leave it out");
    if (node.Has("when") || !step.instead.empty()) node.Bad("what is done inside a callback is the same in every lane; leave \"when\" out");
    if (step.expect.foreign) node.At("expect").At("foreign").Bad("stands in a step of the case, not inside a callback");
    steps->push_back(std::move(step));
  }
}

}  // namespace spanproof
