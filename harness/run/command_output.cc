// SPDX-License-Identifier: MIT
#include "harness/run/command_output.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>

namespace spanproof {
namespace {

// Appends what is there; false at the end of the stream.
bool Drain(int descriptor, std::string* text) {
  char chunk[16384];
  while (true) {
    const ssize_t got = read(descriptor, chunk, sizeof chunk);
    if (got == 0) return false;
    if (got < 0) return true;
    text->append(chunk, static_cast<std::size_t>(got));
  }
}

}  // namespace

Expected<CommandOutput> RunCommand(const Command& command, std::chrono::milliseconds deadline,
                                   int cancel) {
  auto child = ChildProcess::Start(command);
  if (!child) return tl::unexpected(child.error());
  return AwaitCommand(child->get(), deadline, cancel);
}

Expected<CommandOutput> AwaitCommand(ChildProcess* child, std::chrono::milliseconds deadline,
                                     int cancel) {
  using Clock = std::chrono::steady_clock;
  child->CloseInput();
  CommandOutput out;
  bool output_open = true, errors_open = true, ended = false;
  const auto until = Clock::now() + deadline;
  while (!ended) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return Fail(ErrorCode::kTimeout, "the deadline passed");
    pollfd all[] = {{cancel, POLLIN, 0},
                    {child->pidfd(), POLLIN, 0},
                    {output_open ? child->output() : -1, POLLIN, 0},
                    {errors_open ? child->errors() : -1, POLLIN, 0}};
    poll(all, std::size(all), static_cast<int>(left));
    if (all[0].revents != 0) return Fail(ErrorCode::kTimeout, "the run was interrupted");
    ended = all[1].revents != 0;
    // Not to the end of the stream: what outlives the program may hold it open.
    if (output_open) output_open = Drain(child->output(), &out.output);
    if (errors_open) errors_open = Drain(child->errors(), &out.errors);
  }
  const auto status = child->Wait(std::chrono::milliseconds(1000));
  if (!status) return Fail(ErrorCode::kInternal, "the program was lost");
  out.status = *status;
  return out;
}

}  // namespace spanproof
