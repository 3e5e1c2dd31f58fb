// SPDX-License-Identifier: MIT
#include "harness/run/callback_replies.h"

#include <algorithm>

namespace spanproof {

Expected<CallRequest> RequestFor(const Step& step, const TesteeDescription& description) {
  CallRequest request;
  request.function = step.target;
  for (const Value& argument : step.arguments) {
    auto fitted = ForAbi(argument, description.abi);
    if (!fitted) return tl::unexpected(fitted.error());
    request.arguments.push_back(std::move(*fitted));
  }
  for (const NamedValue& object : step.expect.objects) request.after.push_back(object.name);
  request.thread = step.thread;
  request.repeat = step.repeat;
  request.deadline = std::chrono::milliseconds(step.deadline_ms);
  request.testee_keeps_deadline = description.Can("deadline");
  return request;
}

Expected<CallbackPlan> CallbackReplies::PlanFor(CallbackRecord* invocation) {
  const auto spec = std::find_if(spec_.callbacks.begin(), spec_.callbacks.end(), [&](const CallbackSpec& one) {
    return one.name == invocation->callback;
  });
  if (spec == spec_.callbacks.end()) {
    return Fail(ErrorCode::kCorrupt, "the case has no callback " + invocation->callback);
  }
  const std::uint32_t nth = invocations_[invocation->callback]++;
  invocation->nth = nth;
  if (nth >= spec->answers.size() && !(spec->repeat_last && !spec->answers.empty())) {
    return Fail(ErrorCode::kInvalidArgument,
                "callback " + spec->name + " was called " + std::to_string(nth + 1) +
                    " times, the case answers " + std::to_string(spec->answers.size()));
  }
  const CallbackAnswer& answer = spec->answers[std::min<std::size_t>(nth, spec->answers.size() - 1)];
  CallbackPlan plan;
  auto fitted = ForAbi(answer.answer, description_.abi);
  if (!fitted) return tl::unexpected(fitted.error());
  plan.answer = std::move(*fitted);
  for (const Reached& write : answer.write) {
    auto value = ForAbi(write.value, description_.abi);
    if (!value) return tl::unexpected(value.error());
    plan.write.push_back({write.path, std::move(*value)});
  }
  for (const Step& step : answer.steps) {
    auto request = RequestFor(step, description_);
    if (!request) return tl::unexpected(request.error());
    plan.calls.push_back(std::move(*request));
  }
  plan.raise = answer.raise;
  return plan;
}

}  // namespace spanproof
