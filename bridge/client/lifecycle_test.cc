// SPDX-License-Identifier: MIT
// Who ends when, on real Wine: hosts that are killed, clients that are killed,
// forked children; and that nothing is left afterwards.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <thread>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
constexpr double kSecond = 1000;  // what the contract grants, in milliseconds

pid_t OnlyHost(pid_t client = getpid()) {
  const auto hosts = HostsOf(client);
  EXPECT_EQ(hosts.size(), 1u);
  return hosts.empty() ? -1 : hosts[0];
}

// Checks after each test that nothing of it is left.
class Lifecycle : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(HostsOf(getpid()).empty());
    (void)Start();  // what a first session opens for good is open
    descriptors_ = OpenDescriptors();
    shared_memory_ = SharedMemoryFiles();
  }
  void TearDown() override {
    EXPECT_TRUE(Within(milliseconds(1000), [] { return HostsOf(getpid()).empty(); })) << "a host is left";
    EXPECT_EQ(SegmentsHeld(), "");
    EXPECT_EQ(SharedMemoryFiles(), shared_memory_);
    EXPECT_EQ(OpenDescriptors(), descriptors_);
    EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left, or was not waited for";
  }

 private:
  std::size_t descriptors_ = 0;
  std::vector<std::string> shared_memory_;
};

TEST_F(Lifecycle, ASessionThatEndsLeavesNothing) {
  auto session = Start();
  EXPECT_EQ(HostsOf(getpid()).size(), 1u);
  EXPECT_NE(SegmentsHeld(), "");
  EXPECT_EQ(session.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int")(1, 2), 3);
}

TEST_F(Lifecycle, AFunctionKeepsItsSessionAlive) {
  auto add = Start().Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
  EXPECT_EQ(add(1, 2), 3);
}

TEST_F(Lifecycle, TheHostKilledDuringACallIsAnErrorWithinASecond) {
  auto session = Start();
  auto add = session.Load(Dll("add_cdecl"));
  auto sleep = add.Function<int(int)>("sleep_ms");
  auto hang = add.Function<void()>("hang");
  sleep(1);
  const pid_t host = OnlyHost();
  Clock::time_point killed;
  std::thread killer([&] {
    usleep(200000);
    killed = Clock::now();
    kill(host, SIGKILL);
  });
  auto waited = hang.TryCall();
  const double took = MillisecondsSince(killed);
  killer.join();
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, ErrorCode::kDisconnected);
  EXPECT_TRUE(Says(waited.error(), {"the host was killed by signal 9", "during hang"}));
  EXPECT_LT(took, kSecond);
  const auto again = Clock::now();
  EXPECT_EQ(sleep.TryCall(1).error().code, ErrorCode::kDisconnected);
  EXPECT_FALSE(session.TryLoad(Dll("sort_cdecl")));
  EXPECT_LT(MillisecondsSince(again), kSecond) << "later calls are told at once";
  auto next = Start();
  EXPECT_EQ(next.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int")(1, 2), 3) << "the next session works";
}

TEST_F(Lifecycle, TheHostKilledDuringACallWithASpinningClientIsAnErrorToo) {
  auto session = Start({.spins = 20000000});
  auto spin = session.Load(Dll("add_cdecl")).Function<int(int)>("spin_ms");
  spin(1);
  const pid_t host = OnlyHost();
  std::thread killer([&] {
    usleep(100000);
    kill(host, SIGKILL);
  });
  const auto start = Clock::now();
  auto waited = spin.TryCall(20000);
  killer.join();
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, ErrorCode::kDisconnected);
  EXPECT_LT(MillisecondsSince(start), 15000) << "spinning has an end";
}

TEST_F(Lifecycle, TheHostKilledBetweenCallsIsAnErrorOfTheNext) {
  auto session = Start();
  auto add = session.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
  add(1, 2);
  kill(OnlyHost(), SIGKILL);
  EXPECT_TRUE(Within(milliseconds(1000), [] { return HostsOf(getpid()).empty(); }));
  const auto start = Clock::now();
  auto tried = add.TryCall(1, 2);
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, ErrorCode::kDisconnected);
  EXPECT_TRUE(Says(tried.error(), {"killed by signal 9", "add_int"}));
  EXPECT_LT(MillisecondsSince(start), kSecond);
}

TEST_F(Lifecycle, EveryThreadThatWaitsIsToldOfTheHostsEnd) {
  auto session = Start();
  auto hang = session.Load(Dll("add_cdecl")).Function<void()>("hang");
  std::atomic<int> told{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      auto tried = hang.TryCall();
      told += !tried && tried.error().code == ErrorCode::kDisconnected;
    });
  usleep(300000);
  const auto start = Clock::now();
  kill(OnlyHost(), SIGKILL);
  for (std::thread& thread : threads) thread.join();
  const double took = MillisecondsSince(start);
  std::printf("4 waiting threads were told within %.1f ms\n", took);
  EXPECT_LT(took, kSecond);
  EXPECT_EQ(told, 4);
}

