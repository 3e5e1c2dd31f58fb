// SPDX-License-Identifier: MIT
#pragma once

#include "bridge/core/protocol.h"

namespace bridge {

enum class Wake : std::uint8_t {
  kRang,     // a byte came, and was consumed
  kGone,     // the other side ended
  kTimeout,  // the reader's own deadline passed
};

inline void Pause() { __builtin_ia32_pause(); }

// Publishes message number `turn`, which the caller has written into the line, and
// rings if the reader sleeps. The exchange keeps the look at the mark behind
// the publication: with a release store and a plain load both sides went to
// sleep for good in 6 of 6 runs (DESIGN 10). Steps P1 to P3 of PROTOCOL.md.
template <typename Ring>
inline void Publish(protocol::Line& line, std::uint64_t turn, Ring&& ring) {
  line.sequence.exchange(turn, std::memory_order_seq_cst);                    // P1 publish
  if (line.asleep.load(std::memory_order_relaxed) != 0 &&                     // P2 look at the mark
      line.asleep.exchange(0, std::memory_order_seq_cst) != 0)                //    and take it
    ring();                                                                   // P3 one byte
}

// Waits for message number `turn`: spins for `spins` pauses, then marks itself
// asleep, looks again, and only then blocks. Whoever takes the mark decides whether a byte is under
// way, so at most one ever is, and a reader who loses consumes it. Steps S1 to S4.
template <typename Block>
inline Wake Await(protocol::Line& line, std::uint64_t turn, std::uint32_t spins, Block&& block) {
  for (;;) {
    for (std::uint32_t i = 0;; ++i) {                                         // S1 spin
      if (line.sequence.load(std::memory_order_acquire) >= turn) return Wake::kRang;
      if (i >= spins) break;
      Pause();
    }
    line.asleep.exchange(1, std::memory_order_seq_cst);                       // S2 mark
    if (line.sequence.load(std::memory_order_seq_cst) >= turn &&              // S3 look again
        line.asleep.exchange(0, std::memory_order_seq_cst) != 0)
      return Wake::kRang;
    if (const Wake wake = block(); wake != Wake::kRang) return wake;          // S4 block for the byte
  }
}

// The floor's two halves.
inline std::uint64_t AwaitFloor(const protocol::FloorLine& line, std::uint64_t seen) {
  std::uint64_t now;
  while ((now = line.counter.load(std::memory_order_acquire)) == seen) Pause();
  return now;
}
inline void EchoFloor(protocol::FloorLine& request, protocol::FloorLine& reply) {
  for (std::uint64_t seen = 0; (seen = AwaitFloor(request, seen)) != protocol::kFloorEnd;)
    reply.counter.store(seen, std::memory_order_release);
}

}  // namespace bridge
