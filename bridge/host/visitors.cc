// SPDX-License-Identifier: MIT
#include "bridge/host/visitors.h"

#include <chrono>
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
  changed_.notify_one();
}

void Visitors::Refuse() {
  const std::lock_guard lock(mutex_);
  coming_ = false;
  changed_.notify_all();
}

void Visitors::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

std::unique_ptr<Channel> Visitors::Take() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [this] { return spare_ || !coming_ || closed_; });
  if (!spare_ || closed_) return nullptr;
  coming_ = true;
  return std::move(spare_);
}

}  // namespace bridge::host
