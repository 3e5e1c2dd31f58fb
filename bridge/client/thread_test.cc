// SPDX-License-Identifier: MIT
// What several client threads share, without a host: for ThreadSanitizer above all.
#include <gtest/gtest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "bridge/client/arena.h"
#include "bridge/client/fork_guard.h"
#include "bridge/client/spin_share.h"
#include "bridge/core/table.h"

namespace bridge {
namespace {

template <typename F>
void OnThreads(int count, F&& act) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&act, i] { act(i); });
  for (std::thread& thread : threads) thread.join();
}

TEST(ThreadTest, BlocksOfAnArenaBelongToOneThreadEach) {
  constexpr std::uint64_t kBytes = 8 << 20;
  Descriptor memory(memfd_create("arena", MFD_CLOEXEC));
  ASSERT_EQ(ftruncate(memory.get(), kBytes), 0);
  auto* base = static_cast<std::byte*>(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0));
  ASSERT_NE(base, MAP_FAILED);
  Arena arena(memory.get(), base, 0, kBytes);
  std::atomic<int> wrong{0};
  OnThreads(4, [&](int me) {
    for (int i = 0; i < 400; ++i) {
      const std::uint64_t bytes = 64 + static_cast<std::uint64_t>((i * 7919 + me * 104729) % 20000);
      auto block = arena.Allocate(bytes);
      if (!block) return void(++wrong);
      std::memset(block->begin, me + 1, bytes);
      std::this_thread::yield();
      for (std::uint64_t at = 0; at < bytes; at += 61)
        if (block->begin[at] != static_cast<std::byte>(me + 1)) ++wrong;
      arena.Free(*block);
    }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(arena.Allocate(kBytes)) << "all of it came back";
  munmap(base, kBytes);
}

TEST(ThreadTest, ATablesEntriesStayWhereTheyAreWhileOthersComeAndGo) {
  Table<int> table;
  std::vector<std::uint32_t> kept;
  for (int i = 0; i < 100; ++i) kept.push_back(*table.Add(std::make_unique<int>(i)));
  std::atomic<int> wrong{0};
  OnThreads(4, [&](int me) {
    for (int i = 0; i < 2000; ++i) {
      if (me % 2 == 0) {
        const auto id = table.Add(std::make_unique<int>(-i));
        if (!id || *table.Find(*id) != -i) ++wrong;
        if (id && !table.Remove(*id)) ++wrong;
      } else {
        const int* entry = table.Find(kept[static_cast<std::size_t>(i % 100)]);
        if (entry == nullptr || *entry != i % 100) ++wrong;
      }
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST(ThreadTest, SpinSharesOfManyThreadsAddUp) {
  std::atomic<std::uint32_t> word{0};
  SpinShare share(&word, 100);
  const std::uint32_t alone = word;
  OnThreads(4, [&](int me) {
    std::atomic<std::uint32_t> own{0};
    SpinShare mine(&own, 7);
    for (int i = 0; i < 2000; ++i) {
      SpinShare& one = me % 2 == 0 ? share : mine;
      one.Change(1);
      one.Change(-1);
    }
  });
  EXPECT_EQ(word, alone);
  share.Change(1000);
  EXPECT_EQ(word, 0u);
  share.Change(-1000);
  EXPECT_EQ(word, alone);
}

TEST(ThreadTest, AChildForkedWhileOthersOpenAndCloseHasNoneOfTheirDescriptors) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&stop] {
      while (!stop) {
        Descriptor one(memfd_create("guarded", MFD_CLOEXEC)), other(memfd_create("guarded", MFD_CLOEXEC));
        one = std::move(other);
      }
    });
  Descriptor mine(memfd_create("guarded", MFD_CLOEXEC));
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) _exit(fcntl(mine.get(), F_GETFD) == -1 ? 0 : 1);
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace bridge
