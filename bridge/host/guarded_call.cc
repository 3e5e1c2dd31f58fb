// SPDX-License-Identifier: MIT
#include "bridge/host/guarded_call.h"

#include <windows.h>

namespace {
// Written by the handler below, read by the frame that it unwound to.
thread_local bridge::host::Fault t_fault;

void Note(const EXCEPTION_RECORD* record) {
  t_fault.code = record->ExceptionCode;
  t_fault.address = reinterpret_cast<std::uint64_t>(record->ExceptionAddress);
}
}  // namespace

extern "C" {

// In guarded_call_win64.S or guarded_call_win32.S: calls ffi_call with its own
// arguments; 0 where it returned, 1 where the handler unwound.
int spanproof_guarded_ffi_call(ffi_cif*, void (*)(), void*, void**);

#ifdef _WIN64
extern char spanproof_guard_resume[];

EXCEPTION_DISPOSITION spanproof_guard_handler(EXCEPTION_RECORD* record, void* frame, CONTEXT*,
                                              DISPATCHER_CONTEXT* dispatcher) {
  if ((record->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND)) == 0) {
    Note(record);
    RtlUnwindEx(frame, spanproof_guard_resume, record, reinterpret_cast<void*>(1), dispatcher->ContextRecord,
                dispatcher->HistoryTable);
  }
  return ExceptionContinueSearch;
}
#else
void spanproof_guard_note(EXCEPTION_RECORD* record) { Note(record); }
#endif
}

namespace bridge::host {

bool GuardedCall(ffi_cif* interface, void (*code)(), void* result, void** arguments, Fault* fault) {
  if (spanproof_guarded_ffi_call(interface, code, result, arguments) == 0) [[likely]] return true;
  *fault = t_fault;
  return false;
}

}  // namespace bridge::host
