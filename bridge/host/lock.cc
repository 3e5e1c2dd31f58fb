// SPDX-License-Identifier: MIT
#include "bridge/host/lock.h"

#include <windows.h>

#include <algorithm>

namespace bridge::host {

static_assert(sizeof(SRWLOCK) == sizeof(void*) && sizeof(CONDITION_VARIABLE) == sizeof(void*));

void Lock::lock() { AcquireSRWLockExclusive(reinterpret_cast<SRWLOCK*>(&state_)); }
void Lock::unlock() { ReleaseSRWLockExclusive(reinterpret_cast<SRWLOCK*>(&state_)); }

void Condition::NotifyAll() { WakeAllConditionVariable(reinterpret_cast<CONDITION_VARIABLE*>(&state_)); }

bool Condition::WaitUntil(Lock& lock, std::chrono::steady_clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
  if (left <= 0) return false;
  const auto most = static_cast<DWORD>(std::min<long long>(left, INFINITE - 1));
  return SleepConditionVariableSRW(reinterpret_cast<CONDITION_VARIABLE*>(&state_), reinterpret_cast<SRWLOCK*>(&lock.state_), most, 0) != 0;
}

}  // namespace bridge::host
