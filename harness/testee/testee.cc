// SPDX-License-Identifier: MIT
#include "harness/testee/testee.h"

#include <algorithm>

namespace spanproof {
namespace {

Ending EndingFor(Trouble trouble) {
  switch (trouble) {
    case Trouble::kFault: return Ending::kFault;
    case Trouble::kEnded: return Ending::kEnded;
    case Trouble::kCrash:
    case Trouble::kGarbage: return Ending::kCrash;
    case Trouble::kTimeout: return Ending::kTimeout;
    default: return Ending::kError;
  }
}

}  // namespace

std::string_view Name(Trouble trouble) {
  switch (trouble) {
    case Trouble::kInvalid: return "invalid";
    case Trouble::kUnsupported: return "unsupported";
    case Trouble::kOs: return "os";
    case Trouble::kRefused: return "refused";
    case Trouble::kFault: return "fault";
    case Trouble::kInternal: return "internal";
    case Trouble::kRaised: return "raised";
    case Trouble::kDeadline: return "timeout";
    case Trouble::kEnded: return "ended";
    default: return "";
  }
}

bool TesteeDescription::Can(std::string_view capability) const {
  return std::find(capabilities.begin(), capabilities.end(), capability) != capabilities.end();
}

void NoteTrouble(const TesteeError& error, StepRecord* step) {
  step->ending = EndingFor(error.trouble);
  step->code = error.code;
  step->message = error.message;
  step->module = error.module;
  if (step->ending == Ending::kError) step->kind = Name(error.trouble);
}

StepRecord RecordOf(const CallRequest& request, CallResult result) {
  StepRecord step;
  step.step = "call";
  step.target = request.function;
  step.arguments = request.arguments;
  step.thread = request.thread;
  step.repeat = request.repeat;
  step.deadline_ms = static_cast<std::uint32_t>(request.deadline.count());
  if (!result) {
    NoteTrouble(result.error().error, &step);
    step.events = std::move(result.error().events);
    return step;
  }
  step.result = std::move(result->result);
  step.events = std::move(result->events);
  step.last_error_known = result->last_error.has_value();
  step.last_error = result->last_error.value_or(0);
  // In the order asked for; what the testee left out stays out, and is found so.
  for (const std::string& name : request.after) {
    const auto found = std::find_if(result->objects.begin(), result->objects.end(),
                                    [&](const NamedValue& one) { return one.name == name; });
    if (found != result->objects.end()) step.after.push_back(std::move(*found));
  }
  return step;
}

}  // namespace spanproof
