// SPDX-License-Identifier: MIT
// The doorbell between two threads of one process, with pipes: the same
// algorithm as between client and host, without Wine.
#include "bridge/core/doorbell.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#include <x86intrin.h>

#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace bridge {
namespace {

constexpr int kPatienceMs = 20000;  // a wake-up that takes longer is lost

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe(ends_), 0); }
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  void Ring() {
    ++rung;
    EXPECT_EQ(write(ends_[1], "!", 1), 1);
  }
  Wake Block() {
    pollfd watched{ends_[0], POLLIN, 0};
    if (poll(&watched, 1, kPatienceMs) != 1) return Wake::kTimeout;
    char byte;
    ++slept;
    return read(ends_[0], &byte, 1) == 1 ? Wake::kRang : Wake::kGone;
  }
  bool Empty() const {
    pollfd watched{ends_[0], POLLIN, 0};
    return poll(&watched, 1, 0) == 0;
  }
  std::uint64_t rung = 0, slept = 0;

 private:
  int ends_[2];
};

// Puts the calling thread on the n-th of the CPUs that this process may use, so
// that the two sides truly run at once. The kernel likes to wake a sleeper on its waker's CPU.
void StayOnCpu(int n) {
  cpu_set_t allowed, one;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2) return;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &allowed) && n-- == 0) CPU_SET(cpu, &one);
  pthread_setaffinity_np(pthread_self(), sizeof one, &one);
}

void Linger(std::mt19937& random, unsigned most) {
  if (most == 0) return;
  for (unsigned pauses = random() % most; pauses > 0; --pauses) Pause();
}

struct Outcome {
  std::uint64_t turns = 0;  // that came back
  bool right = true;        // with the words of their turn
  bool lost = false;
};

// `turns` calls there and back; each side waits with `spins` pauses and dawdles
// up to `jitter` pauses before it answers.
Outcome PingPong(std::uint64_t turns, std::uint32_t spins, unsigned jitter) {
  const auto lines = std::make_unique<protocol::Channel>();
  Pipe to_server, to_client;
  std::atomic<bool> server_lost{false};
  std::thread server([&] {
    std::mt19937 random(1);
    for (std::uint64_t turn = 1; turn <= turns; ++turn) {
      if (Await(lines->request, turn, spins, [&] { return to_server.Block(); }) != Wake::kRang) {
        server_lost = true;
        return;
      }
      const std::uint64_t word = lines->request.words[0];
      Linger(random, jitter);
      lines->reply.words[0] = word * 3;
      Publish(lines->reply, turn, [&] { to_client.Ring(); });
    }
  });
  Outcome outcome;
  std::mt19937 random(2);
  for (std::uint64_t turn = 1; turn <= turns; ++turn) {
    Linger(random, jitter);
    lines->request.words[0] = turn;
    Publish(lines->request, turn, [&] { to_server.Ring(); });
    if (Await(lines->reply, turn, spins, [&] { return to_client.Block(); }) != Wake::kRang) {
      outcome.lost = true;
      break;
    }
    outcome.right = outcome.right && lines->reply.words[0] == turn * 3;
    ++outcome.turns;
  }
  server.join();
  outcome.lost = outcome.lost || server_lost;
  if (!outcome.lost) {
    EXPECT_TRUE(to_server.Empty() && to_client.Empty()) << "a byte that nobody waits for";
    EXPECT_EQ(to_server.rung, to_server.slept);
    EXPECT_EQ(to_client.rung, to_client.slept);
    EXPECT_EQ(lines->request.asleep.load() + lines->reply.asleep.load(), 0u);
  }
  return outcome;
}

class Doorbell : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(Doorbell, EveryTurnComesBack) {
  for (unsigned jitter : {0u, 10u, 400u}) {
    const std::uint64_t turns = jitter == 400 ? 5000 : 20000;
    const Outcome outcome = PingPong(turns, GetParam(), jitter);
    EXPECT_FALSE(outcome.lost) << "no wake-up within " << kPatienceMs << " ms after turn " << outcome.turns << " of "
                               << turns << " at " << GetParam() << " spins, jitter " << jitter;
    EXPECT_TRUE(outcome.right);
  }
}
INSTANTIATE_TEST_SUITE_P(AtSpinBudget, Doorbell, ::testing::Values(0, 1, 2, 5, 20, 50, 200),
                         [](const auto& one) { return std::to_string(one.param); });

