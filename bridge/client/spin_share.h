// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace bridge {

// A session's part in how long this process's threads, and the host's that
// serve them, spin before they sleep. Spinning pays only while every spinner has a CPU of its own:
// while the channels in use of *all* sessions, times two, are no more than the CPUs (DESIGN 10).
// Thread-safe. A forked child starts with none.
class SpinShare {
 public:
  // `word` is the segment's, written whenever any session's channels change; `pauses` goes there while there is room.
  SpinShare(std::atomic<std::uint32_t>* word, std::uint32_t pauses);
  ~SpinShare();
  SpinShare(const SpinShare&) = delete;
  SpinShare& operator=(const SpinShare&) = delete;

  // So many more channels of the session are in use; fewer where negative.
  void Change(int by);

 private:
  friend class SpinShares;
  std::atomic<std::uint32_t>* const word_;
  const std::uint32_t pauses_;
  int open_ = 0;
};

}  // namespace bridge
