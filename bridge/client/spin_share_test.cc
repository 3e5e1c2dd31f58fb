// SPDX-License-Identifier: MIT
#include "bridge/client/spin_share.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bridge {
namespace {

// With two CPUs there is room for one channel. Restores the mask.
class SpinShareTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(sched_getaffinity(0, sizeof before_, &before_), 0);
    cpu_set_t two;
    CPU_ZERO(&two);
    for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&two) < 2; ++cpu)
      if (CPU_ISSET(cpu, &before_)) CPU_SET(cpu, &two);
    if (CPU_COUNT(&two) < 2) GTEST_SKIP() << "this process may use one CPU only: nothing spins here";
    ASSERT_EQ(sched_setaffinity(0, sizeof two, &two), 0);
  }
  void TearDown() override { sched_setaffinity(0, sizeof before_, &before_); }

  cpu_set_t before_{};
  std::atomic<std::uint32_t> one_{0}, other_{0};
};

TEST_F(SpinShareTest, OneChannelSpinsOnTwoCpusAndTwoDoNot) {
  SpinShare share(&one_, 100);
  share.Change(1);
  EXPECT_EQ(one_, 100u);
  share.Change(1);
  EXPECT_EQ(one_, 0u);
  share.Change(-1);
  EXPECT_EQ(one_, 100u);
}

TEST_F(SpinShareTest, ChannelsOfAllSessionsCount) {
  SpinShare share(&one_, 100);
  share.Change(1);
  {
    SpinShare second(&other_, 200);
    EXPECT_EQ(other_, 200u);
    second.Change(1);
    EXPECT_EQ(one_, 0u);
    EXPECT_EQ(other_, 0u);
  }
  EXPECT_EQ(one_, 100u);
}

TEST_F(SpinShareTest, AForkedChildLeavesItsParentsWordsAlone) {
  SpinShare share(&one_, 100);
  share.Change(2);
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<std::uint32_t> own{0};
    one_ = 7;
    SpinShare mine(&own, 100);
    mine.Change(1);
    _exit(own == 100 && one_ == 7 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace bridge
