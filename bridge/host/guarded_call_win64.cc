// SPDX-License-Identifier: MIT
#include <windows.h>

#include "bridge/host/guarded_call.h"

extern "C" {

// In guarded_call_win64.S: 0 where the callee returned, 1 where the handler unwound.
int spanproof_guarded_call(void* code, const std::uint64_t* words, std::uint64_t count, std::uint64_t* result);
extern char spanproof_guard_resume[];

EXCEPTION_DISPOSITION spanproof_guard_handler(EXCEPTION_RECORD* record, void* frame, CONTEXT*,
                                              DISPATCHER_CONTEXT* dispatcher) {
  if ((record->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND)) == 0) {
    bridge::host::NoteException(record);
    RtlUnwindEx(frame, spanproof_guard_resume, record, reinterpret_cast<void*>(1), dispatcher->ContextRecord,
                dispatcher->HistoryTable);
  }
  return ExceptionContinueSearch;
}
}

namespace bridge::host {

void PrepareCall(Function*) {}

void GuardedCall(const Function& function, const std::uint64_t* words, Region, Called* called) {
  const Binding& binding = function.binding;
  std::uint64_t registers[2];  // rax, xmm0
  if (spanproof_guarded_call(function.code, words, binding.arguments.size(), registers) != 0) [[unlikely]]
    return AnswerWithNoted(called);
  called->outcome = Outcome::kReturned;
  called->result = registers[binding.result.in == ResultIn::kFloating];
}

}  // namespace bridge::host
