// SPDX-License-Identifier: MIT
#pragma once

#include "bridge/client/session.h"
#include "bridge/core/protocol.h"

namespace bridge {

class Conversation;

// The floor that a call's cost is held against: one 64-bit counter, one cache
// line a direction, no payload, compiled C++ on both sides, between this thread and the
// host thread that serves it. While a probe lives its thread can make no other
// calls; the host spins without end.
class FloorProbe {
 public:
  explicit FloorProbe(const Session& session);  // throws Exception
  ~FloorProbe();
  FloorProbe(const FloorProbe&) = delete;
  FloorProbe& operator=(const FloorProbe&) = delete;

  void RoundTrip();

 private:
  protocol::Channel* lines_;
  std::uint64_t counter_ = 0;
};

}  // namespace bridge
