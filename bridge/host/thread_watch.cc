// SPDX-License-Identifier: MIT
#include "bridge/host/thread_watch.h"

#include <windows.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

namespace bridge::host {
namespace {

constexpr std::size_t kAtOnce = MAXIMUM_WAIT_OBJECTS - 1;  // beside the event
constexpr DWORD kTurn = 5;                                 // milliseconds for each part where there are more

}  // namespace

Expected<void> ThreadWatch::Start() {
  wake_ = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  struct Thread {
    static DWORD WINAPI Run(void* watch) { static_cast<ThreadWatch*>(watch)->Run(); }
  };
  HANDLE thread =
      wake_ == nullptr ? nullptr : CreateThread(nullptr, 1 << 16, Thread::Run, this, STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (thread == nullptr)
    return Fail(ErrorCode::kInternal, "cannot start the thread that watches threads, Windows error " + std::to_string(GetLastError()));
  CloseHandle(thread);
  return {};
}

void ThreadWatch::Watch(void* thread, Ended ended, void* context) {
  const std::lock_guard lock(mutex_);
  added_.push_back({thread, ended, context});
  SetEvent(wake_);
}

Expected<void> ThreadWatch::WatchThisThread(Ended ended, void* context) {
  HANDLE thread = nullptr;
  if (!DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &thread, 0, FALSE, DUPLICATE_SAME_ACCESS))
    return Fail(ErrorCode::kInternal, "no handle of a thread, Windows error " + std::to_string(GetLastError()));
  Watch(thread, ended, context);
  return {};
}

void ThreadWatch::Run() {
  std::vector<HANDLE> handles;
  for (std::size_t begin = 0;;) {
    {
      const std::lock_guard lock(mutex_);
      watched_.insert(watched_.end(), added_.begin(), added_.end());
      added_.clear();
    }
    if (begin >= watched_.size()) begin = 0;
    const std::size_t count = std::min(kAtOnce, watched_.size() - begin);
    handles.assign(1, wake_);
    for (std::size_t i = 0; i < count; ++i) handles.push_back(watched_[begin + i].thread);
    const DWORD woken = WaitForMultipleObjects(static_cast<DWORD>(handles.size()), handles.data(), FALSE,
                                               count == watched_.size() ? INFINITE : kTurn);
    if (woken > WAIT_OBJECT_0 && woken <= WAIT_OBJECT_0 + count) {
      const auto over = watched_.begin() + static_cast<std::ptrdiff_t>(begin + woken - WAIT_OBJECT_0 - 1);
      const Watched ended = *over;
      watched_.erase(over);
      DWORD code = 0;
      GetExitCodeThread(ended.thread, &code);
      CloseHandle(ended.thread);
      ended.ended(ended.context, code);
    } else if (woken == WAIT_TIMEOUT) {
      begin += count;
    } else if (woken == WAIT_FAILED) {
      DropClosed();
    }
  }
}

// A DLL closed a handle that is not its own: the threads of the others are watched still.
void ThreadWatch::DropClosed() {
  const auto closed = [](HANDLE handle) { return WaitForSingleObject(handle, 0) == WAIT_FAILED; };
  Sleep(kTurn);  // whatever the reason is, this does not spin
  std::erase_if(watched_, [&](const Watched& one) { return closed(one.thread); });
  const std::lock_guard lock(mutex_);
  if (closed(wake_)) wake_ = CreateEventW(nullptr, FALSE, FALSE, nullptr);
}

}  // namespace bridge::host
