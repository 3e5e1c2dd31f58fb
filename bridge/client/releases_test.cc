// SPDX-License-Identifier: MIT
#include "bridge/client/releases.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <span>
#include <thread>

#include "bridge/core/wire.h"

namespace bridge {
namespace {

using What = Releases::What;

std::vector<std::pair<std::uint32_t, std::uint32_t>> Read(const std::vector<std::byte>& bytes) {
  WireReader in{std::span<const std::byte>(bytes)};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> all;
  for (std::size_t i = 0; i < bytes.size() / 8; ++i) {
    const std::uint32_t what = in.U32();
    all.emplace_back(what, in.U32());
  }
  return all;
}

TEST(ReleasesTest, AreGivenOutOnceInTheirOrder) {
  Releases releases;
  EXPECT_TRUE(releases.empty());
  releases.Add(What::kFunction, 7);
  releases.Add(What::kCallback, 7);
  EXPECT_FALSE(releases.empty());
  EXPECT_EQ(Read(releases.Take()), (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 7}, {1, 7}}));
  EXPECT_TRUE(releases.empty());
  EXPECT_TRUE(releases.Take().empty());
}

TEST(ReleasesTest, GoInPartsWhereTheyAreMany) {
  Releases releases;
  for (std::uint32_t i = 0; i < Releases::kAtOnce + 3; ++i) releases.Add(What::kFunction, i);
  EXPECT_EQ(Read(releases.Take()).size(), Releases::kAtOnce);
  EXPECT_FALSE(releases.empty());
  EXPECT_EQ(Read(releases.Take()).back().second, Releases::kAtOnce + 2);
  EXPECT_TRUE(releases.empty());
}

TEST(ReleasesTest, OfManyThreadsAreNeitherLostNorDoubled) {
  constexpr std::uint32_t kThreads = 4, kEach = 20000;
  Releases releases;
  std::atomic<std::uint32_t> running{kThreads};
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (std::uint32_t i = 0; i < kEach; ++i) releases.Add(What::kCallback, t * kEach + i);
      --running;
    });
  std::set<std::uint32_t> seen;
  std::size_t count = 0;
  while (running != 0 || !releases.empty())
    for (const auto& [what, id] : Read(releases.Take())) ++count, seen.insert(id);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(count, kThreads * kEach);
  EXPECT_EQ(seen.size(), kThreads * kEach);
}

TEST(ReleasesTest, AForkedChildAddsNothing) {
  Releases releases;
  const pid_t child = fork();
  if (child == 0) {
    releases.Add(What::kFunction, 1);
    _exit(releases.empty() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace bridge
