// SPDX-License-Identifier: MIT
// Sessions that start anew after their host's end, on real Wine.
#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <barrier>
#include <cstring>
#include <future>
#include <optional>
#include <thread>

#include "bridge/client/connection.h"
#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

using std::chrono::milliseconds;

class Restart : public ::testing::Test {
 protected:
  void SetUp() override { Open(); }
  void Open(SessionOptions options = {}) {
    options.restart = true;
    session_.emplace(Start(std::move(options)));
    add_.emplace(session_->Load(Dll("add_cdecl")));
  }
  void TearDown() override {
    add_.reset();
    session_.reset();
    EXPECT_TRUE(Within(milliseconds(2000), [] { return HostsOf(getpid()).empty(); })) << "a host is left";
    EXPECT_EQ(SegmentsHeld(), "");
  }
  // The host itself is killed, and the session knows.
  void Kill() {
    const auto hosts = HostsOf(getpid());
    ASSERT_EQ(hosts.size(), 1u);
    const auto connection = session_->connection();
    kill(hosts[0], SIGKILL);
    ASSERT_TRUE(Within(milliseconds(5000), [&] { return connection->ended(); }));
  }
  Function<int(int, int)> Add() { return add_->Function<int(int, int)>("add_int"); }

  std::optional<Session> session_;
  std::optional<Module> add_;
};

TEST_F(Restart, TheNextCallAfterTheHostsEndIsInANewHost) {
  auto add = Add();
  EXPECT_EQ(add(1, 2), 3);
  EXPECT_EQ(session_->starts(), 1u);
  for (unsigned i = 0; i < 3; ++i) {
    Kill();
    EXPECT_EQ(add(1, 2), 3);
    EXPECT_EQ(session_->starts(), i + 2);
  }
  EXPECT_EQ(session_->Load(Dll("sort_cdecl")).Function<void(float*, int)>("bubblesort", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kFloat}}}).TryCall(nullptr, 0).has_value(), true);
}

TEST_F(Restart, WithoutItTheSessionIsOver) {
  session_.emplace(Start());
  auto module = session_->Load(Dll("add_cdecl"));
  auto add = module.Function<int(int, int)>("add_int");
  add_ = module;
  Kill();
  EXPECT_TRUE(Says(add.TryCall(1, 2).error(), {"killed by signal 9", "the session is over: start another"}));
  EXPECT_EQ(add.TryCall(1, 2).error().code, ErrorCode::kDisconnected);
  EXPECT_EQ(session_->starts(), 1u);
}

TEST_F(Restart, TheCallThatFailedIsNotRepeated) {
  auto call = session_->Load(Dll("callbacks_cdecl")).Function<int(Callback<int(int)>, int)>("call_optional");
  int calls = 0;
  auto handler = session_->MakeCallback<int(int)>([&](int x) {
    if (++calls == 1) kill(HostsOf(getpid()).at(0), SIGKILL);
    return x + 1;
  });
  auto tried = call.TryCall(handler, 1);
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, ErrorCode::kDisconnected);
  EXPECT_TRUE(Says(tried.error(), {"killed by signal 9 during call_optional; the session starts anew with the next call"}));
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(call(handler, 1), 2) << "callbacks are made again as well";
  EXPECT_EQ(calls, 2);
}

TEST_F(Restart, ADeadlineEndsTheHostAndNotTheSession) {
  auto sleep = add_->Function<int(int)>("sleep_ms", {.deadline = milliseconds(300)});
  EXPECT_TRUE(Says(sleep.TryCall(60000).error(), {"took longer than 300 ms; the session starts anew with the next call"}));
  EXPECT_EQ(sleep(1), 1);
  EXPECT_EQ(session_->starts(), 2u);
}

TEST_F(Restart, ManyThreadsStartOneHost) {
  auto add = Add();
  Kill();
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&, i] { right += add(i, 1) == i + 1; });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 8);
  EXPECT_EQ(session_->starts(), 2u);
}

TEST_F(Restart, AFunctionThatManyThreadsBindAtOnceIsBoundOnce) {
  constexpr int kThreads = 8, kMore = 9;
  auto add = Add();
  Kill();
  std::barrier ready(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      (void)session_->LastError();  // opens the thread's channel
      ready.arrive_and_wait();
      EXPECT_EQ(add(1, 2), 3);
    });
  for (std::thread& thread : threads) thread.join();
  const auto connection = session_->connection();
  auto here = connection->Here();
  ASSERT_TRUE(here);
  connection->SendReleases(*here);
  auto binding = MakeBinding({.result = kInt32, .arguments = {}}, connection->abi(), false);
  ASSERT_TRUE(binding);
  WireWriter wire;
  wire.U32(0);  // the module
  wire.Text("add_int");
  Write(*binding, &wire);
  // Numbers are given out from 0 on, those that were given back first.
  std::uint64_t highest = 0;
  for (int i = 0; i < kMore; ++i) highest = std::max(highest, (*here)->AskWithPayload(protocol::Verb::kBind, 0, wire.bytes(), "binding")->words[0]);
  EXPECT_EQ(highest, 1u + kMore - 1u);
}

