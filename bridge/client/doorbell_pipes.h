// SPDX-License-Identifier: MIT
#pragma once

#include "bridge/client/shared_file.h"
#include "bridge/core/doorbell.h"
#include "bridge/core/error.h"

namespace bridge {

// The client's ends of a channel's two pipes. Once the host has opened its own
// ends the client lets go of the host's writing end (Settle), so that
// the host's end is the client's end of file. It keeps the host's reading end, so that
// ringing a dead host raises no SIGPIPE.
class DoorbellPipes {
 public:
  Expected<void> Create(Meeting meeting);
  // By which the host opens its ends.
  const std::string& host_read_path() const { return to_host_.read_path; }
  const std::string& host_write_path() const { return from_host_.write_path; }
  void Settle();

  // Waits for a byte, for the host's end (end of file, or `process` readable: a
  // pidfd) or for `timeout_ms` (negative: for ever).
  Wake Block(int process, int timeout_ms);
  void Ring();

 private:
  SharedPipe to_host_, from_host_;
};

}  // namespace bridge
