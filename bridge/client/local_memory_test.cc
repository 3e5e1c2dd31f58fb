// SPDX-License-Identifier: MIT
#include "bridge/client/local_memory.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <thread>
#include <vector>

#include "bridge/client/pages_for_testing.h"

namespace bridge {
namespace {

using testing::Pages;

class LocalMemoryTest : public ::testing::Test {
 protected:
  const Access& access_ = *LocalMemory();
};

TEST_F(LocalMemoryTest, WhatIsThereIsReadable) {
  const Pages pages(3);
  EXPECT_EQ(access_.unreadable(pages.begin(), pages.bytes()), nullptr);
  EXPECT_EQ(access_.unreadable(pages.end() - 1, 1), nullptr);
  EXPECT_EQ(access_.unreadable(pages.end(), 0), nullptr);
  EXPECT_EQ(access_.unreadable(nullptr, 0), nullptr);
}

TEST_F(LocalMemoryTest, TheFirstByteThatCannotBeReadIsSaid) {
  Pages pages(4);
  EXPECT_EQ(access_.unreadable(pages.end() - 10, 11), pages.end());
  EXPECT_EQ(access_.unreadable(pages.begin(), pages.bytes() + 1), pages.end());
  EXPECT_EQ(access_.unreadable(pages.end() + 5, 1), pages.end() + 5);
  pages.Protect(1, PROT_NONE);
  EXPECT_EQ(access_.unreadable(pages.begin() + 7, pages.bytes() - 7), pages.page(1));
  pages.Protect(1, PROT_READ);
  EXPECT_EQ(access_.unreadable(pages.begin(), pages.bytes()), nullptr);
}

TEST_F(LocalMemoryTest, EachOfManyPagesIsLookedAt) {
  constexpr std::size_t kCount = 70;
  Pages pages(kCount);
  const std::vector<std::byte> bytes(pages.bytes(), std::byte{7});
  for (std::size_t i = 0; i < kCount; ++i) {
    pages.Protect(i, PROT_NONE);
    const std::size_t skipped = i == 0 ? 0 : 5;
    EXPECT_EQ(access_.unreadable(pages.begin() + skipped, pages.bytes() - skipped), pages.page(i));
    EXPECT_EQ(access_.write(pages.begin() + skipped, bytes.data(), pages.bytes() - skipped), pages.page(i));
    pages.Protect(i, PROT_READ | PROT_WRITE);
  }
  EXPECT_EQ(access_.write(pages.begin(), bytes.data(), bytes.size()), nullptr);
  EXPECT_EQ(std::memcmp(pages.begin(), bytes.data(), bytes.size()), 0);
}

TEST_F(LocalMemoryTest, AddressesThatNobodyHasAreUnreadable) {
  for (const std::uint64_t wild : {std::uint64_t{8}, std::uint64_t{0xdeadbeef0000}, std::uint64_t{0x8000000000000000}, ~std::uint64_t{0} - 7}) {
    const auto* at = reinterpret_cast<const std::byte*>(wild);
    EXPECT_EQ(access_.unreadable(at, 4), at);
  }
}

TEST_F(LocalMemoryTest, AFileThatEndsBeforeItsMappingIsUnreadableThere) {
  const int file = memfd_create("short", 0);
  ASSERT_EQ(ftruncate(file, 4096), 0);
  auto* begin = static_cast<std::byte*>(mmap(nullptr, 2 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
  EXPECT_EQ(access_.unreadable(begin, 2 * 4096), begin + 4096);
  const std::byte value{1};
  EXPECT_EQ(access_.write(begin + 4096, &value, 1), begin + 4096);
  munmap(begin, 2 * 4096);
  close(file);
}

TEST_F(LocalMemoryTest, WritingSaysWhatCannotBeWritten) {
  Pages pages(3);
  std::vector<std::byte> bytes(pages.bytes());
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7);
  EXPECT_EQ(access_.write(pages.begin() + 1, bytes.data() + 1, bytes.size() - 2), nullptr);
  EXPECT_EQ(std::memcmp(pages.begin() + 1, bytes.data() + 1, bytes.size() - 2), 0);
  EXPECT_EQ(pages.begin()[0], std::byte{0});
  EXPECT_EQ(pages.end()[-1], std::byte{0});
  pages.Protect(2, PROT_READ);
  EXPECT_EQ(access_.write(pages.begin(), bytes.data(), bytes.size()), pages.page(2));
  EXPECT_EQ(access_.write(pages.page(2) + 3, bytes.data(), 1), pages.page(2) + 3);
  EXPECT_EQ(access_.write(pages.begin(), bytes.data(), 0), nullptr);
}

TEST_F(LocalMemoryTest, ManyThreadsMayBeWrongAtOnce) {
  const Pages pages(1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        EXPECT_EQ(access_.unreadable(pages.end() + round, 1), pages.end() + round);
        EXPECT_EQ(access_.unreadable(pages.begin(), 100), nullptr);
      }
    });
  for (std::thread& thread : threads) thread.join();
}

// In processes of their own, in which nothing was taken before.
class LocalMemoryDeathTest : public ::testing::Test {
 protected:
  LocalMemoryDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

int* const kWild = reinterpret_cast<int*>(0x444440);

void FaultAtWild() { *const_cast<volatile int*>(kWild) = 1; }

bool StillGuards() { return LocalMemory()->unreadable(reinterpret_cast<const std::byte*>(kWild), 4) == reinterpret_cast<const std::byte*>(kWild); }

TEST_F(LocalMemoryDeathTest, WhatOthersFaultAtEndsTheProcessAsBefore) {
  const auto act = [] {
    std::signal(SIGSEGV, SIG_DFL);
    if (!StillGuards()) _exit(1);
    FaultAtWild();
    _exit(2);
  };
  EXPECT_EXIT(act(), ::testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(LocalMemoryDeathTest, AFaultCannotBeIgnored) {
  const auto act = [] {
    std::signal(SIGSEGV, SIG_IGN);
    if (!StillGuards()) _exit(1);
    kill(getpid(), SIGSEGV);
    FaultAtWild();
    _exit(2);
  };
  EXPECT_EXIT(act(), ::testing::KilledBySignal(SIGSEGV), "");
}

TEST_F(LocalMemoryDeathTest, ASignalThatSomebodySendsEndsTheProcessAsBefore) {
  const auto act = [] {
    std::signal(SIGBUS, SIG_DFL);
    if (!StillGuards()) _exit(1);
    kill(getpid(), SIGBUS);
    sleep(10);
    _exit(2);
  };
  EXPECT_EXIT(act(), ::testing::KilledBySignal(SIGBUS), "");
}

TEST_F(LocalMemoryDeathTest, TheHandlerThatWasThereBeforeGetsItsFaultsAndNotOurs) {
  const auto act = [] {
    struct sigaction before = {};
    before.sa_flags = SA_SIGINFO;
    before.sa_sigaction = [](int, siginfo_t* info, void*) { _exit(info->si_addr == kWild ? 42 : 3); };
    sigaction(SIGSEGV, &before, nullptr);
    if (!StillGuards()) _exit(1);
    FaultAtWild();
    _exit(2);
  };
  EXPECT_EXIT(act(), ::testing::ExitedWithCode(42), "");
}

TEST_F(LocalMemoryDeathTest, AHandlerThatIsSetLaterAndHandsOnWorksToo) {
  static struct sigaction ours;
  const auto act = [] {
    LocalMemory();
    struct sigaction later = {};
    later.sa_flags = SA_SIGINFO;
    later.sa_sigaction = [](int number, siginfo_t* info, void* context) {
      if (info->si_addr == kWild + 1) _exit(42);
      ours.sa_sigaction(number, info, context);
    };
    sigaction(SIGSEGV, &later, &ours);
    if (!StillGuards()) _exit(1);
    *const_cast<volatile int*>(kWild + 1) = 1;
    _exit(2);
  };
  EXPECT_EXIT(act(), ::testing::ExitedWithCode(42), "");
}

}  // namespace
}  // namespace bridge
