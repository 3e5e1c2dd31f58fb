// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace spanproof {

// What stands between the sinks, which a DLL may call whenever it likes, and their
// session, which ends: counts who is inside and lets nobody in after Close.
template <typename Owner>
class SinkGate {
 public:
  explicit SinkGate(Owner* owner) : owner_(owner) {}
  SinkGate(const SinkGate&) = delete;
  SinkGate& operator=(const SinkGate&) = delete;

  // nullptr: closed. Else to be followed by one Leave.
  Owner* Enter() {
    const std::lock_guard lock(mutex_);
    if (owner_ != nullptr) ++inside_;
    return owner_;
  }
  void Leave(std::size_t count = 1) {
    const std::lock_guard lock(mutex_);
    inside_ -= count;
    left_.notify_all();
  }
  // Whether everybody had left within `patience`.
  bool Close(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    owner_ = nullptr;
    return left_.wait_for(lock, patience, [&] { return inside_ == 0; });
  }
  bool empty() {
    const std::lock_guard lock(mutex_);
    return inside_ == 0;
  }

 private:
  std::mutex mutex_;
  std::condition_variable left_;
  Owner* owner_;
  std::size_t inside_ = 0;
};

}  // namespace spanproof