TEST_F(Lifecycle, AHostThatClosedAChannelIsEnded) {
  auto session = Start();
  auto hang = session.Load(Dll("add_cdecl")).Function<void()>("hang");
  std::atomic<bool> told{false};
  std::thread waits([&] {
    auto tried = hang.TryCall();
    told = !tried && tried.error().code == ErrorCode::kDisconnected;
  });
  usleep(300000);
  std::thread closes([&] {
    auto close = session.Load("kernel32.dll").Function<int(Size)>("CloseHandle", {.convention = Convention::kStdcall});
    Error error;
    // The newest handles first: this thread's channel, and the end by which the host writes.
    for (std::uint64_t handle = 0x1000; handle > 0 && error.message.empty(); handle -= 4)
      if (auto tried = close.TryCall(Size{handle}); !tried) error = tried.error();
    EXPECT_TRUE(Says(error, {"the host closed its channel during CloseHandle"}));
    const bool ended = Within(milliseconds(5000), [&] { return told && HostsOf(getpid()).empty(); });
    EXPECT_TRUE(ended) << "it is of no use any more, and another thread waits for it";
  });
  closes.join();
  waits.join();
}

TEST_F(Lifecycle, TheHostKilledInsideACallbackEndsTheCall) {
  auto session = Start();
  auto twice = session.Load(Dll("callbacks_cdecl")).Function<int(Callback<int(int)>, int)>("call_twice");
  const pid_t host = OnlyHost();
  auto killer = session.MakeCallback<int(int)>([&](int x) {
    kill(host, SIGKILL);
    return x;
  });
  const auto start = Clock::now();
  auto tried = twice.TryCall(killer, 1);
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, ErrorCode::kDisconnected);
  EXPECT_LT(MillisecondsSince(start), kSecond);
}

TEST_F(Lifecycle, ADllThatEndsTheProcessIsAnErrorWithItsStatus) {
  auto session = Start();
  auto end = session.Load("kernel32.dll")
                 .Function<void(std::uint32_t)>("ExitProcess", {.convention = Convention::kStdcall});
  auto tried = end.TryCall(7);
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, ErrorCode::kDisconnected);
  EXPECT_TRUE(Says(tried.error(), {"exited with status 7", "ExitProcess"}));
}

TEST_F(Lifecycle, ADllThatEndsTheProcessWithZeroIsNoSuccess) {
  auto session = Start();
  auto end = session.Load("kernel32.dll")
                 .Function<void(std::uint32_t)>("ExitProcess", {.convention = Convention::kStdcall});
  auto tried = end.TryCall(0);
  ASSERT_FALSE(tried);
  EXPECT_TRUE(Says(tried.error(), {"exited with status 0"}));
}

TEST_F(Lifecycle, ASessionEndsThoughAThreadHangsInItsHost) {
  auto session = std::make_unique<Session>(Start());
  auto hang = std::make_unique<Function<void()>>(session->Load(Dll("add_cdecl")).Function<void()>("hang"));
  std::thread stuck([&] { (void)hang->TryCall(); });
  usleep(200000);
  kill(OnlyHost(), SIGKILL);  // the only way out of a call that never returns
  stuck.join();
  hang.reset();
  const auto start = Clock::now();
  session.reset();
  EXPECT_LT(MillisecondsSince(start), kSecond);
}

// Runs `act` in a forked child that ends without running this process' destructors; its exit status.
template <typename F>
int InChild(F&& act) {
  const pid_t child = fork();
  if (child == 0) _exit(act());
  int status = 0;
  if (!Within(milliseconds(20000), [&] { return waitpid(child, &status, WNOHANG) == child; })) {
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return -2;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status) - 100;
}

