// SPDX-License-Identifier: MIT
#include <windows.h>

#include <memory>

#include "bridge/host/channel.h"

namespace bridge::host {
namespace {

DWORD WINAPI Run(void* parameter) {
  // A client that is gone takes the whole process with it, not one thread.
  if (!static_cast<Channel*>(parameter)->Serve()) TerminateProcess(GetCurrentProcess(), 0);
  return 0;
}

// Nothing touches the lines any more: the client may use them again once the pipes are closed.
void OnThreadEnd(void* context, std::uint32_t exit_code) {
  const std::unique_ptr<Channel> channel(static_cast<Channel*>(context));
  channel->NoteEnd(exit_code);
}

}  // namespace

Expected<void> StartChannelThread(std::unique_ptr<Channel> channel, ThreadWatch* watch) {
  // A reservation like a main thread's: DLLs expect no less.
  HANDLE thread = CreateThread(nullptr, 8 << 20, Run, channel.get(), STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (thread == nullptr)
    return Fail(ErrorCode::kInternal, "cannot start a thread, Windows error " + std::to_string(GetLastError()));
  watch->Watch(thread, OnThreadEnd, channel.release());
  return {};
}

Channel* VisitOnThisThread(std::unique_ptr<Channel> channel, ThreadWatch* watch) {
  if (!watch->WatchThisThread(OnThreadEnd, channel.get())) return nullptr;
  channel->Visit();
  return channel.release();
}

}  // namespace bridge::host
