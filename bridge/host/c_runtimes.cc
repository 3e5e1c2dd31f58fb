// SPDX-License-Identifier: MIT
#include "bridge/host/c_runtimes.h"

#include <windows.h>

#include <cstdio>
#include <initializer_list>

namespace bridge::host {

void UnbufferStandardStreams() {
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  std::setvbuf(stderr, nullptr, _IONBF, 0);
}

void FlushCRuntimes() {
  using Fflush = int(__cdecl*)(void*);
  for (const wchar_t* name : {L"msvcrt.dll", L"ucrtbase.dll", L"msvcr100.dll", L"msvcr110.dll", L"msvcr120.dll"}) {
    HMODULE runtime = GetModuleHandleW(name);
    if (runtime == nullptr) continue;
    const auto flush = reinterpret_cast<Fflush>(reinterpret_cast<void*>(GetProcAddress(runtime, "fflush")));
    if (flush != nullptr) flush(nullptr);
  }
}

}  // namespace bridge::host
