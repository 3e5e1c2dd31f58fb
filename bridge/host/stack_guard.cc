// SPDX-License-Identifier: MIT
#include "bridge/host/stack_guard.h"

#include <windows.h>

#include <malloc.h>

namespace bridge::host {
namespace {

constexpr ULONG kPage = 4096, kLeft = 128 << 10;
constexpr ULONG_PTR kLeastStack = 512 << 10;

bool OnWine() {
  static const bool wine = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != nullptr;
  return wine;
}

struct Stack {
  ULONG_PTR low = 0, high = 0;
  bool IsLarge() const { return high - low >= kLeastStack; }
};

Stack Here() {
  using Limits = void(WINAPI*)(ULONG_PTR*, ULONG_PTR*);  // Windows 8 and later have it
  static const auto limits = reinterpret_cast<Limits>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "GetCurrentThreadStackLimits")));
  Stack stack;
  if (limits != nullptr) limits(&stack.low, &stack.high);
  return stack;
}

// Wine (5 to 10) commits a stack as a whole, with one guard page at its very end, and looks at what SetThreadStackGuarantee
// said only when a guard page is touched: the overflow would be raised with 4 KiB left, too few to handle it. A guard page
// where the guaranteed part begins makes it come in time. Its ntdll takes any guard page inside the stack for the stack's.
void SetGuardPage(const Stack& stack) {
  DWORD before;
  VirtualProtect(reinterpret_cast<void*>(stack.low + kLeft), kPage, PAGE_READWRITE | PAGE_GUARD, &before);
}

}  // namespace

void GuardStack() {
  const Stack stack = Here();
  if (!stack.IsLarge()) return;
  ULONG left = kLeft;
  SetThreadStackGuarantee(&left);
  if (OnWine()) SetGuardPage(stack);
}

void RestoreStackGuard() {
  const Stack stack = Here();
  if (!OnWine())
    _resetstkoflw();
  else if (stack.IsLarge())
    SetGuardPage(stack);
}

}  // namespace bridge::host
