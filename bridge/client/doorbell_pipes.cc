// SPDX-License-Identifier: MIT
#include "bridge/client/doorbell_pipes.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace bridge {
Expected<void> DoorbellPipes::Create(Meeting meeting) {
  auto to_host = MakeSharedPipe(meeting), from_host = MakeSharedPipe(meeting);
  if (!to_host) return tl::unexpected(to_host.error());
  if (!from_host) return tl::unexpected(from_host.error());
  to_host_ = std::move(*to_host);
  from_host_ = std::move(*from_host);
  return {};
}

void DoorbellPipes::Settle() {
  from_host_.write.Close();
  to_host_.name.Remove();
  from_host_.name.Remove();
}

Wake DoorbellPipes::Block(int process, int timeout_ms) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  pollfd watched[2] = {{from_host_.read.get(), POLLIN, 0}, {process, POLLIN, 0}};
  for (;;) {
    int left = -1;
    if (timeout_ms >= 0)
      left = static_cast<int>(std::max<std::int64_t>(
          0, std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count()));
    const int ready = poll(watched, process >= 0 ? 2 : 1, left);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return Wake::kTimeout;
    char byte;
    if (watched[0].revents & POLLIN) return read(from_host_.read.get(), &byte, 1) == 1 ? Wake::kRang : Wake::kGone;
    return Wake::kGone;
  }
}

void DoorbellPipes::Ring() {
  ssize_t count;
  do count = write(to_host_.write.get(), "!", 1);
  while (count < 0 && errno == EINTR);
}

}  // namespace bridge
