// SPDX-License-Identifier: MIT
#include "harness/model/case_steps.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/model/case_data.h"
#include "harness/model/case_value.h"
#include "harness/model/nearest.h"

namespace spanproof {
namespace {

using nlohmann::json;

// A text, or a list of texts.
std::vector<std::string> Texts(const Node& node) {
  if (node.json().is_string()) return {node.Text()};
  std::vector<std::string> out;
  for (const Node& each : node.Elements()) out.push_back(each.Text());
  return out;
}

class CaseReader {
 public:
  CaseReader(const CaseNames& names, CaseFile* file) : names_(names), file_(file) {}

  Case Read(const Node& node) {
    node.AllowOnly({"id", "about", "source", "when", "objects", "callbacks", "steps"});
    out_.id = node.At("id").Text() + names_.suffix;
    out_.about = node.TextOr("about", "");
    out_.source = node.TextOr("source", "");
    if (const auto when = node.Find("when")) out_.when = ReadWhen(*when);
    const auto objects = node.Find("objects");
    const auto callbacks = node.Find("callbacks");
    // Names first: objects may point at each other and hold callbacks.
    if (objects) {
      for (const auto& [name, value] : objects->Members()) scope_.objects.insert(name);
    }
    if (callbacks) {
      for (const auto& [name, value] : callbacks->Members()) scope_.callbacks.insert(name);
    }
    if (objects) {
      for (const auto& [name, value] : objects->Members()) ReadObject(name, value);
    }
    if (callbacks) {
      for (const auto& [name, value] : callbacks->Members()) ReadCallback(name, value);
    }
    for (const Node& step : node.At("steps").Elements()) ReadStep(step);
    const bool expects = std::any_of(out_.steps.begin(), out_.steps.end(),
                                     [](const Step& step) { return !step.expect.empty(); });
    if (!expects) node.Bad("expects nothing, so it cannot fail; give a step an \"expect\"");
    return std::move(out_);
  }

 private:
  TypeId ParseType(const Node& node) { return ReadType(node, names_, &file_->types); }

  void ReadObject(const std::string& name, const Node& node) {
    node.AllowOnly({"type", "value", "retained"});
    if (name.empty() || name.find_first_of("+-&:") != std::string::npos) {
      node.Bad("\"" + name + "\" cannot name an object; use letters, digits, _ and dots");
    }
    ObjectSpec object{name, ParseType(node.At("type")), std::nullopt};
    // Any ABI will do to learn whether the type has a size at all.
    if (const auto layout = LayoutOf(file_->types, object.type, Abi::kWin64Gnu); !layout) {
      node.At("type").Bad(layout.error().message);
    }
    if (const auto value = node.Find("value")) {
      object.initial = ReadValue(*value, file_->types, object.type, scope_);
    }
    object.retained = node.Flag("retained");
    out_.objects.push_back(std::move(object));
  }

  std::vector<Value> ReadArguments(const Node& node, const Prototype& prototype) {
    const auto elements = node.Elements();
    if (elements.size() != prototype.arguments.size()) {
      node.Bad("has " + std::to_string(elements.size()) + " arguments; the function takes " +
               std::to_string(prototype.arguments.size()));
    }
    std::vector<Value> out;
    for (std::size_t i = 0; i < elements.size(); ++i) {
      out.push_back(ReadValue(elements[i], file_->types, prototype.arguments[i], scope_));
    }
    return out;
  }

  std::vector<Reached> ReadReachedList(const Node& node, const Prototype& prototype) {
    std::vector<Reached> out;
    for (const Node& each : node.Elements()) {
      out.push_back(ReadReached(each, &file_->types, prototype, scope_));
    }
    return out;
  }

  TypeId ParseCallback(const Node& node) {
    const TypeId type = ParseType(node);
    if (file_->types[type].kind != Kind::kFunction) {
      node.Bad("is no callback prototype; declare it under \"types\" with \"callback\"");
    }
    return type;
  }

  void ReadCallback(const std::string& name, const Node& node) {
    node.AllowOnly({"type", "answers", "repeat_last"});
    CallbackSpec callback{name, ParseCallback(node.At("type")), {}, node.Flag("repeat_last")};
    const Prototype prototype = file_->types[callback.prototype].prototype;
    for (const Node& each : node.At("answers").Elements()) {
      each.AllowOnly({"return", "expect_args", "expect_memory", "write"});
      CallbackAnswer answer;
      if (const auto args = each.Find("expect_args")) answer.expect_arguments = ReadArguments(*args, prototype);
      if (const auto memory = each.Find("expect_memory")) answer.expect_memory = ReadReachedList(*memory, prototype);
      if (const auto write = each.Find("write")) answer.write = ReadReachedList(*write, prototype);
      answer.answer = ReadAnswer(each, prototype);
      callback.answers.push_back(std::move(answer));
    }
    if (callback.answers.empty()) node.At("answers").Bad("needs at least one answer");
    out_.callbacks.push_back(std::move(callback));
  }

