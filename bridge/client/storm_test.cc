// SPDX-License-Identifier: MIT
// Hosts are killed, 300 times and more, at random moments of calls, callbacks and starts. Each call is answered once,
// in time, and by its own answer; afterwards nothing is left. $SPANPROOF_STORM_SEED repeats a run's choices.
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "bridge/client/connection.h"
#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr unsigned kDeaths = 300, kOfRunning = 150, kWhileStarting = 50;
constexpr int kSessions = 3, kCallers = 3;
constexpr milliseconds kCallDeadline{20000}, kStartDeadline{60000}, kWhole{400000};
constexpr int kTokens = 4 << 20;

// What a run counts. A token is one call's, and never another's.
struct Tally {
  std::vector<std::atomic<unsigned char>> served = std::vector<std::atomic<unsigned char>>(kTokens);  // by a handler
  std::atomic<int> next{0};
  std::atomic<unsigned> calls{0}, right{0}, lost{0}, lost_in_start{0}, wrong{0}, repeated{0}, late{0}, odd{0}, started{0};
  std::atomic<unsigned> kills{0};
  std::atomic<double> longest{0};
  std::mutex mutex;  // of the next
  std::set<std::uint64_t> died;  // serials of connections that say that their host was killed by signal 9
  std::atomic<unsigned> died_starting{0};
  std::string first_odd;  // under the mutex

  unsigned running() {
    const std::lock_guard lock(mutex);
    return static_cast<unsigned>(died.size());
  }
  unsigned deaths() { return running() + died_starting; }
  bool enough() { return deaths() >= kDeaths && running() >= kOfRunning && died_starting >= kWhileStarting; }
  void Took(double milliseconds) {
    for (double seen = longest; milliseconds > seen && !longest.compare_exchange_weak(seen, milliseconds);) {
    }
    late += milliseconds > static_cast<double>((kCallDeadline + kStartDeadline).count());
  }
  void Failed(const Session* session, const Error& error) {
    const bool killed = error.message.find("was killed by signal 9") != error.message.npos;
    const bool starting = error.message.find("starting the host") != error.message.npos;
    if (error.code == ErrorCode::kDisconnected && (killed || error.message.find("the host ended before") != error.message.npos)) {
      ++(starting ? lost_in_start : lost);
      if (starting) ++died_starting;
    } else {
      ++odd;
      const std::lock_guard lock(mutex);
      if (first_odd.empty()) first_odd = error.message;
    }
    if (session == nullptr) return;
    const auto connection = session->connection();
    if (connection->ended() && connection->process().Ending(0) == "was killed by signal 9") {
      const std::lock_guard lock(mutex);
      died.insert(connection->serial());
    }
  }
};

SessionOptions Options() {
  SessionOptions options;
  options.restart = true;
  options.call_timeout = kCallDeadline;
  options.start_timeout = kStartDeadline;
  return options;
}

// Calls, and calls with callbacks that call, until `stop`.
void Caller(const Session& session, std::uint64_t seed, Tally* tally, const std::atomic<bool>* stop) {
  std::mt19937_64 random(seed);
  auto module = session.Load(Dll("add_cdecl")), callbacks = session.Load(Dll("callbacks_cdecl"));
  auto add = module.Function<int(int, int)>("add_int");
  auto sleep = module.Function<int(int)>("sleep_ms");
  auto call = callbacks.Function<int(Callback<int(int)>, int)>("call_optional");
  auto handler = session.MakeCallback<int(int)>([&](int token) {
    tally->repeated += tally->served[static_cast<std::size_t>(token)].fetch_add(1) != 0;
    if (token % 4 == 0) (void)sleep.TryCall(token % 3);
    return token + 1;
  });
  while (!*stop) {
    const int token = tally->next++;
    if (token >= kTokens) return;
    const auto start = Clock::now();
    const bool calls_back = random() % 2 == 0;
    auto answer = calls_back ? call.TryCall(handler, token) : add.TryCall(token, 1);
    tally->Took(MillisecondsSince(start));
    ++tally->calls;
    if (answer) {
      ++(*answer == token + 1 ? tally->right : tally->wrong);
      if (calls_back && tally->served[static_cast<std::size_t>(token)] != 1) ++tally->wrong;
    } else {
      tally->Failed(&session, answer.error());
    }
    if (random() % 8 == 0) (void)sleep.TryCall(static_cast<int>(random() % 5));
  }
}

