// SPDX-License-Identifier: MIT
// The doorbell between a Linux client and a host under Wine: many calls at each
// spin budget with jitter between them. A lost wake-up is a failure with
// numbers. $SPANPROOF_DOORBELL_CALLS sets the calls per budget (a million is
// the full proof); $SPANPROOF_DOORBELL_SECONDS the patience with one call.
#include <gtest/gtest.h>

#include <sched.h>
#include <signal.h>
#include <unistd.h>
#include <x86intrin.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

#include "bridge/client/connection.h"
#include "bridge/client/wine_testing.h"
#include "bridge/core/doorbell.h"

namespace bridge::testing {
namespace {

using Clock = std::chrono::steady_clock;

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr && *text != 0 ? std::strtoull(text, nullptr, 10) : otherwise;
}

// Ends the host when the calls stop coming back: the call that waits then
// returns with an error, and the test says how far it came.
class Watchdog {
 public:
  Watchdog(pid_t host, std::uint64_t seconds)
      : thread_([this, host, seconds] {
          std::uint64_t seen = 0;
          auto since = Clock::now();
          while (!done_) {
            usleep(20000);
            if (const std::uint64_t now = calls; now != seen) {
              seen = now;
              since = Clock::now();
            } else if (Clock::now() - since > std::chrono::seconds(seconds)) {
              bitten = true;
              kill(host, SIGKILL);
              return;
            }
          }
        }) {}
  ~Watchdog() {
    done_ = true;
    thread_.join();
  }
  std::atomic<std::uint64_t> calls{0};
  std::atomic<bool> bitten{false};

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

// Client and host on CPUs of their own, so that they truly run at once.
void StayOnCpu(int n, pid_t thread) {
  cpu_set_t allowed, one;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  static const cpu_set_t all = allowed;
  if (CPU_COUNT(&all) < 2) return;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &all) && n-- == 0) CPU_SET(cpu, &one);
  sched_setaffinity(thread, sizeof one, &one);
}

// What so many pauses take, in ticks of the time-stamp counter.
std::uint64_t TicksOf(std::uint32_t pauses) {
  const std::uint64_t start = __rdtsc();
  for (std::uint32_t i = 0; i < 1000 * pauses; ++i) Pause();
  return (__rdtsc() - start) / 1000;
}

class DoorbellOverWine : public ::testing::TestWithParam<std::uint32_t> {};
INSTANTIATE_TEST_SUITE_P(AtSpinBudget, DoorbellOverWine, ::testing::Values(0, 1, 5, 20, 50, 100, 200),
                         [](const auto& one) { return std::to_string(one.param); });

TEST_P(DoorbellOverWine, EveryCallComesBack) {
  const std::uint64_t calls = FromEnvironment("SPANPROOF_DOORBELL_CALLS", 20000);
  auto session = Start({.spins = GetParam()});
  auto add = session.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
  add(0, 0);
  const auto hosts = HostsOf(getpid());
  ASSERT_EQ(hosts.size(), 1u);

  StayOnCpu(0, gettid());
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(hosts[0]) + "/task"))
    StayOnCpu(1, std::stoi(task.path().filename()));

  auto& spins = session.connection()->segment().header()->spins;
  const std::uint64_t falling_asleep = 600 + TicksOf(GetParam()) * 5 / 4;
  std::vector<char> cold(64 << 20);
  std::vector<std::uint32_t> nanoseconds;
  nanoseconds.reserve(calls + 2);
  std::mt19937 random(GetParam() + 1);
  std::uint64_t wrong = 0;
  std::string error;
  const auto start = Clock::now();
  {
    Watchdog watchdog(hosts[0], FromEnvironment("SPANPROOF_DOORBELL_SECONDS", 20));
    const auto call = [&] {
      const int i = static_cast<int>(nanoseconds.size());
      const auto before = Clock::now();
      auto sum = add.TryCall(i, 1);
      nanoseconds.push_back(static_cast<std::uint32_t>((Clock::now() - before).count()));
      if (!sum) {
        error = sum.error().message;
        return false;
      }
      wrong += *sum != i + 1;
      watchdog.calls.store(nanoseconds.size(), std::memory_order_relaxed);
      return true;
    };
    while (error.empty() && nanoseconds.size() < calls) {
      // Once both sides sleep at each call they go on so, and nothing new is tried. So: one call with much
      // patience wakes both, one is the last that finds the host spinning, ...
      spins.store(1 << 20, std::memory_order_relaxed);
      if (!call()) break;
      spins.store(GetParam(), std::memory_order_relaxed);
      if (!call()) break;
      // ... and one comes at any moment of its falling asleep, or now and then long after.
      const std::uint64_t most = nanoseconds.size() % 64 == 0 ? 100 * falling_asleep : falling_asleep;
      const std::uint64_t until = __rdtsc() + random() % most;
      while (__rdtsc() < until) {
      }
      // Missing every cache, this holds the publication back (see core/doorbell_test.cc).
      cold[nanoseconds.size() * 4099 % (cold.size() / 64) * 64] = 1;
      if (!call()) break;
    }
    EXPECT_GE(watchdog.calls, calls) << (watchdog.bitten ? "no wake-up" : "an error") << " in call "
                                     << watchdog.calls + 1 << " of " << calls << " at " << GetParam()
                                     << " spins: " << error;
  }
  EXPECT_EQ(wrong, 0u);
  std::sort(nanoseconds.begin(), nanoseconds.end());
  const auto at = [&](double part) {
    return nanoseconds.empty() ? 0 : nanoseconds[static_cast<std::size_t>(part * static_cast<double>(nanoseconds.size() - 1))];
  };
  std::printf("spins %3u: %llu calls in %.1f s, p50 %u ns, p99 %u ns, longest %u ns\n", GetParam(),
              static_cast<unsigned long long>(nanoseconds.size()), MillisecondsSince(start) / 1000, at(0.5), at(0.99),
              at(1.0));
}

// With more channels than CPUs nobody spins, and wake-ups cross each other.
TEST(DoorbellOverWineAtOnce, EveryCallOfManyThreadsComesBack) {
  const std::uint64_t calls = FromEnvironment("SPANPROOF_DOORBELL_CALLS", 20000) / 10;
  auto session = Start();
  auto add = session.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
  add(0, 0);
  Watchdog watchdog(HostsOf(getpid()).at(0), FromEnvironment("SPANPROOF_DOORBELL_SECONDS", 10));
  std::atomic<std::uint64_t> right{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      for (std::uint64_t i = 0; i < calls; ++i) {
        for (unsigned pauses = random() % 200; pauses > 0; --pauses) Pause();
        auto sum = add.TryCall(static_cast<int>(i), static_cast<int>(t));
        if (!sum) return;
        right += *sum == static_cast<int>(i + t);
        ++watchdog.calls;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 4 * calls) << (watchdog.bitten ? "no wake-up" : "an error or a wrong sum");
}

}  // namespace
}  // namespace bridge::testing
