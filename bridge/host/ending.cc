// SPDX-License-Identifier: MIT
#include "bridge/host/ending.h"

#include <windows.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstring>

#include "bridge/host/c_runtimes.h"
#include "bridge/host/guarded_call.h"
#include "bridge/host/module_at.h"

namespace bridge::host {
namespace {

using protocol::Ending;

protocol::Ended* g_ended = nullptr;
DWORD g_local = FLS_OUT_OF_INDEXES;  // set on every thread: its callback runs on the one that calls ExitProcess
BOOLEAN(WINAPI* g_in_progress)() = nullptr;  // ntdll's RtlDllShutdownInProgress

// The first end is the one that counts: abort calls ExitProcess in the end.
void Say(Ending ending, const Fault& fault) {
  static std::atomic_flag said;
  if (g_ended == nullptr || said.test_and_set()) return;
  const ModuleAt module = FindModuleAt(fault.address);
  g_ended->code = fault.code;
  g_ended->address = fault.address;
  g_ended->offset = module.offset;
  g_ended->touched = fault.data;
  g_ended->access = fault.access;
  std::memcpy(g_ended->module, module.name.data(), std::min(module.name.size(), sizeof g_ended->module - 1));
  g_ended->ending.store(ending, std::memory_order_release);
}

// Where a module that belongs neither to the system nor to us called what is running now; 0 where that cannot be told.
std::uint64_t Culprit() {
  std::array<void*, 48> frames;
  const auto count = RtlCaptureStackBackTrace(0, static_cast<DWORD>(frames.size()), frames.data(), nullptr);
  for (USHORT i = 0; i < count; ++i) {
    const auto address = reinterpret_cast<std::uintptr_t>(frames[i]);
    const ModuleAt module = FindModuleAt(address);
    const auto is = [&](const char* name) { return _stricmp(module.name.c_str(), name) == 0; };
    if (!module.name.empty() && !is("ntdll.dll") && !is("kernel32.dll") && !is("kernelbase.dll") && !is("msvcrt.dll") &&
        !is("ucrtbase.dll") && !is("spanproof-host.exe"))
      return address;
  }
  return 0;
}

// Runs at the end of each thread. Wine (8 to 10) holds the lock of all such callbacks then, which a thread that begins takes
// inside the loader's: whatever asks the loader here waits for that thread, as it does for this one. Once the process is
// ending there is no other thread.
void WINAPI OnLocalEnd(void*) {
  if (g_in_progress != nullptr && g_in_progress()) Say(Ending::kExit, {.address = Culprit()});
}

void __cdecl OnAbort(int) { Say(Ending::kAbort, {.address = Culprit()}); }

LONG WINAPI OnUnhandled(EXCEPTION_POINTERS* exception) {
  Say(Ending::kException, FaultOf(*exception->ExceptionRecord));
  TerminateProcess(GetCurrentProcess(), exception->ExceptionRecord->ExceptionCode);
  return EXCEPTION_EXECUTE_HANDLER;
}

void BeginThread() { FlsSetValue(g_local, &g_local); }

void NTAPI OnLoader(void*, DWORD reason, void*) {
  if (g_ended == nullptr) return;
  if (reason == DLL_THREAD_ATTACH) BeginThread();
  // Wine 5 runs this at the process's end, later ones run what FlsAlloc was given.
  if (reason == DLL_PROCESS_DETACH) Say(Ending::kExit, {.address = Culprit()});
}

// The loader calls what stands in this section, for threads of DLLs too.
[[gnu::section(".CRT$XLY"), gnu::used]] PIMAGE_TLS_CALLBACK g_on_loader = OnLoader;

}  // namespace

void WatchEnding(protocol::Ended* ended) {
  g_ended = ended;
  g_in_progress = reinterpret_cast<decltype(g_in_progress)>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlDllShutdownInProgress")));
  g_local = FlsAlloc(OnLocalEnd);
  BeginThread();
  SetUnhandledExceptionFilter(OnUnhandled);
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
  WatchAborts();
}

void WatchAborts() { CatchSignal(SIGABRT, OnAbort); }

}  // namespace bridge::host
