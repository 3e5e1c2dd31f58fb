// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bridge/core/error.h"

namespace bridge::host {

class Channel;

// Maps the client's segment and answers its hello on the control channel.
struct SessionArguments {
  std::string segment;  // Unix paths: of the shared memory,
  std::string read;     // and of the control channel's pipes
  std::string write;
};
Expected<void> OpenSession(const SessionArguments& arguments);

// Serves the control channel until the client shuts down or is gone; the process's exit status.
int ServeSession();

// Starts the thread of a further channel, or keeps it for a visitor; addresses are this process's.
Expected<void> OpenSessionChannel(std::uint32_t channel, std::string_view read, std::string_view write,
                                  std::uint64_t scratch, std::uint64_t scratch_bytes, bool visitor);

// The channel of the calling thread, one of the DLLs' own, from now until it ends. Null where there is none for it: a
// line on standard error said so. Leaves the thread's last error alone.
Channel* EnterAsVisitor();
// There is no channel for visitors for now; for good.
void RefuseVisitors();
void CloseVisitors();

}  // namespace bridge::host
