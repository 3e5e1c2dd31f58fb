// SPDX-License-Identifier: MIT
#include "bridge/host/c_runtimes.h"

#include <windows.h>

#include <psapi.h>

#include <csignal>
#include <cstdio>
#include <mutex>
#include <utility>
#include <vector>

#include "bridge/host/lock.h"

namespace bridge::host {

namespace {

// Those of this process; none where it does not say.
std::vector<HMODULE> Modules() {
  std::vector<HMODULE> modules(64);
  for (DWORD needed = 0;;) {
    const auto size = static_cast<DWORD>(modules.size() * sizeof(HMODULE));
    if (!EnumProcessModules(GetCurrentProcess(), modules.data(), size, &needed)) return {};
    const bool enough = needed <= size;
    modules.resize(needed / sizeof(HMODULE));
    if (enough) return modules;
  }
}

// The C runtimes that are loaded. To ask for one by name costs a search of PATH wherever it
// is not, so that is done once for each set of modules.
std::vector<HMODULE> Runtimes() {
  static Lock mutex;
  static std::vector<HMODULE> seen, runtimes;
  std::vector<HMODULE> now = Modules();
  const std::lock_guard lock(mutex);
  if (now.empty() || now != seen) {
    runtimes.clear();
    for (const wchar_t* name : {L"msvcrt.dll", L"ucrtbase.dll", L"msvcr100.dll", L"msvcr110.dll", L"msvcr120.dll"})
      if (HMODULE runtime = GetModuleHandleW(name)) runtimes.push_back(runtime);
    seen = std::move(now);
  }
  return runtimes;
}

// `act` with what each C runtime that is loaded exports under this name.
template <typename F, typename Act>
void ForEachRuntime(const char* symbol, Act act) {
  for (HMODULE runtime : Runtimes())
    if (const auto found = reinterpret_cast<F>(reinterpret_cast<void*>(GetProcAddress(runtime, symbol)))) act(found);
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
