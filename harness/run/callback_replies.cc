// SPDX-License-Identifier: MIT
#include "harness/run/callback_replies.h"

#include <algorithm>

#include "harness/check/check.h"

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

Expected<const CallbackAnswer*> CallbackReplies::AnswerTo(const CallbackSpec& spec, CallbackRecord* invocation) {
  const std::vector<CallbackAnswer>& answers = spec.answers;
  if (spec.any_order) {
    const auto fits = std::find_if(answers.begin(), answers.end(), [&](const CallbackAnswer& one) {
      return CheckInvocation(one, *invocation).empty();
    });
    if (fits == answers.end()) {
      std::string came;
      for (const Value& argument : invocation->arguments) came += (came.empty() ? "" : ", ") + Show(argument);
      for (const Reached& reached : invocation->memory) came += (came.empty() ? "" : ", ") + Show(reached.value);
      return Fail(ErrorCode::kInvalidArgument, "callback " + spec.name + " was called with " + came +
                                                   ", which none of its answers expects");
    }
    invocation->nth = static_cast<std::uint32_t>(fits - answers.begin());
    return &*fits;
  }
  const std::uint32_t nth = invocations_[spec.name]++;
  invocation->nth = nth;
  if (nth >= answers.size() && !(spec.repeat_last && !answers.empty())) {
    return Fail(ErrorCode::kInvalidArgument,
                "callback " + spec.name + " was called " + std::to_string(nth + 1) +
                    " times, the case answers " + std::to_string(answers.size()));
  }
  return &answers[std::min<std::size_t>(nth, answers.size() - 1)];
}

Expected<CallbackPlan> CallbackReplies::PlanFor(CallbackRecord* invocation) {
  const auto spec = std::find_if(spec_.callbacks.begin(), spec_.callbacks.end(), [&](const CallbackSpec& one) {
    return one.name == invocation->callback;
  });
  if (spec == spec_.callbacks.end()) {
    return Fail(ErrorCode::kCorrupt, "the case has no callback " + invocation->callback);
  }
  const auto given = AnswerTo(*spec, invocation);
  if (!given) return tl::unexpected(given.error());
  const CallbackAnswer& answer = **given;
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
