// SPDX-License-Identifier: MIT
#include "bridge/host/ending.h"

#include <windows.h>

#include <gtest/gtest.h>

#include <thread>

namespace bridge::host {
namespace {

constexpr DWORD kPatience = 10000;  // milliseconds

// ntdll's; the loader's lock is what loading a DLL, looking for a function and beginning a thread take.
template <typename F>
F Ntdll(const char* name) {
  return reinterpret_cast<F>(reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name)));
}

HANDLE g_ending = nullptr;
void WINAPI OnEnd(void*) { SetEvent(g_ending); }

// Wine ends a thread's local storage under one lock, which a thread that begins takes inside the loader's.
TEST(Ending, AThreadThatEndsDoesNotWaitForTheLoader) {
  static protocol::Ended ended;
  const auto lock = Ntdll<LONG(WINAPI*)(ULONG, ULONG*, ULONG_PTR*)>("LdrLockLoaderLock");
  const auto unlock = Ntdll<LONG(WINAPI*)(ULONG, ULONG_PTR)>("LdrUnlockLoaderLock");
  g_ending = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  HANDLE begun = CreateSemaphoreW(nullptr, 0, 2, nullptr), end = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  HANDLE look = CreateEventW(nullptr, TRUE, FALSE, nullptr), looked = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  const DWORD before = FlsAlloc(OnEnd);  // ends before that of WatchEnding
  WatchEnding(&ended);
  std::thread ends([&] {
    FlsSetValue(before, &g_ending);
    ReleaseSemaphore(begun, 1, nullptr);
    WaitForSingleObject(end, INFINITE);
  });
  std::thread takes_the_lock([&] {
    ReleaseSemaphore(begun, 1, nullptr);
    WaitForSingleObject(look, INFINITE);
    FlsFree(FlsAlloc(nullptr));
    SetEvent(looked);
  });
  for (int i = 0; i < 2; ++i) WaitForSingleObject(begun, INFINITE);
  ULONG_PTR cookie = 0;
  ASSERT_EQ(lock(0, nullptr, &cookie), 0);
  SetEvent(end);
  EXPECT_EQ(WaitForSingleObject(g_ending, kPatience), WAIT_OBJECT_0);
  SetEvent(look);
  EXPECT_EQ(WaitForSingleObject(looked, kPatience), WAIT_OBJECT_0) << "the thread that ends holds the lock and waits for the loader";
  unlock(0, cookie);
  ends.join();
  takes_the_lock.join();
  FlsFree(before);
  for (HANDLE each : {g_ending, begun, end, look, looked}) CloseHandle(each);
}

}  // namespace
}  // namespace bridge::host
