// SPDX-License-Identifier: MIT
#include "harness/trace/diff.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "harness/model/text_pattern.h"

namespace spanproof {
namespace {

class StepComparison {
 public:
  StepComparison(const StepRecord& left, const StepRecord& right, std::size_t limit,
                 std::vector<Difference>* out)
      : left_(left), right_(right), limit_(limit), out_(out),
        names_(left.arguments, left.before) {}

  void Run() {
    if (left_.step != right_.step || left_.target != right_.target) {
      return Note("step", left_.step + " " + left_.target, right_.step + " " + right_.target);
    }
    // What lanes owe differently, or one of them not at all, is no difference.
    if (!left_.due || !right_.due || left_.choice != right_.choice) return;
    if (left_.thread != right_.thread) Note("thread", left_.thread, right_.thread);
    if (left_.ending != right_.ending) {
      return Note("ending", Told(left_), Told(right_));
    }
    if (left_.type != right_.type) Note("type", left_.type, right_.type);
    const bool has_code = left_.ending == Ending::kError || left_.ending == Ending::kFault;
    if (has_code && left_.code != right_.code) {
      Note("code", std::to_string(left_.code), std::to_string(right_.code));
    }
    if (OfTheCall(left_.kind) != OfTheCall(right_.kind)) Note("kind", left_.kind, right_.kind);
    if (!left_.module.empty() && !right_.module.empty() && left_.module != right_.module) {
      Note("module", left_.module, right_.module);
    }
    CompareLists(left_.arguments, right_.arguments, "", "arguments");
    CompareObjects(left_.before, right_.before, "before: ");
    CompareEvents();
    CompareForeign();
    CompareObjects(left_.after, right_.after, "");
    FindDifferences(left_.result, right_.result, {"result", ""}, limit_, out_);
    if (left_.last_error_known && right_.last_error_known &&
        left_.last_error != right_.last_error) {
      Note("last error", std::to_string(left_.last_error), std::to_string(right_.last_error));
    }
  }

 private:
  // Who refuses, and by what name, is each testee's own; what a call came to is not.
  static std::string_view OfTheCall(std::string_view kind) {
    return kind == "raised" || kind == "timeout" ? kind : std::string_view();
  }

  static std::string Told(const StepRecord& step) {
    return std::string(Name(step.ending)) + (step.message.empty() ? "" : " (" + step.message + ")");
  }

  void Note(std::string place, std::string left, std::string right) {
    if (out_->size() < limit_) out_->push_back({std::move(place), std::move(left), std::move(right)});
  }

  void CompareLists(const std::vector<Value>& left, const std::vector<Value>& right,
                    const std::string& prefix, const std::string& what) {
    if (left.size() != right.size()) {
      return Note(prefix + what, std::to_string(left.size()), std::to_string(right.size()));
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
      FindDifferences(left[i], right[i], {prefix + "argument " + std::to_string(i), ""}, limit_,
                      out_);
    }
  }

  void CompareObjects(const std::vector<NamedValue>& left, const std::vector<NamedValue>& right,
                      const std::string& prefix) {
    const auto find = [](const std::vector<NamedValue>& all, const std::string& name) {
      return std::find_if(all.begin(), all.end(),
                          [&name](const NamedValue& one) { return one.name == name; });
    };
    for (const NamedValue& object : left) {
      Place place = names_.NameObject(object.name);
      place.root = prefix + place.root;
      if (const auto other = find(right, object.name); other == right.end()) {
        Note(place.Spell(), Show(object.value), "nothing");
      } else {
        FindDifferences(object.value, other->value, place, limit_, out_);
      }
    }
    for (const NamedValue& object : right) {
      if (find(left, object.name) == left.end()) {
        Note(prefix + names_.NameObject(object.name).Spell(), "nothing", Show(object.value));
      }
    }
  }

  // Texts of one stream that stand next to one another are one text.
  static std::vector<Event> Joined(const std::vector<Event>& events) {
    std::vector<Event> joined;
    for (const Event& event : events) {
      const auto* text = std::get_if<PrintedText>(&event);
      auto* last = joined.empty() ? nullptr : std::get_if<PrintedText>(&joined.back());
      if (text != nullptr && last != nullptr && last->stream == text->stream) {
        last->bytes += text->bytes;
      } else {
        joined.push_back(event);
      }
    }
    return joined;
  }

  static std::string Told(const Event* event) {
    if (event == nullptr) return "nothing";
    if (const auto* text = std::get_if<PrintedText>(event)) return "text " + Quote(text->bytes);
    return "callback " + std::get<CallbackRecord>(*event).callback;
  }

