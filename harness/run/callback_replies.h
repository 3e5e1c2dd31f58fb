// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

#include "harness/model/case.h"
#include "harness/testee/testee.h"

namespace spanproof {

// The call that a step makes, in the widths of the testee's ABI. It asks for the
// objects that the step expects.
Expected<CallRequest> RequestFor(const Step& step, const TesteeDescription& description);

// What one case answers to its callbacks, in the order in which they come or by
// what they bring.
class CallbackReplies {
 public:
  // Both outlive it.
  CallbackReplies(const Case& spec, const TesteeDescription& description) : spec_(spec), description_(description) {}

  // Counts the invocation, and says what the case has for it.
  Expected<CallbackPlan> PlanFor(CallbackRecord* invocation);

 private:
  // Notes in the invocation which answer it is.
  Expected<const CallbackAnswer*> AnswerTo(const CallbackSpec& spec, CallbackRecord* invocation);

  const Case& spec_;
  const TesteeDescription& description_;
  std::map<std::string, std::uint32_t> invocations_;
};

}  // namespace spanproof
