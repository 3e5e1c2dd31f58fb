// SPDX-License-Identifier: MIT
#include "bridge/client/floor_probe.h"

#include "bridge/client/connection.h"

namespace bridge {

FloorProbe::FloorProbe(const Session& session) {
  Conversation* here = ValueOrThrow(session.connection()->Here());
  lines_ = session.connection()->segment().channel(here->index());
  lines_->floor_request.counter.store(0);
  lines_->floor_reply.counter.store(0);
  ValueOrThrow(here->Ask(protocol::Verb::kFloor, 0, {}, "starting the floor probe"));
}

FloorProbe::~FloorProbe() {
  lines_->floor_request.counter.store(protocol::kFloorEnd, std::memory_order_release);
  while (lines_->floor_reply.counter.load(std::memory_order_acquire) != protocol::kFloorEnd) Pause();
}

void FloorProbe::RoundTrip() {
  lines_->floor_request.counter.store(++counter_, std::memory_order_release);
  while (lines_->floor_reply.counter.load(std::memory_order_acquire) != counter_) Pause();
}

}  // namespace bridge