  void CompareEvents() {
    const auto left = Joined(left_.events), right = Joined(right_.events);
    std::size_t callbacks = 0, texts = 0;
    for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
      const Event* one = i < left.size() ? &left[i] : nullptr;
      const Event* other = i < right.size() ? &right[i] : nullptr;
      if (one == nullptr || other == nullptr || one->index() != other->index()) {
        return Note("event " + std::to_string(i + 1), Told(one), Told(other));
      }
      if (const auto* text = std::get_if<PrintedText>(one)) {
        ++texts;
        CompareTexts(*text, std::get<PrintedText>(*other), texts);
      } else {
        ++callbacks;
        CompareCallbacks(std::get<CallbackRecord>(*one), std::get<CallbackRecord>(*other),
                         "callback " + std::to_string(callbacks) + " ");
      }
    }
  }

  void CompareTexts(const PrintedText& left, const PrintedText& right, std::size_t number) {
    if (left.stream != right.stream || !SameButForAddresses(left.bytes, right.bytes)) {
      Note("text " + std::to_string(number), Quote(left.bytes), Quote(right.bytes));
    }
  }

  void CompareCallbacks(const CallbackRecord& left, const CallbackRecord& right,
                        const std::string& prefix) {
    if (left.callback != right.callback) {
      return Note(prefix + "name", left.callback, right.callback);
    }
    CompareLists(left.arguments, right.arguments, prefix, "arguments");
    CompareReached(left.memory, right.memory, prefix);
    FindDifferences(left.answer, right.answer, {prefix + "answer", ""}, limit_, out_);
    CompareReached(left.written, right.written, prefix + "written ");
    if (left.raised != right.raised) Note(prefix + "raise", Quote(left.raised), Quote(right.raised));
    CompareInside(left.steps, right.steps, prefix);
  }

  // Calls that the handler made.
  void CompareInside(const std::vector<StepRecord>& left, const std::vector<StepRecord>& right,
                     const std::string& prefix) {
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
      std::vector<Difference> found;
      StepComparison(left[i], right[i], limit_, &found).Run();
      for (Difference& one : found) {
        Note(prefix + "step " + std::to_string(i + 1) + " " + one.place, std::move(one.left), std::move(one.right));
      }
    }
    if (left.size() != right.size()) {
      Note(prefix + "steps", std::to_string(left.size()), std::to_string(right.size()));
    }
  }

  void CompareForeign() {
    const auto &left = left_.foreign, &right = right_.foreign;
    if (left.size() != right.size()) {
      return Note("foreign callbacks", std::to_string(left.size()), std::to_string(right.size()));
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
      CompareCallbacks(left[i], right[i], "foreign callback " + std::to_string(i + 1) + " ");
    }
  }

  void CompareReached(const std::vector<Reached>& left, const std::vector<Reached>& right,
                      const std::string& prefix) {
    for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
      const Reached& any = i < left.size() ? left[i] : right[i];
      Place place = PlaceOf(any.path);
      place.root = prefix + place.root;
      if (i >= left.size() || i >= right.size() || left[i].path != right[i].path) {
        Note(place.Spell(), i < left.size() ? Spell(left[i].path) : "nothing",
             i < right.size() ? Spell(right[i].path) : "nothing");
        return;
      }
      FindDifferences(left[i].value, right[i].value, place, limit_, out_);
    }
  }

  const StepRecord& left_;
  const StepRecord& right_;
  std::size_t limit_;
  std::vector<Difference>* out_;
  PlaceNames names_;
};

void CompareCases(const CaseRecord& left, const CaseRecord& right, std::size_t limit,
                  std::vector<CaseDifference>* out) {
  const std::string prefix = "case " + left.id;
  for (std::size_t i = 0; i < std::min(left.steps.size(), right.steps.size()); ++i) {
    std::vector<Difference> found;
    StepComparison(left.steps[i], right.steps[i], limit, &found).Run();
    for (Difference& difference : found) {
      difference.place = prefix + " step " + std::to_string(i + 1) + " " + difference.place;
      out->push_back({left.id, std::move(difference)});
    }
  }
  if (left.steps.size() != right.steps.size()) {
    out->push_back({left.id,
                    {prefix, std::to_string(left.steps.size()) + " steps",
                     std::to_string(right.steps.size()) + " steps"}});
  }
}

}  // namespace

std::vector<CaseDifference> CompareTraces(const Trace& left, const Trace& right,
                                          std::size_t limit_per_step) {
  std::map<std::string_view, const TracedCase*> rights;
  for (const TracedCase& traced : right.cases) rights.emplace(traced.record.id, &traced);
  std::vector<CaseDifference> differences;
  for (const TracedCase& traced : left.cases) {
    const auto other = rights.find(traced.record.id);
    if (other == rights.end()) {
      differences.push_back({traced.record.id, {"case " + traced.record.id, "present", "missing"}});
      continue;
    }
    CompareCases(traced.record, other->second->record, limit_per_step, &differences);
    rights.erase(other);
  }
  for (const TracedCase& traced : right.cases) {
    if (rights.contains(traced.record.id)) {
      differences.push_back({traced.record.id, {"case " + traced.record.id, "missing", "present"}});
    }
  }
  return differences;
}

}  // namespace spanproof
