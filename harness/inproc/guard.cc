// SPDX-License-Identifier: MIT
#include "harness/inproc/guard.h"

#include <windows.h>

#include <malloc.h>

#include <cstdio>

// The frame itself is assembly, guard_win32.S and guard_win64.S.
extern "C" {
int spanproof_inproc_guard(void (*function)(void* data), void* data);
void spanproof_inproc_guard_note(EXCEPTION_RECORD* record);
#ifdef _WIN64
extern char spanproof_inproc_guard_resume[];
EXCEPTION_DISPOSITION spanproof_inproc_guard_handler(EXCEPTION_RECORD* record, void* frame, CONTEXT* context,
                                                     DISPATCHER_CONTEXT* dispatcher);
#endif
}

namespace spanproof {
namespace {

constexpr ULONG kRoomToHandle = 128 << 10;  // of the stack, kept for after an overflow

constexpr DWORD kGccThrow = 0x20474343;

// How to get out without unwinding: the innermost guard of the thread.
struct Exit {
  void* jump[5];
  Exit* outer;
};

thread_local Exit* t_exit;
thread_local Fault t_fault;
thread_local bool t_prepared;

Fault FaultOf(const EXCEPTION_RECORD& record) {
  const bool touched = record.ExceptionCode == EXCEPTION_ACCESS_VIOLATION && record.NumberParameters >= 2;
  return {record.ExceptionCode, reinterpret_cast<std::uintptr_t>(record.ExceptionAddress),
          touched ? record.ExceptionInformation[1] : 0,
          touched ? static_cast<std::uint32_t>(record.ExceptionInformation[0]) : 0};
}

[[noreturn]] void Leave() { __builtin_longjmp(t_exit->jump, 1); }

LONG CALLBACK OnStackOverflow(EXCEPTION_POINTERS* exception) {
  const bool ours = exception->ExceptionRecord->ExceptionCode == EXCEPTION_STACK_OVERFLOW && t_exit != nullptr;
  if (!ours) return EXCEPTION_CONTINUE_SEARCH;
  t_fault = FaultOf(*exception->ExceptionRecord);
  Leave();
}

// Wine (8.0 and 10.0 were seen) commits the whole stack, with one page at its end to guard it, and
// moves that page for no guarantee: what is left behind it is too little for the exception's own
// frame where that holds AVX-512's registers, and the thread ends. So a page guards what was guaranteed.
// On Windows nothing is committed there, and nothing changes.
void GuardWhatIsGuaranteed() {
  MEMORY_BASIC_INFORMATION stack;
  if (VirtualQuery(&stack, &stack, sizeof stack) == 0) return;
  DWORD before = 0;
  VirtualProtect(static_cast<char*>(stack.AllocationBase) + kRoomToHandle, 1, PAGE_READWRITE | PAGE_GUARD, &before);
}

// Per process and per thread, before the first call that may overflow.
void Prepare() {
  static void* const handler = AddVectoredExceptionHandler(1, OnStackOverflow);
  static_cast<void>(handler);
  if (t_prepared) return;
  t_prepared = true;
  ULONG room = kRoomToHandle;
  SetThreadStackGuarantee(&room);
  GuardWhatIsGuaranteed();
}

// The chain of handlers that the thread's block holds. On win64 only Wine's own
// frames are in it, of which an exception under way may have left some there.
void* ExceptionChain() {
  void* first;
#ifdef _WIN64
  __asm__ volatile("movq %%gs:0, %0" : "=r"(first));
#else
  __asm__ volatile("movl %%fs:0, %0" : "=r"(first));
#endif
  return first;
}
void SetExceptionChain(void* first) {
#ifdef _WIN64
  __asm__ volatile("movq %0, %%gs:0" : : "r"(first));
#else
  __asm__ volatile("movl %0, %%fs:0" : : "r"(first));
#endif
}

// What an exception of the x87's or SSE's leaves behind would raise the next one in code of ours.
struct FloatControl {
  std::uint16_t x87;
  std::uint32_t sse;
};
FloatControl GetFloatControl() {
  FloatControl control;
  __asm__ volatile("fnstcw %0\n\tstmxcsr %1" : "=m"(control.x87), "=m"(control.sse));
  return control;
}
void SetFloatControl(const FloatControl& control) {
  __asm__ volatile("fnclex\n\tfldcw %0\n\tldmxcsr %1" : : "m"(control.x87), "m"(control.sse));
}

// 0: returned; 1: unwound; 2: left without unwinding.
[[gnu::noinline]] int Run(void (*function)(void* data), void* data, Exit* exit) {
  if (__builtin_setjmp(exit->jump) != 0) return 2;
  return spanproof_inproc_guard(function, data);
}

}  // namespace

bool RunGuarded(void (*function)(void* data), void* data, Fault* fault) {
  Prepare();
  Exit exit = {{}, t_exit};
  void* const chain = ExceptionChain();
  const FloatControl control = GetFloatControl();
  t_exit = &exit;
  const int ended = Run(function, data, &exit);
  t_exit = exit.outer;
  if (ended == 0) return true;
  SetFloatControl(control);
  *fault = t_fault;
  if (ended == 2) {
    SetExceptionChain(chain);
    // The pages that the overflow used up guard again.
    if (t_fault.code == EXCEPTION_STACK_OVERFLOW) {
      _resetstkoflw();
      GuardWhatIsGuaranteed();
    }
  }
  return false;
}

Place PlaceOf(std::uint64_t address) {
  HMODULE module = nullptr;
  wchar_t path[1024];
  constexpr DWORD kFlags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
  const auto* code = reinterpret_cast<const wchar_t*>(static_cast<std::uintptr_t>(address));
  if (!GetModuleHandleExW(kFlags, code, &module)) return {};
  const DWORD length = GetModuleFileNameW(module, path, 1024);
  if (length == 0 || length == 1024) return {};
  const std::wstring whole(path, length);
  const std::wstring base = whole.substr(whole.find_last_of(L"\\/") + 1);
  char name[512];
  const int bytes = WideCharToMultiByte(CP_UTF8, 0, base.data(), static_cast<int>(base.size()), name, sizeof name, nullptr, nullptr);
  return {std::string(name, static_cast<std::size_t>(bytes)), address - reinterpret_cast<std::uintptr_t>(module)};
}

std::string Describe(const Fault& fault, const Place& place) {
  const auto hex = [](std::uint64_t number) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(number));
    return std::string(text);
  };
  std::string what;
  switch (fault.code) {
    case EXCEPTION_ACCESS_VIOLATION:
      what = "access violation, " + std::string(fault.access == 0 ? "reading " : fault.access == 1 ? "writing " : "executing ") + hex(fault.data);
      break;
    case EXCEPTION_STACK_OVERFLOW: what = "stack overflow"; break;
    case EXCEPTION_INT_DIVIDE_BY_ZERO: what = "division by zero"; break;
    case EXCEPTION_ILLEGAL_INSTRUCTION: what = "illegal instruction"; break;
    case EXCEPTION_BREAKPOINT: what = "breakpoint"; break;
    case kGccThrow: what = "a C++ exception of gcc's"; break;
    default: break;
  }
  return "raised exception " + hex(fault.code) + (what.empty() ? "" : " (" + what + ")") + " at " +
         (place.module.empty() ? hex(fault.address) : place.module + "+" + hex(place.offset));
}

}  // namespace spanproof

void spanproof_inproc_guard_note(EXCEPTION_RECORD* record) { spanproof::t_fault = spanproof::FaultOf(*record); }

#ifdef _WIN64
EXCEPTION_DISPOSITION spanproof_inproc_guard_handler(EXCEPTION_RECORD* record, void* frame, CONTEXT*,
                                                     DISPATCHER_CONTEXT* dispatcher) {
  if ((record->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND)) == 0) {
    spanproof_inproc_guard_note(record);
    // Where gcc's runtime finds nobody who catches it does not know where to go on after the first
    // destructor, and would unwind this program's own frames.
    if (record->ExceptionCode == spanproof::kGccThrow) spanproof::Leave();
    RtlUnwindEx(frame, spanproof_inproc_guard_resume, record, reinterpret_cast<void*>(1), dispatcher->ContextRecord,
                dispatcher->HistoryTable);
  }
  return ExceptionContinueSearch;
}
#endif