TEST_F(Lifecycle, InAForkedChildTheSessionRefuses) {
  auto session = Start();
  auto module = session.Load(Dll("add_cdecl"));
  auto add = module.Function<int(int, int)>("add_int");
  add(1, 2);
  const int status = InChild([&] {
    const auto refuses = [](const auto& tried) {
      return !tried && tried.error().code == ErrorCode::kUnsupported &&
             tried.error().message.find("fork") != std::string::npos;
    };
    if (!refuses(add.TryCall(1, 2))) return 1;
    if (!refuses(session.TryLoad(Dll("sort_cdecl")))) return 2;
    if (!refuses(module.TryFunction<int(int, int)>("add_int"))) return 3;
    if (!SegmentsHeld().empty()) return 4;
    return 0;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(add(1, 2), 3) << "and the parent's goes on";
}

TEST_F(Lifecycle, AForkedChildMayDropItsCopyOfTheSession) {
  auto session = std::make_unique<Session>(Start());
  auto add = session->Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
  auto callback = session->MakeCallback<int(int)>([](int x) { return x; });
  const int status = InChild([&] {
    session.reset();
    callback = {};
    add = Function<int(int, int)>(nullptr);
    return 0;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(add(1, 2), 3);
}

TEST_F(Lifecycle, AForkedChildMayStartASessionOfItsOwn) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer takes a forked child's new threads for the parent's and ends it";
#endif
  auto session = std::make_unique<Session>(Start());
  auto add = session->Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
  add(1, 2);
  const int status = InChild([&] {
    auto own = std::make_unique<Session>(Start());
    auto mine = own->Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
    if (mine(1, 2) != 3) return 1;
    // The parent's handles go; what belongs to the child's own must stay.
    add = Function<int(int, int)>(nullptr);
    session.reset();
    if (mine(2, 3) != 5) return 2;
    auto tried = own->TryLoad(Dll("sort_cdecl"));
    if (!tried) return 3;
    mine = Function<int(int, int)>(nullptr);
    tried = tl::unexpected(Error{});
    own.reset();
    return HostsOf(getpid()).empty() ? 0 : 4;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(add(2, 3), 5);
}

TEST_F(Lifecycle, ObjectsOfStaticStorageMayEndAfterTheirThreadsConversations) {
  const int status = InChild([]() -> int {
    // thread_local objects of the main thread go before static ones.
    static const Session session = Start();
    static const auto add = session.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
    static const auto callback = session.MakeCallback<int(int)>([](int value) { return value; });
    static const struct Last {
      ~Last() {
        if (add(1, 2) != 3) _exit(5);
      }
    } last;
    if (add(1, 2) != 3) _exit(6);
    std::exit(0);
  });
  EXPECT_EQ(status, 0);
}

TEST_F(Lifecycle, AForkedChildsOwnDescriptorsStayOpenWhenTheSessionGoes) {
  auto session = std::make_unique<Session>(Start());
  const int status = InChild([&] {
    std::vector<int> mine;
    for (int i = 0; i < 64; ++i) mine.push_back(open("/dev/null", O_RDONLY));
    session.reset();
    for (int descriptor : mine)
      if (fcntl(descriptor, F_GETFD) < 0) return 1;
    return 0;
  });
  EXPECT_EQ(status, 0);
}

// A client in a process of its own that forked a child, which lives on with
// everything that it inherited, and another that became a program, and is then killed.
void ExpectKilledClientTakesItsHostAlong(bool during_a_call) {
  int pipe_ends[2];
  ASSERT_EQ(pipe2(pipe_ends, O_CLOEXEC), 0);
  const pid_t client = fork();
  if (client == 0) {
    auto session = Start();
    auto add = session.Load(Dll("add_cdecl"));
    add.Function<int(int, int)>("add_int")(1, 2);
    std::thread([&] { add.Function<int(int, int)>("add_int")(1, 2); }).join();
    const pid_t child = fork();
    if (child == 0) {
      pause();
      _exit(0);
    }
    const pid_t program = fork();
    if (program == 0) {
      execlp("sleep", "sleep", "100", nullptr);
      _exit(1);
    }
    const pid_t children[] = {child, program};
    if (write(pipe_ends[1], children, sizeof children) != sizeof children) _exit(1);
    if (during_a_call) add.Function<void()>("hang")();
    pause();
    _exit(0);
  }
  pid_t grandchildren[2] = {-1, -1};
  pollfd watched{pipe_ends[0], POLLIN, 0};
  ASSERT_EQ(poll(&watched, 1, 20000), 1);
  ASSERT_EQ(read(pipe_ends[0], grandchildren, sizeof grandchildren), static_cast<ssize_t>(sizeof grandchildren));
  usleep(100000);
  const pid_t host = OnlyHost(client);
  const auto start = Clock::now();
  kill(client, SIGKILL);
  waitpid(client, nullptr, 0);
  EXPECT_TRUE(Within(milliseconds(1000), [&] { return HostsOf(client).empty(); })) << "host " << host << " lives on";
  const double took = MillisecondsSince(start);
  std::printf("the host was gone %.1f ms after its client\n", took);
  EXPECT_LT(took, kSecond);
  for (const pid_t grandchild : grandchildren) {
    EXPECT_EQ(kill(grandchild, 0), 0) << "the children that inherited everything were alive all the time";
    kill(grandchild, SIGKILL);
  }
  if (HostsOf(client).size() == 1) kill(host, SIGKILL);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST_F(Lifecycle, AKilledClientWithAForkedChildTakesItsHostAlong) { ExpectKilledClientTakesItsHostAlong(false); }
TEST_F(Lifecycle, AClientKilledDuringACallTakesItsHostAlong) { ExpectKilledClientTakesItsHostAlong(true); }

TEST_F(Lifecycle, ManySessionsInARowLeaveNothing) {
  for (int i = 0; i < 10; ++i) {
    auto session = Start();
    ASSERT_EQ(session.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int")(i, 2), i + 2);
  }
}

TEST_F(Lifecycle, AThreadThatOutlivesItsSessionEndsQuietly) {
  std::atomic<int> stage{0};
  std::thread thread;
  {
    auto session = Start();
    auto add = session.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
    thread = std::thread([&stage, add = std::make_unique<Function<int(int, int)>>(add)]() mutable {
      (*add)(1, 2);
      add.reset();
      stage = 1;
      while (stage != 2) usleep(1000);
    });
    while (stage != 1) usleep(1000);
  }
  stage = 2;
  thread.join();
}

}  // namespace
}  // namespace bridge::testing
