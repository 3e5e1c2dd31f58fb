// SPDX-License-Identifier: MIT
#include "harness/model/record.h"

namespace spanproof {

std::string_view Name(Ending ending) {
  switch (ending) {
    case Ending::kReturned: return "returned";
    case Ending::kError: return "error";
    case Ending::kFault: return "fault";
    case Ending::kCrash: return "crash";
    case Ending::kTimeout: return "timeout";
    case Ending::kEnded: return "ended";
  }
  return "unknown";
}

// Here, where a step is known.
bool CallbackRecord::operator==(const CallbackRecord&) const = default;

}  // namespace spanproof