  Value ReadAnswer(const Node& node, const Prototype& prototype) {
    const auto given = node.Find("return");
    if (given) return ReadValue(*given, file_->types, prototype.result, scope_);
    if (file_->types[prototype.result].kind != Kind::kVoid) node.Bad("needs \"return\"");
    return Value{};
  }

  const FunctionSpec& FindFunction(const Node& node) const {
    const std::string name = node.Text();
    std::vector<std::string> known;
    for (const FunctionSpec& function : file_->functions) {
      if (function.name == names_.Own(name)) return function;
      known.push_back(function.name.substr(0, function.name.size() - names_.suffix.size()));
    }
    node.Bad("no function \"" + name + "\" under \"functions\"" + DidYouMean(name, known));
  }

  std::string FindModule(const Node& node) const {
    const std::string name = names_.Own(node.Text());
    for (const ModuleSpec& module : file_->modules) {
      if (module.name == name) return name;
    }
    node.Bad("no module \"" + node.Text() + "\" under \"modules\"");
  }

  void ReadStep(const Node& node) {
    node.AllowOnly({"call", "load", "bind", "make", "unload", "read", "write", "args", "type", "value", "expect", "about"});
    Step step;
    const Prototype* prototype = nullptr;
    for (const char* kind : {"call", "load", "bind", "make", "unload", "read", "write"}) {
      const auto target = node.Find(kind);
      if (!target) continue;
      if (!step.step.empty()) node.Bad("is both \"" + step.step + "\" and \"" + kind + "\"; make two steps");
      step.step = kind;
      if (step.step == "call" || step.step == "bind") {
        const FunctionSpec& function = FindFunction(*target);
        step.target = function.name;
        if (step.step == "call") prototype = &function.prototype;
      } else if (step.step == "make") {
        step.target = target->Text();
        step.type = ParseCallback(*target);
      } else if (step.step == "read" || step.step == "write") {
        step.target = target->Text();
        step.place = ReadPlace(*target, names_, *file_, scope_);
        step.type = PlacedType(node, step.place);
      } else {
        step.target = FindModule(*target);
      }
    }
    if (step.step.empty()) {
      node.Bad("needs one of \"call\", \"load\", \"bind\", \"make\", \"unload\", \"read\" and \"write\"");
    }
    const bool reads = step.step == "read", writes = step.step == "write";
    if (!reads && !writes && node.Has("type")) node.Bad("only a \"read\" or \"write\" has a \"type\"");
    if (writes) {
      step.arguments.push_back(ReadValue(node.At("value"), file_->types, step.type, scope_));
    } else if (node.Has("value")) {
      node.Bad("only a \"write\" has a \"value\"; what a step must find stands under \"expect\"");
    }
    if (prototype != nullptr) {
      step.arguments = ReadArguments(node.At("args"), *prototype);
    } else if (node.Has("args")) {
      node.Bad("only a \"call\" has \"args\"");
    }
    if (const auto expect = node.Find("expect")) {
      step.expect = ReadExpectation(*expect, prototype, reads ? &step.type : nullptr);
    }
    if (prototype != nullptr && step.expect.empty()) {
      node.Bad("calls without expecting anything; give it an \"expect\"");
    }
    if (step.step == "make" && step.expect.ending != Ending::kError) {
      node.Bad("makes a callback that nobody uses, which is for its refusal: expect an \"error\"");
    }
    if (reads && step.expect.empty()) node.Bad("reads without expecting anything; give it an \"expect\"");
    out_.steps.push_back(std::move(step));
  }

  // An exported variable has a type; where any other pointer points, the step says it.
  TypeId PlacedType(const Node& node, const StepPlace& place) {
    const auto given = node.Find("type");
    if (!given) {
      for (const DataSpec& data : file_->data) {
        if (data.name == place.data && place.pointer.offset == 0) return data.type;
      }
      node.Bad("needs a \"type\"");
    }
    const TypeId type = ParseType(*given);
    if (const auto layout = LayoutOf(file_->types, type, Abi::kWin64Gnu); !layout) {
      given->Bad(layout.error().message);
    }
    return type;
  }

  // `read`: the type of what a read finds.
  Expectation ReadExpectation(const Node& node, const Prototype* prototype, const TypeId* read) {
    node.AllowOnly({"result", "objects", "events", "text", "last_error", "error", "fault", "crash", "timeout"});
    Expectation expect;
    if (prototype == nullptr) {
      for (const char* name : {"objects", "events", "text", "last_error"}) {
        if (node.Has(name)) node.Bad(std::string("only a \"call\" can expect \"") + name + "\"");
      }
      const auto result = node.Find("result");
      if (result && read == nullptr) node.Bad("only a \"call\" or a \"read\" can expect \"result\"");
      if (result) expect.result = ReadValue(*result, file_->types, *read, scope_);
    } else {
      ReadCallOutcome(node, *prototype, &expect);
    }
    ReadEnding(node, &expect);
    return expect;
  }

