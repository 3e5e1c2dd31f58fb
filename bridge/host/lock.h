// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace bridge::host {

// A lock without a handle (an SRWLOCK). std::mutex and std::condition_variable make theirs when two threads first meet
// there, which the host's handles, counted by whoever looks for leaks, would show at any time. Not recursive.
class Lock {
 public:
  constexpr Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  void lock();
  void unlock();

 private:
  friend class Condition;
  void* state_ = nullptr;  // an SRWLOCK's only member
};

// What threads that hold a Lock wait for.
class Condition {
 public:
  constexpr Condition() = default;
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;
  void NotifyAll();
  // Lets go of the lock while it waits. False: the time is over; true says nothing of what is waited for.
  bool WaitUntil(Lock& lock, std::chrono::steady_clock::time_point end);

 private:
  void* state_ = nullptr;  // a CONDITION_VARIABLE's only member
};

}  // namespace bridge::host
