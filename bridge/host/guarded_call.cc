// SPDX-License-Identifier: MIT
#include "bridge/host/guarded_call.h"

#include <windows.h>

#include "bridge/host/stack_guard.h"
#include "bridge/host/x87.h"

namespace bridge::host {
namespace {

thread_local Fault t_fault;

std::string_view Name(Convention convention) {
  constexpr std::string_view kNames[] = {"cdecl", "stdcall", "fastcall", "thiscall"};
  return kNames[static_cast<int>(convention)];
}

}  // namespace

Fault FaultOf(const EXCEPTION_RECORD& record) {
  const bool touched = (record.ExceptionCode == EXCEPTION_ACCESS_VIOLATION || record.ExceptionCode == EXCEPTION_IN_PAGE_ERROR) &&
                       record.NumberParameters >= 2;
  return {record.ExceptionCode, reinterpret_cast<std::uintptr_t>(record.ExceptionAddress),
          touched ? record.ExceptionInformation[1] : 0, touched ? static_cast<std::uint32_t>(record.ExceptionInformation[0]) : 0};
}

void NoteException(const EXCEPTION_RECORD* record) { t_fault = FaultOf(*record); }

void AnswerWithNoted(Called* called) {
  EmptyX87();
  called->outcome = Outcome::kFault;
  called->fault = t_fault;
  if (t_fault.code == EXCEPTION_STACK_OVERFLOW) RestoreStackGuard();
}

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
