// SPDX-License-Identifier: MIT
// The doorbell between two threads of one process, with pipes: the same
// algorithm as between client and host, without Wine.
#include "bridge/core/doorbell.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <memory>
#include <random>
#include <thread>

namespace bridge {
namespace {

constexpr int kPatienceMs = 5000;  // a wake-up that takes longer is lost

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
