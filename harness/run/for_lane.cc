// SPDX-License-Identifier: MIT
#include "harness/run/for_lane.h"

#include <algorithm>

namespace spanproof {

Expected<Case> ForLane(const Case& spec, const Circumstances& here) {
  Case held = spec;
  for (Step& step : held.steps) {
    const auto why = WhyNot(step.when, here);
    if (!why) return tl::unexpected(why.error());
    step.due = why->empty();
    step.choice = static_cast<std::uint32_t>(step.instead.size());
    for (std::size_t i = 0; i < step.instead.size(); ++i) {
      const auto why_not = WhyNot(step.instead[i].when, here);
      if (!why_not) return tl::unexpected(why_not.error());
      if (!why_not->empty()) continue;
      step.choice = static_cast<std::uint32_t>(i);
      step.expect = step.instead[i].expect;
      break;
    }
    step.instead.clear();
  }
  const bool expects = std::any_of(held.steps.begin(), held.steps.end(),
                                   [](const Step& step) { return step.due && !step.expect.empty(); });
  if (!expects) {
    return Fail(ErrorCode::kInvalidArgument, "no step that is due here expects anything; give the case a \"when\"");
  }
  return held;
}

}  // namespace spanproof
