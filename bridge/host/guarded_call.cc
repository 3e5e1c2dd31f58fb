// SPDX-License-Identifier: MIT
#include "bridge/host/guarded_call.h"

namespace bridge::host {
namespace {

thread_local Fault t_fault;

std::string_view Name(Convention convention) {
  constexpr std::string_view kNames[] = {"cdecl", "stdcall", "fastcall", "thiscall"};
  return kNames[static_cast<int>(convention)];
}

}  // namespace

void NoteFault(const Fault& fault) { t_fault = fault; }

Fault NotedFault() { return t_fault; }

Error DescribeOutcome(const Function& function, const Called& called) {
  switch (called.outcome) {
    case Outcome::kFault: return {ErrorCode::kFault, "", called.fault.code, called.fault.address};
    case Outcome::kUnbalanced:
      return {ErrorCode::kInvalidArgument,
              "'" + function.name + "' removed " + std::to_string(called.removed) + " bytes of arguments from the stack, " +
                  std::string(Name(function.binding.convention)) + " with these arguments removes " +
                  std::to_string(function.shape.removes) + ": the convention or the arguments are declared wrong",
              0, 0};
    case Outcome::kNoFloat:
      return {ErrorCode::kInvalidArgument,
              "'" + function.name + "' left no floating-point result: the type of its result is declared wrong", 0, 0};
    case Outcome::kOutside: return {ErrorCode::kCorrupt, "an argument by value lies outside the segment", 0, 0};
    case Outcome::kReturned: break;
  }
  return {};
}

}  // namespace bridge::host
