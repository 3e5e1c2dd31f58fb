// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "bridge/core/error.h"
#include "bridge/host/closure.h"
#include "bridge/host/lock.h"

namespace bridge::host {

// Hands out code addresses. The code is written once, a block of thunks at a time, and never changes: a thunk says which
// Closure it stands for and jumps to the stub. What was given back is used again in its order and late, so that a
// DLL that calls what was released does not meet another's callback soon. Thread-safe. Keeps its memory for ever.
class ClosurePool {
 public:
  static constexpr std::size_t kResting = 1024;  // at least so many are given back, or were never used

  ClosurePool() = default;
  ClosurePool(const ClosurePool&) = delete;
  ClosurePool& operator=(const ClosurePool&) = delete;

  // kInternal where there is no memory.
  Expected<Closure*> Take();
  // `closure` stays callable, as its token says.
  void Give(Closure* closure);
  // Null where there is none of that id.
  Closure* Find(std::uint32_t id);
  std::size_t size();

 private:
  Expected<void> Grow();

  Lock mutex_;
  std::vector<std::unique_ptr<Closure[]>> blocks_;
  std::deque<Closure*> free_;
};

}  // namespace bridge::host
