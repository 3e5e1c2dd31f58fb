// SPDX-License-Identifier: MIT
#include "bridge/host/guarded_call.h"

#include <windows.h>

#include <array>

namespace {
// Written by the handler below, read by the frame that it unwound to.
thread_local bridge::host::Fault t_fault;

void Note(const EXCEPTION_RECORD* record) {
  t_fault.code = record->ExceptionCode;
  t_fault.address = reinterpret_cast<std::uint64_t>(record->ExceptionAddress);
}
}  // namespace

extern "C" {

#ifdef _WIN64
// In guarded_call_win64.S: 0 where the callee returned, 1 where the handler unwound.
int spanproof_guarded_call(void* code, const std::uint64_t* words, std::uint64_t count, std::uint64_t* result);
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
// In guarded_call_win32.S, round ffi_call.
int spanproof_guarded_ffi_call(ffi_cif*, void (*)(), void* result, void** values);

void spanproof_guard_note(EXCEPTION_RECORD* record) { Note(record); }
#endif
}

namespace bridge::host {

bool GuardedCall(const Function& function, const std::uint64_t* words, std::uint64_t* result, Fault* fault) {
  const Binding& binding = function.binding;
#ifdef _WIN64
  std::uint64_t registers[2];  // rax, xmm0
  const int faulted = spanproof_guarded_call(function.code, words, binding.arguments.size(), registers);
  *result = registers[binding.result.in == ResultIn::kFloating];
#else
  std::array<void*, kMaxArguments> values;
  for (std::size_t i = 0; i < binding.arguments.size(); ++i) values[i] = const_cast<std::uint64_t*>(&words[i]);
  alignas(8) std::uint64_t storage[2] = {0, 0};
  // libffi's interface is read-only while it calls; its API takes it as mutable.
  const int faulted = spanproof_guarded_ffi_call(const_cast<ffi_cif*>(&function.interface.cif),
                                                 reinterpret_cast<void (*)()>(function.code), storage, values.data());
  *result = storage[0];
#endif
  if (faulted == 0) [[likely]] return true;
  *fault = t_fault;
  return false;
}

}  // namespace bridge::host