// In a ping-pong the answer comes long after its reader fell asleep. Here the
// publisher waits until the reader is about to wait, and publishes at any moment
// of its falling asleep: where a wake-up would be lost.
class DoorbellAmbush : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(DoorbellAmbush, NoMomentOfFallingAsleepLosesTheMessage) {
  constexpr std::uint64_t kTurns = 20000;
  const std::uint32_t spins = GetParam();
  const auto lines = std::make_unique<protocol::Channel>();
  alignas(64) std::atomic<std::uint64_t> gate{0};
  std::atomic<bool> over{false};
  std::vector<char> cold(64 << 20);
  Pipe to_reader;
  // The reader spins about this long, and a little later it sleeps.
  const std::uint64_t start = __rdtsc();
  for (std::uint32_t i = 0; i < 1000 * spins; ++i) Pause();
  const std::uint64_t falling_asleep = 600 + (__rdtsc() - start) / 1000 * 5 / 4;
  std::thread publisher([&] {
    StayOnCpu(1);
    std::mt19937 random(spins);
    for (std::uint64_t turn = 1; turn <= kTurns && !over; ++turn) {
      while (gate.load(std::memory_order_acquire) < turn)
        if (over) return;
      const std::uint64_t until = __rdtsc() + random() % falling_asleep;
      while (__rdtsc() < until) {
      }
      lines->request.words[5] = turn;
      // A store that misses every cache holds those behind it back: a look at the
      // mark that does not wait for the publication comes long before it.
      cold[turn * 4099 % (cold.size() / 64) * 64] = 1;
      Publish(lines->request, turn, [&] { to_reader.Ring(); });
    }
  });
  std::uint64_t turn = 1, asleep = 0;
  std::thread reader([&] {
    StayOnCpu(0);
    for (; turn <= kTurns; ++turn) {
      gate.store(turn, std::memory_order_release);
      const Wake wake = Await(lines->request, turn, spins, [&] {
        ++asleep;
        return to_reader.Block();
      });
      if (wake != Wake::kRang || lines->request.words[5] != turn) break;
    }
  });
  reader.join();
  over = true;
  publisher.join();
  EXPECT_EQ(turn, kTurns + 1) << "message " << turn << " of " << kTurns << " did not wake its reader at " << spins
                              << " spins (" << asleep << " times asleep)";
  if (turn > kTurns) {
    EXPECT_EQ(to_reader.rung, to_reader.slept);
  }
}
INSTANTIATE_TEST_SUITE_P(AtSpinBudget, DoorbellAmbush, ::testing::Values(0, 1, 5, 20, 50, 200),
                         [](const auto& one) { return std::to_string(one.param); });

TEST(DoorbellStep, NobodyIsRungWhoIsNotAsleep) {
  protocol::Line line{};
  int rings = 0;
  Publish(line, 1, [&] { ++rings; });
  EXPECT_EQ(rings, 0);
  EXPECT_EQ(Await(line, 1, 0, [] { return Wake::kGone; }), Wake::kRang) << "what is there needs no sleep";
}

TEST(DoorbellStep, ASleeperIsRungOnceAndItsMarkTaken) {
  protocol::Line line{};
  line.asleep = 1;
  int rings = 0;
  Publish(line, 1, [&] { ++rings; });
  Publish(line, 2, [&] { ++rings; });
  EXPECT_EQ(rings, 1);
  EXPECT_EQ(line.asleep.load(), 0u);
}

TEST(DoorbellStep, AReaderMarksItselfBeforeItBlocks) {
  protocol::Line line{};
  int blocks = 0;
  const Wake wake = Await(line, 1, 3, [&] {
    ++blocks;
    EXPECT_EQ(line.asleep.load(), 1u);
    Publish(line, 1, [] {});
    return Wake::kRang;
  });
  EXPECT_EQ(wake, Wake::kRang);
  EXPECT_EQ(blocks, 1);
}

TEST(DoorbellStep, TheOtherSidesEndAndTimeoutsComeThrough) {
  protocol::Line line{};
  EXPECT_EQ(Await(line, 1, 2, [] { return Wake::kGone; }), Wake::kGone);
  EXPECT_EQ(Await(line, 1, 2, [] { return Wake::kTimeout; }), Wake::kTimeout);
}

TEST(DoorbellStep, AByteOfAnEarlierTurnIsNotTakenForThisOne) {
  protocol::Line line{};
  int blocks = 0;
  const Wake wake = Await(line, 1, 0, [&] {
    if (++blocks == 3) Publish(line, 1, [] {});
    return Wake::kRang;
  });
  EXPECT_EQ(wake, Wake::kRang);
  EXPECT_EQ(blocks, 3);
}

}  // namespace
}  // namespace bridge
