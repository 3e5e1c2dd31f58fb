// SPDX-License-Identifier: MIT
#include "harness/check/check.h"

#include <algorithm>
#include <string_view>

namespace spanproof {
namespace {

constexpr std::size_t kTold = 3;  // findings that a verdict's message shows

std::string FirstOf(const std::vector<std::string>& findings) {
  std::string message;
  for (std::size_t i = 0; i < std::min(kTold, findings.size()); ++i) {
    message += (i == 0 ? "" : "; ") + findings[i];
  }
  if (findings.size() > kTold) {
    message += "; and " + std::to_string(findings.size() - kTold) + " more";
  }
  return message;
}

// Callbacks and steps on the way in, "callback 1 step 2 "; of a deep one the ends.
using Way = std::vector<std::string>;

std::string Spell(const Way& way) {
  constexpr std::size_t kEnds = 4;
  std::string text;
  for (std::size_t i = 0; i < way.size(); ++i) {
    const bool hidden = way.size() > 2 * kEnds && i >= kEnds && i + kEnds < way.size();
    if (!hidden) text += way[i] + " ";
    if (hidden && i == kEnds) text += "(… " + std::to_string(way.size() / 2 - kEnds) + " more) ";
  }
  return text;
}

Way Into(Way way, std::string_view what, std::size_t number) {
  way.push_back(std::string(what) + " " + std::to_string(number));
  return way;
}

void CheckInvocations(const Case& spec, const StepRecord& record, const Way& way, std::vector<std::string>* findings);

// What a callback got, and what the calls inside it came to, by the spec of the
// answer that it was given.
void CheckAnswered(const Case& spec, const CallbackRecord& callback, const Way& way,
                   std::vector<std::string>* findings) {
  const auto found = std::find_if(spec.callbacks.begin(), spec.callbacks.end(),
                                  [&](const CallbackSpec& one) { return one.name == callback.callback; });
  if (found == spec.callbacks.end() || found->answers.empty()) return;
  const CallbackAnswer& wanted = found->answers[std::min<std::size_t>(callback.nth, found->answers.size() - 1)];
  for (const std::string& finding : CheckInvocation(wanted, callback)) findings->push_back(Spell(way) + finding);
  for (std::size_t i = 0; i < wanted.steps.size(); ++i) {
    const Way step = Into(way, "step", i + 1);
    if (i >= callback.steps.size()) {
      findings->push_back(Spell(step) + "was not reached");
      return;
    }
    for (const std::string& finding : CheckStep(wanted.steps[i].expect, callback.steps[i])) {
      findings->push_back(Spell(step) + finding);
    }
    CheckInvocations(spec, callback.steps[i], step, findings);
  }
}

void CheckInvocations(const Case& spec, const StepRecord& record, const Way& way, std::vector<std::string>* findings) {
  std::size_t number = 0;
  for (const Event& event : record.events) {
    if (const auto* callback = std::get_if<CallbackRecord>(&event)) {
      CheckAnswered(spec, *callback, Into(way, "callback", ++number), findings);
    }
  }
  number = 0;
  for (const CallbackRecord& callback : record.foreign) {
    CheckAnswered(spec, callback, Into(way, "foreign callback", ++number), findings);
  }
}

}  // namespace

Judgement Judge(const Case& spec, const CaseRecord& record) {
  for (std::size_t i = 0; i < spec.steps.size(); ++i) {
    if (!spec.steps[i].due) continue;
    const std::string step = "step " + std::to_string(i + 1) + " ";
    if (i >= record.steps.size()) return {Outcome::kFail, step + "was not reached"};
    const StepRecord& lived = record.steps[i];
    std::vector<std::string> findings = CheckStep(spec.steps[i].expect, lived);
    CheckInvocations(spec, lived, {}, &findings);
    if (findings.empty()) continue;
    const Ending wanted = spec.steps[i].expect.ending.value_or(Ending::kReturned);
    Outcome outcome = Outcome::kFail;
    const bool crash = lived.ending == Ending::kCrash || lived.ending == Ending::kEnded;
    if (crash && wanted != lived.ending) outcome = Outcome::kCrash;
    if (lived.ending == Ending::kTimeout && wanted != Ending::kTimeout) outcome = Outcome::kTimeout;
    return {outcome, step + FirstOf(findings)};
  }
  return {};
}

}  // namespace spanproof
