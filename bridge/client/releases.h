// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace bridge {

// What the client needs no more of what the host made for it, until a thread tells the host: with whatever it asks
// for next. Handles end anywhere, on threads without a conversation, inside calls and after the host; so their destructors only
// add here. Thread-safe; in a forked child nothing is added.
class Releases {
 public:
  enum class What : std::uint32_t { kFunction = 0, kCallback = 1 };
  static constexpr std::size_t kAtOnce = 4096;

  Releases();
  Releases(const Releases&) = delete;
  Releases& operator=(const Releases&) = delete;

  void Add(What what, std::uint32_t id);
  bool empty() const { return !any_.load(std::memory_order_acquire); }
  // The payload of one kRelease: the oldest, kAtOnce at most. Each is given out once.
  std::vector<std::byte> Take();

 private:
  struct One {
    What what;
    std::uint32_t id;
  };
  const pid_t owner_;
  std::atomic<bool> any_{false};
  std::mutex mutex_;  // of the next
  std::vector<One> waiting_;
};

}  // namespace bridge
