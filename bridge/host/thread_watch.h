// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "bridge/core/error.h"
#include "bridge/host/lock.h"

namespace bridge::host {

// Notices the end of threads, however they end: by returning, by ExitThread, by TerminateThread. The last of these runs
// no code on the thread, so only another one can tell: a thread of the host's own, started before any DLL is loaded.
class ThreadWatch {
 public:
  // Runs on the watching thread, which all others wait for: short.
  using Ended = void (*)(void* context, std::uint32_t exit_code);

  Expected<void> Start();
  // Calls `ended` once `thread` is over. The handle is the watch's from now on. Any thread.
  void Watch(void* thread, Ended ended, void* context);
  // The same for the calling thread.
  Expected<void> WatchThisThread(Ended ended, void* context);

 private:
  struct Watched {
    void* thread;
    Ended ended;
    void* context;
  };
  [[noreturn]] void Run();
  void DropClosed();

  Lock mutex_;  // of the next two; the watching thread alone changes the first
  void* wake_ = nullptr;
  std::vector<Watched> added_;
  std::vector<Watched> watched_;  // the watching thread's
};

}  // namespace bridge::host
