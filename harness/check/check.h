// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/model/case.h"
#include "harness/model/record.h"

namespace spanproof {

// What a lane did against what the case expects. Places are named as in
// TRACE.md, "step 2 argument 0 .data[17]: expected 3, got 4".

// At most `limit` findings; none: the step did what it must. Expected values
// may have the widths of another ABI, numbers count.
std::vector<std::string> CheckStep(const Expectation& expect, const StepRecord& record,
                                   std::size_t limit = 16);

// What a callback got against what one of its answers expects (`expect_args`,
// `expect_memory`). Findings begin with the argument's place.
std::vector<std::string> CheckInvocation(const CallbackAnswer& expect,
                                         const CallbackRecord& invocation);

// The verdict on the steps that were recorded: kPass, kFail, kCrash or
// kTimeout, with the first findings. A step that is missing is a failure.
struct Judgement {
  Outcome outcome = Outcome::kPass;
  std::string message;
};
Judgement Judge(const Case& spec, const CaseRecord& record);

}  // namespace spanproof
