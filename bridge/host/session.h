// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "bridge/core/error.h"

namespace bridge::host {

// Maps the client's segment and answers its hello on the control channel.
struct SessionArguments {
  std::uint32_t client_pid = 0;
  std::uint64_t segment_fd = 0;
  std::uint64_t read_fd = 0;   // of the control channel
  std::uint64_t write_fd = 0;
};
Expected<void> OpenSession(const SessionArguments& arguments);

// Serves the control channel until the client shuts down or is gone; the process's exit status.
int ServeSession();

// Starts the thread of a further channel; addresses are this process's.
Expected<void> OpenSessionChannel(std::uint32_t channel, std::uint64_t read_fd, std::uint64_t write_fd,
                                  std::uint64_t scratch, std::uint64_t scratch_bytes);

}  // namespace bridge::host
