// SPDX-License-Identifier: MIT
#include "bridge/host/visitors.h"

#include <chrono>
#include <mutex>
#include <utility>

namespace bridge::host {
namespace {

// The client opens a channel in less than a millisecond, unless it is stopped.
constexpr std::chrono::seconds kPatience{10};

}  // namespace

void Visitors::Offer(std::unique_ptr<Channel> channel) {
  const std::lock_guard lock(mutex_);
  spare_ = std::move(channel);
  coming_ = false;
  changed_.NotifyAll();
}

void Visitors::Refuse() {
  const std::lock_guard lock(mutex_);
  coming_ = false;
  changed_.NotifyAll();
}

void Visitors::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.NotifyAll();
}

std::unique_ptr<Channel> Visitors::Take() {
  const std::lock_guard lock(mutex_);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!spare_ && coming_ && !closed_ && changed_.WaitUntil(mutex_, end)) {}
  if (!spare_ || closed_) return nullptr;
  coming_ = true;
  return std::move(spare_);
}

}  // namespace bridge::host