TEST_F(Restart, ThreadsLetGoOfHostsThatEnded) {
  auto add = Add();
  std::atomic<int> stage{0}, answered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      for (int mine = 1; mine <= 3; ++mine) {
        while (stage != mine) usleep(1000);
        answered += add(1, 2) == 3;
      }
    });
  for (int now = 1; now <= 3; ++now) {
    stage = now;
    ASSERT_TRUE(Within(milliseconds(20000), [&] { return answered == 3 * now; }));
    const std::string held = SegmentsHeld();
    std::size_t descriptors = 0;
    for (std::size_t at = 0; (at = held.find("/fd/", at)) != held.npos; ++at) ++descriptors;
    EXPECT_LE(descriptors, 2u) << "the host's of now, and at most the last one's of this thread";
    if (now < 3) Kill();
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(Restart, ACallbackThatGoesIsNotKeptByHostsThatEnded) {
  auto state = std::make_shared<int>(1);
  const std::weak_ptr<int> kept = state;
  auto callbacks = session_->Load(Dll("callbacks_cdecl"));
  auto twice = callbacks.Function<int(Callback<int(int)>, int)>("call_twice");
  std::optional<Callback<int(int)>> callback = session_->MakeCallback<int(int)>([state](int x) { return x + *state; });
  state.reset();
  // A thread that does not call again keeps its conversation, and the host that ended with it.
  std::promise<void> over;
  std::promise<void> called;
  std::thread idle([&] {
    EXPECT_EQ(twice(*callback, 1), 3);
    called.set_value();
    over.get_future().wait();
  });
  called.get_future().wait();
  Kill();
  EXPECT_EQ(twice(*callback, 1), 3);
  EXPECT_EQ(session_->starts(), 2u);
  callback.reset();
  EXPECT_TRUE(kept.expired());
  over.set_value();
  idle.join();
}

TEST_F(Restart, MemoryOfAHostThatEndedIsRefusedAndStaysReadable) {
  auto make = [&] { return session_->Load("msvcrt.dll").Function<Remote<int>(Size)>("malloc"); };
  auto free = session_->Load("msvcrt.dll").Function<void(Remote<int>)>("free");
  Remote<int> remote = make()(Size{64});
  remote.Write(0, 5);
  auto retained = session_->Allocate<int>(4);
  retained[0] = 7;
  auto fill = session_->Load("msvcrt.dll").Function<void*(Retained<int>, int, Size)>("memset");
  auto version = session_->Load("ntdll.dll").Function<const char*()>("wine_get_version", {.memsync = {{.pointer = {"r"}, .null = true}}});
  auto length = session_->Load("msvcrt.dll").Function<Size(const char*)>("strlen");
  const char* text = version();
  EXPECT_GT(length(text).value, 0u);
  Kill();
  EXPECT_EQ(remote.TryRead(0).error().code, ErrorCode::kDisconnected) << "until the next host is there";
  EXPECT_EQ(Add()(1, 2), 3);
  EXPECT_TRUE(Says(free.TryCall(remote).error(), {"belongs to another session, or to a host that ended"}));
  EXPECT_FALSE(remote.TryRead(0));
  EXPECT_FALSE(remote.TryWrite(0, 1));
  EXPECT_TRUE(Says(fill.TryCall(retained, 0, Size{4}).error(), {"retained memory", "host that ended"}));
  EXPECT_EQ(retained[0], 7);
  EXPECT_TRUE(Says(length.TryCall(text).error(), {"belongs to a host that ended"}));
  EXPECT_GT(std::strlen(text), 0u);
  EXPECT_GT(length(version()).value, 0u);
  Remote<int> again = make()(Size{64});
  again.Write(0, 6);
  EXPECT_EQ(again.Read(0), 6);
  free(again);
}

TEST_F(Restart, HandlersGetMemoryOfTheHostThatCallsThem) {
  auto make = session_->Load("msvcrt.dll").Function<Remote<int>(Size)>("malloc");
  auto qsort = session_->Load("msvcrt.dll").Function<void(Remote<int>, Size, Size, Callback<int(Remote<int>, Remote<int>)>)>("qsort");
  auto compare = session_->MakeCallback<int(Remote<int>, Remote<int>)>([](Remote<int> a, Remote<int> b) { return a.Read() - b.Read(); });
  for (int round = 0; round < 2; ++round) {
    const Remote<int> values = make(Size{12});
    values.Write(0, std::array{3, 1, 2});
    qsort(values, Size{3}, Size{4}, compare);
    EXPECT_EQ(values.Read(0, 3), (std::vector<int>{1, 2, 3}));
    if (round == 0) Kill();
  }
}

TEST_F(Restart, ACallbackOfAnotherSessionIsRefused) {
  auto other = Start();
  auto foreign = other.MakeCallback<int(int)>([](int x) { return x; });
  auto call = session_->Load(Dll("callbacks_cdecl")).Function<int(Callback<int(int)>, int)>("call_optional");
  EXPECT_TRUE(Says(call.TryCall(foreign, 1).error(), {"made for another session"}));
}

TEST_F(Restart, WhatWasUnloadedStaysUnloaded) {
  auto add = Add();
  add_->Unload();
  Kill();
  EXPECT_TRUE(Says(add.TryCall(1, 2).error(), {"was unloaded"}));
}

TEST_F(Restart, TheTextOfTheLastHostIsKept) {
  auto print = session_->Load("msvcrt.dll").Function<int(const char*)>("puts", {.memsync = {{.pointer = {0}, .null = true}}});
  auto flush = session_->Load("msvcrt.dll").Function<int(void*)>("fflush");
  print("first");
  flush(nullptr);
  Kill();
  print("second");
  EXPECT_EQ(session_->TakeText().out, "first\r\nsecond\r\n");
  print("third");
  EXPECT_EQ(session_->TakeText().out, "third\r\n");
  flush(nullptr);
  Kill();
  EXPECT_EQ(session_->TakeText().out, "") << "and asking starts nothing";
  EXPECT_EQ(session_->starts(), 2u);
}

TEST_F(Restart, AStartThatFailsIsTheCallsErrorAndTheNextCallTriesAgain) {
  add_.reset();
  const auto count = std::filesystem::temp_directory_path() / ("restart." + std::to_string(getpid()));
  Open({.wine = WineCommand(std::vector<std::string>{
            "/bin/sh", "-c", "printf x >> $0; [ $(wc -c < $0) -ne 2 ] || { echo not now >&2; exit 53; }; exec " SPANPROOF_TEST_WINE64 " \"$@\"", count})});
  auto add = Add();
  Kill();
  auto tried = add.TryCall(1, 2);
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, ErrorCode::kDisconnected);
  EXPECT_TRUE(Says(tried.error(), {"exited with status 53 during starting the host; it said: not now; the session starts anew with the next call"}));
  EXPECT_EQ(add(1, 2), 3);
  EXPECT_EQ(session_->starts(), 2u);
  std::filesystem::remove(count);
}

