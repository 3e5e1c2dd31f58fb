// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <mutex>
#include <thread>

namespace spanproof {

// A mutex that knows who holds it. What a callback's pointers lead to is read under it, and
// where one is wild the fault unwinds the reader's frames without their
// destructors: the call that they belonged to then gives the lock back.
class StateLock {
 public:
  void lock() {
    mutex_.lock();
    holder_ = std::this_thread::get_id();
  }
  void unlock() {
    holder_ = std::thread::id();
    mutex_.unlock();
  }
  // To be called where no frame of the calling thread can rightly hold it.
  void ReleaseAbandoned() {
    if (holder_ == std::this_thread::get_id()) unlock();
  }

 private:
  std::mutex mutex_;
  std::atomic<std::thread::id> holder_ = std::thread::id();
};

}  // namespace spanproof
