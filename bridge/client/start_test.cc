// SPDX-License-Identifier: MIT
// Starts of a host that fail, on real Wine and on none.
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cerrno>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

// A command that runs `first` the first `times` times, and Wine from then on. What was run is in `log`, a letter each.
class Starts : public ::testing::Test {
 protected:
  WineCommand Wine(int times, const std::string& first) {
    return WineCommand(std::vector<std::string>{
        "/bin/sh", "-c",
        "log=$0; printf x >> \"$log\"; [ $(wc -c < \"$log\") -gt " + std::to_string(times) + " ] || { " + first + "; }; exec " SPANPROOF_TEST_WINE64 " \"$@\"",
        log_});
  }
  std::size_t starts() const { return ReadFile(log_).size(); }
  void TearDown() override { std::filesystem::remove(log_); }

  const std::string log_ = (std::filesystem::temp_directory_path() / ("starts." + std::to_string(getpid()))).string();
};

TEST_F(Starts, AreRepeatedOnceWhereWineMetAWineserverThatLeft) {
  const Session session = Start({.wine = Wine(1, "echo 'wine client error:0: recvmsg: Connection reset by peer' >&2; exit 1")});
  EXPECT_EQ((session.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int")(1, 2)), 3);
  EXPECT_EQ(starts(), 2u);
}

TEST_F(Starts, AreRepeatedOnceWhereWineLeftWithoutAWord) {
  const Session session = Start({.wine = Wine(1, "exit 0")});
  EXPECT_EQ((session.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int")(1, 2)), 3);
  EXPECT_EQ(starts(), 2u);
}

TEST_F(Starts, AreNotRepeatedForEver) {
  const Error error = Refused([&] { Start({.wine = Wine(9, "echo no prefix of yours >&2; exit 1")}); });
  EXPECT_EQ(error.code, ErrorCode::kDisconnected);
  EXPECT_TRUE(Says(error, {"exited with status 1 during starting the host", "no prefix of yours"}));
  EXPECT_EQ(starts(), 2u);
}

TEST_F(Starts, AreNotRepeatedWhereWineSaysAnotherStatus) {
  const Error error = Refused([&] { Start({.wine = Wine(9, "exit 53")}); });
  EXPECT_TRUE(Says(error, {"exited with status 53"}));
  EXPECT_EQ(starts(), 1u);
}

TEST_F(Starts, ThatRunOutOfDescriptorsLeaveNothing) {
  rlimit whole;
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &whole), 0);
  const std::size_t before = OpenDescriptors();
  bool started = false;
  for (rlim_t more = 0; more < 60 && !started; ++more) {
    rlimit tight = whole;
    tight.rlim_cur = static_cast<rlim_t>(before) + more;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
    std::string refused;
    try {
      const Session session = Start();
      started = true;
      // The first that works does so in all.
      auto add = session.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
      for (const pid_t host : HostsOf(getpid())) kill(host, SIGKILL);
      const auto tried = add.TryCall(1, 2);
      EXPECT_TRUE(!tried && Says(tried.error(), {"was killed by signal 9"})) << more;
    } catch (const Exception& exception) {
      refused = exception.what();
    }
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &whole), 0);
    if (!started) {
      EXPECT_NE(refused.find("Too many open files"), refused.npos) << more << ": " << refused;
    }
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << more << ": a child is left";
    EXPECT_EQ(errno, ECHILD);
    EXPECT_EQ(OpenDescriptors(), before) << more;
  }
  EXPECT_TRUE(started);
}

}  // namespace
}  // namespace bridge::testing
