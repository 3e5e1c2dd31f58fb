// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "bridge/host/channel.h"
#include "bridge/host/lock.h"

namespace bridge::host {

// Channels for threads that the DLLs made (DESIGN 13). The client keeps one open that waits; a thread takes it at its
// first callback and has it until it ends, and the client opens the next. Thread-safe.
class Visitors {
 public:
  // The channel that waits from now on.
  void Offer(std::unique_ptr<Channel> channel);
  // None will come for now; threads that wait for one go without.
  void Refuse();
  // The same for good: the session ends.
  void Close();
  // A channel for the calling thread; null where the client has none, or none in time.
  std::unique_ptr<Channel> Take();

 private:
  Lock mutex_;
  Condition changed_;
  std::unique_ptr<Channel> spare_;
  bool coming_ = true;  // a client that makes callbacks opens a channel for visitors
  bool closed_ = false;
};

}  // namespace bridge::host
