// SPDX-License-Identifier: MIT
#include "bridge/client/doorbell_pipes.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace bridge {
namespace {

Expected<void> MakePipe(Descriptor* read, Descriptor* write) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return Fail(ErrorCode::kInternal, std::string("cannot make a pipe: ") + std::strerror(errno));
  *read = Descriptor(ends[0]);
  *write = Descriptor(ends[1]);
  return {};
}

}  // namespace

Expected<void> DoorbellPipes::Create() {
  if (auto made = MakePipe(&host_read_, &write_); !made) return made;
  return MakePipe(&read_, &host_write_);
}

void DoorbellPipes::Settle() { host_write_.Close(); }

Wake DoorbellPipes::Block(int process, int timeout_ms) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::chrono::milliseconds(timeout_ms);
  pollfd watched[2] = {{read_.get(), POLLIN, 0}, {process, POLLIN, 0}};
  for (;;) {
    int left = -1;
    if (timeout_ms >= 0)
      left = static_cast<int>(std::max<std::int64_t>(
          0, std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count()));
    const int ready = poll(watched, process >= 0 ? 2 : 1, left);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) return Wake::kTimeout;
    char byte;
    if (watched[0].revents & POLLIN) return read(read_.get(), &byte, 1) == 1 ? Wake::kRang : Wake::kGone;
    return Wake::kGone;
  }
}

void DoorbellPipes::Ring() {
  ssize_t count;
  do count = write(write_.get(), "!", 1);
  while (count < 0 && errno == EINTR);
}

}  // namespace bridge
