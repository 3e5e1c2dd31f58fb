// SPDX-License-Identifier: MIT
#include "bridge/host/c_runtimes.h"

#include <windows.h>

#include <csignal>
#include <cstdio>
#include <initializer_list>

namespace bridge::host {

namespace {

// `act` with what each C runtime that is loaded exports under this name.
template <typename F, typename Act>
void ForEachRuntime(const char* symbol, Act act) {
  for (const wchar_t* name : {L"msvcrt.dll", L"ucrtbase.dll", L"msvcr100.dll", L"msvcr110.dll", L"msvcr120.dll"}) {
    HMODULE runtime = GetModuleHandleW(name);
    if (runtime == nullptr) continue;
    if (const auto found = reinterpret_cast<F>(reinterpret_cast<void*>(GetProcAddress(runtime, symbol)))) act(found);
  }
}

}  // namespace

void UnbufferStandardStreams() {
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  std::setvbuf(stderr, nullptr, _IONBF, 0);
}

void FlushCRuntimes() {
  using Fflush = int(__cdecl*)(void*);
  ForEachRuntime<Fflush>("fflush", [](Fflush flush) { flush(nullptr); });
}

void CatchSignal(int number, SignalHandler handler) {
  using Signal = SignalHandler(__cdecl*)(int, SignalHandler);
  ForEachRuntime<Signal>("signal", [&](Signal set) {
    const SignalHandler before = set(number, handler);
    if (before != SIG_DFL && before != SIG_ERR && before != handler) set(number, before);
  });
}

}  // namespace bridge::host
