// SPDX-License-Identifier: MIT
#include "bridge/client/releases.h"

#include <unistd.h>

#include <algorithm>

#include "bridge/core/wire.h"

namespace bridge {

Releases::Releases() : owner_(getpid()) {}

void Releases::Add(What what, std::uint32_t id) {
  if (getpid() != owner_) return;
  const std::lock_guard lock(mutex_);
  waiting_.push_back({what, id});
  any_.store(true, std::memory_order_release);
}

std::vector<std::byte> Releases::Take() {
  WireWriter wire;
  const std::lock_guard lock(mutex_);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kAtOnce));
  for (auto one = waiting_.begin(); one != end; ++one) {
    wire.U32(static_cast<std::uint32_t>(one->what));
    wire.U32(one->id);
  }
  waiting_.erase(waiting_.begin(), end);
  any_.store(!waiting_.empty(), std::memory_order_release);
  return {wire.bytes().begin(), wire.bytes().end()};
}

}  // namespace bridge
