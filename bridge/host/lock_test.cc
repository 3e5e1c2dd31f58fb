// SPDX-License-Identifier: MIT
#include "bridge/host/lock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace bridge::host {
namespace {

TEST(Lock, LetsOneIn) {
  Lock lock;
  int count = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 20000; ++n) {
        const std::lock_guard held(lock);
        ++count;
      }
    });
  for (std::thread& one : threads) one.join();
  EXPECT_EQ(count, 80000);
}

TEST(Condition, WakesThoseThatWait) {
  Lock lock;
  Condition changed;
  bool there = false;
  std::atomic<int> saw{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      const std::lock_guard held(lock);
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
      while (!there && changed.WaitUntil(lock, end)) {}
      saw += there;
    });
  {
    const std::lock_guard held(lock);
    there = true;
    changed.NotifyAll();
  }
  for (std::thread& one : threads) one.join();
  EXPECT_EQ(saw, 3);
}

TEST(Condition, WaitsNoLongerThanItIsTold) {
  Lock lock;
  Condition changed;
  const std::lock_guard held(lock);
  const auto begin = std::chrono::steady_clock::now();
  while (changed.WaitUntil(lock, begin + std::chrono::milliseconds(50))) {}
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(50));
}

}  // namespace
}  // namespace bridge::host
