// SPDX-License-Identifier: MIT
// One step, and one invocation of a callback, against what is expected of it.
#include <algorithm>

#include "harness/check/check.h"
#include "harness/model/place.h"
#include "harness/model/text_pattern.h"

namespace spanproof {
namespace {

std::string Finding(const std::string& place, const std::string& expected,
                    const std::string& got) {
  return place + ": expected " + expected + ", got " + got;
}

std::string EndingOf(const StepRecord& record) {
  std::string told(Name(record.ending));
  if (record.ending == Ending::kError || record.ending == Ending::kFault) {
    told += " " + std::to_string(record.code);
  }
  return record.message.empty() ? told : told + " (" + record.message + ")";
}

class StepCheck {
 public:
  StepCheck(const Expectation& expect, const StepRecord& record, std::size_t limit)
      : expect_(expect), record_(record), limit_(limit),
        names_(record.arguments, record.before) {}

  std::vector<std::string> Run() {
    const Ending wanted = expect_.ending.value_or(Ending::kReturned);
    if (record_.ending != wanted) {
      return {Finding("ending", std::string(Name(wanted)), EndingOf(record_))};
    }
    if (expect_.code && *expect_.code != record_.code) {
      Note("code", std::to_string(*expect_.code), std::to_string(record_.code));
    }
    if (record_.message.find(expect_.message_contains) == std::string::npos) {
      Note("message", "one with " + Quote(expect_.message_contains), Quote(record_.message));
    }
    if (!expect_.kind.empty() && expect_.kind != record_.kind) Note("kind", expect_.kind, record_.kind);
    if (!expect_.module.empty() && expect_.module != record_.module) {
      Note("module", expect_.module, record_.module.empty() ? "none" : record_.module);
    }
    if (expect_.result) Compare(*expect_.result, record_.result, {"result", ""});
    if (expect_.events) CheckEvents(*expect_.events);
    if (expect_.foreign) CheckForeign(*expect_.foreign);
    CheckObjects();
    if (expect_.text) CheckText(*expect_.text);
    if (expect_.last_error) CheckLastError(*expect_.last_error);
    return std::move(findings_);
  }

 private:
  void Note(const std::string& place, const std::string& expected, const std::string& got) {
    if (findings_.size() < limit_) findings_.push_back(Finding(place, expected, got));
  }

  void Compare(const Value& expected, const Value& got, const Place& place) {
    std::vector<Difference> differences;
    FindUnmet(expected, got, place, limit_, &differences);
    for (const Difference& one : differences) Note(one.place, one.left, one.right);
  }

  void CheckObjects() {
    for (const NamedValue& expected : expect_.objects) {
      const Place place = names_.NameObject(expected.name);
      const auto got = std::find_if(record_.after.begin(), record_.after.end(),
                                    [&](const NamedValue& one) { return one.name == expected.name; });
      if (got == record_.after.end()) {
        Note(place.Spell(), Show(expected.value), "nothing");
      } else {
        Compare(expected.value, got->value, place);
      }
    }
  }

  void CheckText(const std::string& pattern) {
    std::string printed;
    for (const Event& event : record_.events) {
      const auto* text = std::get_if<PrintedText>(&event);
      if (text != nullptr && text->stream == Stream::kStdout) printed += text->bytes;
    }
    if (const auto mismatch = MatchText(pattern, printed)) {
      if (findings_.size() < limit_) findings_.push_back("text: expected " + *mismatch);
    }
  }

  void CheckLastError(std::uint32_t wanted) {
    if (!record_.last_error_known) {
      Note("last error", std::to_string(wanted), "none, the testee does not tell it");
    } else if (record_.last_error != wanted) {
      Note("last error", std::to_string(wanted), std::to_string(record_.last_error));
    }
  }

  static std::string Told(const Event* event) {
    if (event == nullptr) return "nothing";
    if (const auto* text = std::get_if<PrintedText>(event)) return "text " + Quote(text->bytes);
    return "callback " + std::get<CallbackRecord>(*event).callback;
  }

  static std::vector<Event> Joined(const std::vector<Event>& events) {
    std::vector<Event> joined;
    for (const Event& event : events) {
      const auto* text = std::get_if<PrintedText>(&event);
      auto* last = joined.empty() ? nullptr : std::get_if<PrintedText>(&joined.back());
      if (text != nullptr && last != nullptr && text->stream == last->stream) {
        last->bytes += text->bytes;
      } else {
        joined.push_back(event);
      }
    }
    return joined;
  }

