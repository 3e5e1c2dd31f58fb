// SPDX-License-Identifier: MIT
#include "bridge/host/thread_slot.h"

#include <windows.h>

#include <cstdlib>

namespace bridge::host {
namespace {

// TEB::TlsSlots, the first 64 of what TlsAlloc gives; part of Windows' binary interface, since compilers' code reads it.
constexpr DWORD kSlots = 64;
constexpr std::uintptr_t kTlsSlots = sizeof(void*) == 8 ? 0x1480 : 0xe10;

}  // namespace

ThreadSlot::ThreadSlot() : index_(TlsAlloc()), place_(kTlsSlots + index_ * sizeof(void*)) {
  if (index_ >= kSlots) std::abort();
}

void ThreadSlot::Set(void* value) const {
  const DWORD last_error = GetLastError();
  TlsSetValue(index_, value);
  SetLastError(last_error);
}

}  // namespace bridge::host