  void ReadCallOutcome(const Node& node, const Prototype& prototype, Expectation* expect) {
    if (const auto result = node.Find("result")) {
      if (file_->types[prototype.result].kind == Kind::kVoid) result->Bad("the function returns void");
      expect->result = ReadValue(*result, file_->types, prototype.result, scope_);
    }
    if (const auto objects = node.Find("objects")) {
      for (const auto& [name, value] : objects->Members()) {
        const auto at = std::find_if(out_.objects.begin(), out_.objects.end(),
                                     [&, wanted = name](const ObjectSpec& o) { return o.name == wanted; });
        if (at == out_.objects.end()) value.Bad("no object \"" + name + "\" in this case");
        expect->objects.push_back({name, ReadValue(value, file_->types, at->type, scope_)});
      }
    }
    if (const auto events = node.Find("events")) {
      expect->events.emplace();
      for (const Node& event : events->Elements()) expect->events->push_back(ReadEvent(event));
    }
    if (const auto text = node.Find("text")) expect->text = text->Text();
    if (const auto error = node.Find("last_error")) {
      expect->last_error = static_cast<std::uint32_t>(error->Number(0xffffffff));
    }
  }

  Event ReadEvent(const Node& node) {
    if (const auto text = node.Find("text")) {
      node.AllowOnly({"text", "stream"});
      const std::string stream = node.TextOr("stream", "stdout");
      if (stream != "stdout" && stream != "stderr") node.At("stream").Bad("must be \"stdout\" or \"stderr\"");
      return PrintedText{stream == "stdout" ? Stream::kStdout : Stream::kStderr, text->Text()};
    }
    node.AllowOnly({"callback", "args", "memory", "return", "write"});
    const std::string name = node.At("callback").Text();
    const auto at = std::find_if(out_.callbacks.begin(), out_.callbacks.end(),
                                 [&](const CallbackSpec& c) { return c.name == name; });
    if (at == out_.callbacks.end()) node.At("callback").Bad("no callback \"" + name + "\" in this case");
    const Prototype prototype = file_->types[at->prototype].prototype;
    CallbackRecord record;
    record.callback = name;
    record.arguments = ReadArguments(node.At("args"), prototype);
    if (const auto memory = node.Find("memory")) record.memory = ReadReachedList(*memory, prototype);
    if (const auto write = node.Find("write")) record.written = ReadReachedList(*write, prototype);
    record.answer = ReadAnswer(node, prototype);
    return record;
  }

  static void ReadEnding(const Node& node, Expectation* expect) {
    const auto set = [&](Ending ending) {
      if (expect->ending) node.Bad("expects two endings; keep one");
      expect->ending = ending;
    };
    for (const auto& [name, ending] : {std::pair{"error", Ending::kError}, {"fault", Ending::kFault},
                                       {"crash", Ending::kCrash}}) {
      const auto given = node.Find(name);
      if (!given) continue;
      given->AllowOnly({"code", "message"});
      set(ending);
      if (const auto code = given->Find("code")) expect->code = code->Number(~std::uint64_t{0});
      expect->message_contains = given->TextOr("message", "");
    }
    if (node.Has("timeout")) {
      if (!node.Flag("timeout")) node.At("timeout").Bad("can only be true");
      set(Ending::kTimeout);
    }
  }

  const CaseNames& names_;
  CaseFile* file_;
  CaseScope scope_;
  Case out_;
};

}  // namespace

When ReadWhen(const Node& node) {
  node.AllowOnly({"arch", "abi", "lane", "wine"});
  When when;
  if (const auto arch = node.Find("arch")) when.arch = Texts(*arch);
  if (const auto abi = node.Find("abi")) when.abi = Texts(*abi);
  if (const auto lane = node.Find("lane")) when.lane = Texts(*lane);
  // What is misspelt here would hold nowhere, and its case be skipped for ever.
  for (const std::string& one : when.arch) {
    if (one != "win64" && one != "win32" && one != "linux64") {
      node.At("arch").Bad("\"" + one + "\" is no architecture; write \"win64\", \"win32\" or \"linux64\"");
    }
  }
  for (const std::string& one : when.abi) {
    if (const auto abi = ParseAbi(one); !abi) node.At("abi").Bad(abi.error().message);
  }
  for (const std::string& one : when.lane) {
    if (one.find('*') != std::string::npos) {
      node.At("lane").Bad("is no glob: write the \"kind\" of a testee, such as \"bridge\", which all its variants share");
    }
  }
  when.wine = node.TextOr("wine", "");
  return when;
}

Case ReadCase(const Node& node, const CaseNames& names, CaseFile* file) {
  return CaseReader(names, file).Read(node);
}

bool Expectation::empty() const {
  return !result && objects.empty() && !events && !foreign && !text && !last_error && !ending && !code &&
         message_contains.empty() && kind.empty() && module.empty();
}

}  // namespace spanproof