  void CheckEvents(const std::vector<Event>& expected_events) {
    const auto expected = Joined(expected_events), got = Joined(record_.events);
    std::size_t callbacks = 0, texts = 0;
    for (std::size_t i = 0; i < std::max(expected.size(), got.size()); ++i) {
      const Event* wanted = i < expected.size() ? &expected[i] : nullptr;
      const Event* event = i < got.size() ? &got[i] : nullptr;
      if (wanted == nullptr || event == nullptr || wanted->index() != event->index()) {
        return Note("event " + std::to_string(i + 1), Told(wanted), Told(event));
      }
      if (const auto* text = std::get_if<PrintedText>(wanted)) {
        const auto& printed = std::get<PrintedText>(*event);
        const std::string place = "text " + std::to_string(++texts);
        if (text->stream != printed.stream) {
          Note(place, Told(wanted), "the other stream");
        } else if (const auto mismatch = MatchText(text->bytes, printed.bytes)) {
          if (findings_.size() < limit_) findings_.push_back(place + ": expected " + *mismatch);
        }
      } else {
        CheckCallback(std::get<CallbackRecord>(*wanted), std::get<CallbackRecord>(*event),
                      "callback " + std::to_string(++callbacks));
      }
    }
  }

  void CheckCallback(const CallbackRecord& expected, const CallbackRecord& got,
                     const std::string& prefix) {
    if (expected.callback != got.callback) return Note(prefix, expected.callback, got.callback);
    CallbackAnswer wanted;
    wanted.expect_arguments = expected.arguments;
    wanted.expect_memory = expected.memory;
    for (const std::string& finding : CheckInvocation(wanted, got)) {
      if (findings_.size() < limit_) findings_.push_back(prefix + " " + finding);
    }
    if (expected.raised != got.raised) Note(prefix + " raise", Quote(expected.raised), Quote(got.raised));
    Compare(expected.answer, got.answer, {prefix + " answer", ""});
    CallbackAnswer written;
    CallbackRecord wrote;
    written.expect_memory = expected.written;
    wrote.memory = got.written;
    for (const std::string& finding : CheckInvocation(written, wrote)) {
      if (findings_.size() < limit_) findings_.push_back(prefix + " wrote " + finding);
    }
  }

  static std::vector<std::string> FindingsOfCall(const CallbackRecord& expected, const CallbackRecord& got) {
    if (expected.callback != got.callback) return {Finding("name", expected.callback, got.callback)};
    CallbackAnswer wanted;
    wanted.expect_arguments = expected.arguments;
    wanted.expect_memory = expected.memory;
    return CheckInvocation(wanted, got);
  }

  // In any order: each expected call takes the first that is as it says.
  void CheckForeign(const std::vector<CallbackRecord>& expected) {
    std::vector<const CallbackRecord*> got;
    for (const CallbackRecord& call : record_.foreign) got.push_back(&call);
    std::vector<const CallbackRecord*> unmet;
    for (const CallbackRecord& wanted : expected) {
      const auto found = std::find_if(got.begin(), got.end(), [&](const CallbackRecord* call) {
        return FindingsOfCall(wanted, *call).empty();
      });
      if (found == got.end()) {
        unmet.push_back(&wanted);
      } else {
        got.erase(found);
      }
    }
    for (std::size_t i = 0; i < std::max(unmet.size(), got.size()); ++i) {
      if (i < unmet.size() && i < got.size()) {
        for (const std::string& finding : FindingsOfCall(*unmet[i], *got[i])) {
          if (findings_.size() < limit_) findings_.push_back("foreign callback " + finding);
        }
      } else if (i < unmet.size()) {
        Note("foreign callback", unmet[i]->callback, "nothing");
      } else {
        Note("foreign callback", "nothing", got[i]->callback);
      }
    }
  }

  const Expectation& expect_;
  const StepRecord& record_;
  std::size_t limit_;
  PlaceNames names_;
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> CheckStep(const Expectation& expect, const StepRecord& record,
                                   std::size_t limit) {
  return StepCheck(expect, record, limit).Run();
}

std::vector<std::string> CheckInvocation(const CallbackAnswer& expect,
                                         const CallbackRecord& invocation) {
  std::vector<Difference> differences;
  std::vector<std::string> findings;
  if (expect.expect_arguments) {
    const auto& expected = *expect.expect_arguments;
    if (expected.size() != invocation.arguments.size()) {
      findings.push_back(Finding("arguments", std::to_string(expected.size()),
                                 std::to_string(invocation.arguments.size())));
    } else {
      for (std::size_t i = 0; i < expected.size(); ++i) {
        FindUnmet(expected[i], invocation.arguments[i], {"argument " + std::to_string(i), ""}, 16, &differences);
      }
    }
  }
  for (const Reached& expected : expect.expect_memory) {
    const auto got = std::find_if(invocation.memory.begin(), invocation.memory.end(),
                                  [&](const Reached& one) { return one.path == expected.path; });
    if (got == invocation.memory.end()) {
      findings.push_back(Finding(PlaceOf(expected.path).Spell(), Show(expected.value), "nothing"));
    } else {
      FindUnmet(expected.value, got->value, PlaceOf(expected.path), 16, &differences);
    }
  }
  for (const Difference& one : differences) {
    findings.push_back(Finding(one.place, one.left, one.right));
  }
  return findings;
}

}  // namespace spanproof