// Starts sessions, uses each once and ends it, until `stop`.
void Starter(Tally* tally, const std::atomic<bool>* stop) {
  while (!*stop) {
    const auto start = Clock::now();
    auto session = Session::TryStart(Options());
    tally->Took(MillisecondsSince(start));
    if (!session) {
      tally->Failed(nullptr, session.error());
      continue;
    }
    ++tally->started;
    auto module = session->TryLoad(Dll("add_cdecl"));
    if (!module) tally->Failed(&*session, module.error());
  }
}

// Processes that carry this process' mark, but for those that serve a whole prefix.
std::size_t Marked() {
  const std::string mark = std::string(HostProcess::kMarkName) + "=" + std::to_string(getpid()) + ".";
  std::size_t count = 0;
  std::error_code ignored;
  for (const auto& process : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string line = ReadFile(process.path() / "cmdline");
    if (ReadFile(process.path() / "environ").find(mark) == std::string::npos) continue;
    count += line.find("wineserver") == line.npos && !line.starts_with("C:\\windows\\system32\\");
  }
  return count;
}

TEST(Storm, HostsThatAreKilledAtRandomMomentsLeaveEachCallAnsweredOnceAndNothingBehind) {
  const char* const given = std::getenv("SPANPROOF_STORM_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
  (void)Start();  // what a first session opens for good is open
  const std::size_t descriptors = OpenDescriptors();
  const auto shared_memory = SharedMemoryFiles();
  Tally tally;
  const auto begin = Clock::now();
  {
    std::vector<Session> sessions;
    for (int i = 0; i < kSessions; ++i) sessions.push_back(Start(Options()));
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < kSessions * kCallers; ++i)
      threads.emplace_back([&, i] {
        // Loading may meet a kill as well.
        while (!stop) {
          try {
            Caller(sessions[static_cast<std::size_t>(i % kSessions)], seed + static_cast<std::uint64_t>(i), &tally, &stop);
          } catch (const Exception& exception) {
            tally.Failed(&sessions[static_cast<std::size_t>(i % kSessions)], exception.error());
          }
        }
      });
    threads.emplace_back([&] { Starter(&tally, &stop); });
    std::mt19937_64 random(seed);
    while (!tally.enough() && Clock::now() - begin < kWhole) {
      const auto hosts = HostsOf(getpid());
      if (!hosts.empty()) {
        usleep(static_cast<useconds_t>(random() % 5000));
        tally.kills += kill(hosts[random() % hosts.size()], SIGKILL) == 0;
      }
      // Gaps in which hosts come to work, and such that hardly let them start.
      usleep(static_cast<useconds_t>(random() % (random() % 2 == 0 ? 20000 : 400000)));
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    unsigned starts = 0;
    for (const Session& session : sessions) starts += session.starts();
    std::printf("%.1f s, %u kills, %u deaths by signal 9 told (%u of them while starting), %u hosts of %d lasting sessions, %u short sessions\n",
                MillisecondsSince(begin) / 1000, tally.kills.load(), tally.deaths(), tally.died_starting.load(), starts, kSessions,
                tally.started.load());
  }
  std::printf("%u calls: %u right, %u lost with their host, %u with its start; %u wrong, %u repeated, %u late, %u odd; longest %.0f ms\n",
              tally.calls.load(), tally.right.load(), tally.lost.load(), tally.lost_in_start.load(), tally.wrong.load(), tally.repeated.load(),
              tally.late.load(), tally.odd.load(), tally.longest.load());
  EXPECT_TRUE(tally.enough());
  EXPECT_EQ(tally.wrong, 0u);
  EXPECT_EQ(tally.repeated, 0u);
  EXPECT_EQ(tally.late, 0u);
  EXPECT_EQ(tally.odd, 0u) << tally.first_odd;
  EXPECT_GT(tally.right, tally.lost);
  EXPECT_TRUE(Within(milliseconds(2000), [] { return HostsOf(getpid()).empty(); })) << "a host is left";
  EXPECT_EQ(Marked(), 0u) << "what hosts started is left";
  EXPECT_EQ(SegmentsHeld(), "");
  EXPECT_EQ(SharedMemoryFiles(), shared_memory);
  EXPECT_EQ(OpenDescriptors(), descriptors);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "a child is left, or was not waited for";
}

}  // namespace
}  // namespace bridge::testing
