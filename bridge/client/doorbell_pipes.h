// SPDX-License-Identifier: MIT
#pragma once

#include "bridge/client/fork_guard.h"
#include "bridge/core/doorbell.h"
#include "bridge/core/error.h"

namespace bridge {

// The client's ends of a channel's two pipes. The host opens its own ends
// through /proc; the client then lets go of the host's writing end (Settle), so that
// the host's end is the client's end of file. It keeps the host's reading end, so that
// ringing a dead host raises no SIGPIPE.
class DoorbellPipes {
 public:
  Expected<void> Create();
  int host_read() const { return host_read_.get(); }
  int host_write() const { return host_write_.get(); }
  void Settle();

  // Waits for a byte, for the host's end (end of file, or `process` readable: a
  // pidfd) or for `timeout_ms` (negative: for ever).
  Wake Block(int process, int timeout_ms);
  void Ring();

 private:
  Descriptor host_read_, host_write_, read_, write_;
};

}  // namespace bridge
