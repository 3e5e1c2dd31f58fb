// SPDX-License-Identifier: MIT
#include "bridge/host/thread_watch.h"

#include <windows.h>

#include <gtest/gtest.h>

#include <atomic>

namespace bridge::host {
namespace {

constexpr DWORD kPatience = 10000;  // milliseconds

// A thread that waits until it is told to end.
class Waiting {
 public:
  Waiting() : go_(CreateEventW(nullptr, TRUE, FALSE, nullptr)), thread_(CreateThread(nullptr, 0, Run, go_, 0, nullptr)) {}
  ~Waiting() {
    SetEvent(go_);
    WaitForSingleObject(thread_, INFINITE);
    CloseHandle(thread_);
    CloseHandle(go_);
  }
  void End() { SetEvent(go_); }
  // Another handle of it.
  HANDLE Handle() const {
    HANDLE handle = nullptr;
    EXPECT_TRUE(DuplicateHandle(GetCurrentProcess(), thread_, GetCurrentProcess(), &handle, 0, FALSE, DUPLICATE_SAME_ACCESS));
    return handle;
  }

 private:
  static DWORD WINAPI Run(void* go) {
    WaitForSingleObject(go, INFINITE);
    return 42;
  }
  const HANDLE go_, thread_;
};

struct Noticed {
  const HANDLE event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  std::atomic<std::uint32_t> code{0};
  ~Noticed() { CloseHandle(event); }

  static void Ended(void* self, std::uint32_t code) {
    static_cast<Noticed*>(self)->code = code;
    SetEvent(static_cast<Noticed*>(self)->event);
  }
  bool Comes() const { return WaitForSingleObject(event, kPatience) == WAIT_OBJECT_0; }
};

// Its thread never ends.
ThreadWatch& Watch() {
  static ThreadWatch* const watch = [] {
    auto* made = new ThreadWatch;
    EXPECT_TRUE(made->Start());
    return made;
  }();
  return *watch;
}

TEST(ThreadWatch, SaysWithWhichCodeAThreadEnded) {
  Waiting thread;
  Noticed noticed;
  Watch().Watch(thread.Handle(), Noticed::Ended, &noticed);
  thread.End();
  EXPECT_TRUE(noticed.Comes());
  EXPECT_EQ(noticed.code, 42u);
}

// As a DLL does that closes handles which are not its own.
TEST(ThreadWatch, GoesOnWhereSomebodyClosedAHandleOfIts) {
  Waiting lost, thread;
  Noticed never, noticed;
  const HANDLE closed = lost.Handle(), other = thread.Handle();  // Windows gives what was closed again
  Watch().Watch(closed, Noticed::Ended, &never);
  CloseHandle(closed);
  Watch().Watch(other, Noticed::Ended, &noticed);
  thread.End();
  EXPECT_TRUE(noticed.Comes());
}

}  // namespace
}  // namespace bridge::host
