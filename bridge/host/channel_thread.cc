// SPDX-License-Identifier: MIT
#include <windows.h>

#include <memory>

#include "bridge/host/channel.h"

namespace bridge::host {
namespace {

DWORD WINAPI Run(void* parameter) {
  const std::unique_ptr<Channel> channel(static_cast<Channel*>(parameter));
  // A client that is gone takes the whole process with it, not one thread.
  if (!channel->Serve()) TerminateProcess(GetCurrentProcess(), 0);
  return 0;
}

}  // namespace

Expected<void> StartChannelThread(protocol::Channel* lines, DoorbellPipes pipes, std::byte* scratch,
                                  std::uint64_t scratch_bytes, Registry* registry,
                                  const std::atomic<std::uint32_t>* spins, Region segment) {
  auto channel = std::make_unique<Channel>(lines, pipes, scratch, scratch_bytes, registry, spins, segment);
  // A reservation like a main thread's: DLLs expect no less.
  HANDLE thread = CreateThread(nullptr, 8 << 20, Run, channel.get(), STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (thread == nullptr)
    return Fail(ErrorCode::kInternal, "cannot start a thread, Windows error " + std::to_string(GetLastError()));
  channel.release();
  CloseHandle(thread);
  return {};
}

}  // namespace bridge::host
