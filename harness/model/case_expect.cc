// SPDX-License-Identifier: MIT
#include "harness/model/case_expect.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/model/case_when.h"
#include "harness/model/nearest.h"

namespace spanproof {
namespace {

// TESTEE.md's kinds of errors, but for those that have endings of their own.
const std::vector<std::string> kErrorKinds = {"invalid", "unsupported", "os", "refused", "raised", "timeout", "internal"};

class ExpectationReader {
 public:
  ExpectationReader(const Step& step, const Prototype* prototype, CaseContext* context)
      : step_(step), prototype_(prototype), context_(*context) {}

  Expectation Read(const Node& node) {
    node.AllowOnly({"when", "result", "objects", "events", "foreign", "text", "last_error", "error", "fault", "crash",
                    "ended", "timeout"});
    Expectation expect;
    if (prototype_ == nullptr) {
      for (const char* name : {"objects", "events", "text", "last_error"}) {
        if (node.Has(name)) node.Bad(std::string("only a \"call\" can expect \"") + name + "\"");
      }
      const auto result = node.Find("result");
      if (result && step_.step != "read") node.Bad("only a \"call\" or a \"read\" can expect \"result\"");
      if (result) expect.result = ReadValue(*result, context_.file->types, step_.type, context_.scope);
    } else {
      ReadCallOutcome(node, &expect);
    }
    if (const auto foreign = node.Find("foreign")) ReadForeign(node, *foreign, &expect);
    ReadEnding(node, &expect);
    return expect;
  }

 private:
  void ReadCallOutcome(const Node& node, Expectation* expect) {
    if (const auto result = node.Find("result")) {
      if (context_.file->types[prototype_->result].kind == Kind::kVoid) result->Bad("the function returns void");
      expect->result = ReadValue(*result, context_.file->types, prototype_->result, context_.scope);
    }
    if (const auto objects = node.Find("objects")) {
      for (const auto& [name, value] : objects->Members()) {
        const ObjectSpec& object = context_.FindObject(value, name);
        expect->objects.push_back({name, ReadValue(value, context_.file->types, object.type, context_.scope)});
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
    node.AllowOnly({"callback", "args", "memory", "return", "write", "raise"});
    Prototype prototype;
    CallbackRecord record = ReadInvocation(node, &prototype);
    if (const auto write = node.Find("write")) record.written = context_.ReadReachedList(*write, prototype);
    record.raised = node.TextOr("raise", "");
    if (record.raised.empty()) record.answer = context_.ReadAnswer(node, prototype);
    return record;
  }

  CallbackRecord ReadInvocation(const Node& node, Prototype* prototype) {
    const CallbackSpec& callback = context_.FindCallback(node.At("callback"));
    *prototype = context_.file->types[callback.prototype].prototype;
    CallbackRecord record;
    record.callback = callback.name;
    record.arguments = context_.ReadArguments(node.At("args"), *prototype);
    if (const auto memory = node.Find("memory")) record.memory = context_.ReadReachedList(*memory, *prototype);
    return record;
  }

  void ReadForeign(const Node& node, const Node& list, Expectation* expect) {
    if (step_.step != "call" && step_.step != "wait") node.Bad("only a \"call\" or a \"wait\" can expect \"foreign\"");
    if (step_.parallel != 0) list.Bad("cannot be said of one call among many; wait for the callback after the block");
    expect->foreign.emplace();
    for (const Node& each : list.Elements()) {
      each.AllowOnly({"callback", "args", "memory"});
      Prototype prototype;
      expect->foreign->push_back(ReadInvocation(each, &prototype));
    }
  }

  void ReadEnding(const Node& node, Expectation* expect) const {
    const auto set = [&](Ending ending) {
      if (expect->ending) node.Bad("expects two endings; keep one");
      expect->ending = ending;
    };
    for (const auto& [name, ending] : {std::pair{"error", Ending::kError}, {"fault", Ending::kFault},
                                       {"crash", Ending::kCrash}, {"ended", Ending::kEnded}}) {
      const auto given = node.Find(name);
      if (!given) continue;
      if (ending == Ending::kError) {
        given->AllowOnly({"code", "message", "kind"});
      } else if (ending == Ending::kFault) {
        given->AllowOnly({"code", "message", "module"});
      } else {
        given->AllowOnly({"code", "message"});
      }
      set(ending);
      if (const auto code = given->Find("code")) expect->code = code->Number(~std::uint64_t{0});
      expect->message_contains = given->TextOr("message", "");
      if (const auto module = given->Find("module")) expect->module = ModuleFile(*module, context_.names);
      expect->kind = given->TextOr("kind", "");
      if (!expect->kind.empty() && std::find(kErrorKinds.begin(), kErrorKinds.end(), expect->kind) == kErrorKinds.end()) {
        given->At("kind").Bad("\"" + expect->kind + "\" is no kind of error" + DidYouMean(expect->kind, kErrorKinds));
      }
    }
    if (node.Has("timeout")) {
      if (!node.Flag("timeout")) node.At("timeout").Bad("can only be true");
      set(Ending::kTimeout);
    }
  }

  const Step& step_;
  const Prototype* prototype_;
  CaseContext& context_;
};

}  // namespace

void ReadExpectations(const Node& node, const Prototype* prototype, CaseContext* context, Step* step) {
  ExpectationReader reader(*step, prototype, context);
  if (!node.json().is_array()) {
    if (node.Has("when")) node.Bad("has a condition, but nothing for other lanes; make it a list");
    step->expect = reader.Read(node);
    return;
  }
  const auto elements = node.Elements();
  if (elements.empty()) node.Bad("is empty");
  for (std::size_t i = 0; i + 1 < elements.size(); ++i) {
    step->instead.push_back({ReadWhen(elements[i].At("when")), reader.Read(elements[i])});
    if (step->instead.back().expect.empty()) elements[i].Bad("expects nothing");
  }
  if (elements.back().Has("when")) {
    elements.back().Bad("has a condition, but must hold wherever the others do not; leave \"when\" out");
  }
  step->expect = reader.Read(elements.back());
}

bool Expectation::empty() const {
  return !result && objects.empty() && !events && !foreign && !text && !last_error && !ending && !code &&
         message_contains.empty() && kind.empty() && module.empty();
}

}  // namespace spanproof