TEST_F(Restart, StopIsForGood) {
  auto add = Add();
  session_->Stop();
  EXPECT_TRUE(Says(add.TryCall(1, 2).error(), {"the session was stopped", "the session is over"}));
  EXPECT_EQ(session_->starts(), 1u);
}

TEST_F(Restart, StopEndsAStart) {
  for (int i = 0; i < 5; ++i) {
    Open();
    auto again = Add();
    Kill();
    std::thread stopper([&] {
      usleep(static_cast<useconds_t>(i) * 10000);
      session_->Stop();
    });
    auto tried = again.TryCall(1, 2);
    stopper.join();
    EXPECT_TRUE(tried || tried.error().code == ErrorCode::kCancelled) << tried.error().message;
    EXPECT_TRUE(tried || Says(tried.error(), {"the session is over: start another"}));
    EXPECT_EQ(again.TryCall(1, 2).error().code, ErrorCode::kCancelled);
  }
}

// Ends a forked child as another program: ThreadSanitizer's end would miss a join of the parent's thread that ended with
// the host just before the fork.
[[noreturn]] void EndAs(const char* program) {
  execl(program, program, nullptr);
  _exit(2);
}

TEST_F(Restart, InAForkedChildNothingStartsAnew) {
  auto add = Add();
  Kill();
  const pid_t child = fork();
  if (child == 0) {
    auto tried = add.TryCall(1, 2);
    EndAs(!tried && tried.error().code == ErrorCode::kUnsupported ? "/bin/true" : "/bin/false");
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(add(1, 2), 3);
}

}  // namespace
}  // namespace bridge::testing
