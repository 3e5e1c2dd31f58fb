// SPDX-License-Identifier: MIT
// Several threads of the client's on one session and on many, on real Wine.
#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "bridge/client/connection.h"
#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

using Unary = int(int);

template <typename F>
void OnThreads(int count, F&& act) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back([&act, i] { act(i); });
  for (std::thread& thread : threads) thread.join();
}

class ClientThreads : public ::testing::TestWithParam<Place> {
 protected:
  std::string Here(const char* dll) const { return Dll(dll, GetParam().arch); }
  Session session_ = Start(GetParam().Options());
};
INSTANTIATE_TEST_SUITE_P(On, ClientThreads, ::testing::ValuesIn(Places()), [](const auto& one) { return Spell(one.param); });

TEST_P(ClientThreads, LoadBindMakeCallAndReleaseAtOnce) {
  std::atomic<int> wrong{0};
  OnThreads(8, [&](int me) {
    for (int i = 0; i < 60; ++i) {
      auto module = session_.Load(Here("callbacks_cdecl"));
      auto twice = module.Function<int(Callback<Unary>, int)>("call_twice");
      auto add = session_.MakeCallback<Unary>([me](int x) { return x + me; });
      if (twice(add, i) != i + 2 * me) ++wrong;
      const auto copy = twice;
      if (copy(session_.MakeCallback<Unary>([](int x) { return -x; }), i) != i) ++wrong;
      if (i % 8 == me) module.Unload();
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST_P(ClientThreads, CallsOverlap) {
  // Each thread waits inside the DLL for what the one before it does inside the DLL.
  auto kernel = session_.Load("kernel32.dll");
  const FunctionOptions stdcall{.convention = Convention::kStdcall};
  auto create = kernel.Function<Size(Size, int, int, Size)>("CreateEventW", stdcall);
  auto set = kernel.Function<int(Size)>("SetEvent", stdcall);
  auto wait = kernel.Function<std::uint32_t(Size, std::uint32_t)>("WaitForSingleObject", stdcall);
  std::vector<Size> events;
  for (int i = 0; i < 9; ++i) events.push_back(create(Size{0}, 0, 0, Size{0}));
  std::atomic<int> woken{0};
  std::thread last([&] { set(events[8]), woken += wait(events[0], 30000) == 0; });
  OnThreads(8, [&](int me) {
    woken += wait(events[static_cast<std::size_t>(me) + 1], 30000) == 0;
    set(events[static_cast<std::size_t>(me)]);
  });
  last.join();
  EXPECT_EQ(woken, 9);
}

TEST_P(ClientThreads, SessionsStartCallAndEndOnAny) {
  std::atomic<int> wrong{0};
  OnThreads(4, [&](int me) {
    for (int i = 0; i < 3; ++i) {
      auto own = Start(GetParam().Options());
      auto add = own.Load(Here("add_cdecl")).Function<int(int, int)>("add_int");
      if (add(me, i) != me + i) ++wrong;
      if (session_.Load(Here("add_cdecl")).Function<int(int, int)>("add_int")(i, me) != me + i) ++wrong;
    }
  });
  EXPECT_EQ(wrong, 0);
}

TEST_P(ClientThreads, HandlesMayEndOnAThreadThatNeverCalled) {
  auto function = std::make_optional(session_.Load(Here("add_cdecl")).Function<int(int, int)>("add_int"));
  auto callback = std::make_optional(session_.MakeCallback<Unary>([](int x) { return x; }));
  const auto settled = [] {
    std::size_t now = OpenDescriptors();
    for (int same = 0; same < 10; ++same, usleep(10000))
      if (const std::size_t next = OpenDescriptors(); next != now) now = next, same = 0;
    return now;
  };
  const std::size_t before = settled();
  std::size_t inside = 0;
  std::thread([&] {
    function.reset();
    callback.reset();
    inside = OpenDescriptors();
  }).join();
  EXPECT_EQ(inside, before) << "it opened a conversation only to say so";
  EXPECT_FALSE(session_.connection()->releases()->empty());
  (void)session_.Load(Here("add_cdecl"));
  EXPECT_TRUE(session_.connection()->releases()->empty()) << "the host was told with the next request";
}

TEST_P(ClientThreads, WhatIsBoundAndReleasedLeavesItsPlaceToTheNext) {
  auto module = session_.Load(Here("add_cdecl"));
  // What the host calls a function that is bound now, asked for without a handle.
  const auto next = [&] {
    Conversation* here = ValueOrThrow(session_.connection()->Here());
    const Signature signature{.result = kInt32, .arguments = {kInt32, kInt32}, .read_only = {}, .memsync = {}};
    WireWriter wire;
    wire.U32(0);
    wire.Text("add_int");
    Write(ValueOrThrow(MakeBinding(signature, session_.connection()->abi(), false)), &wire);
    return ValueOrThrow(here->AskWithPayload(protocol::Verb::kBind, 0, wire.bytes(), "binding")).words[0];
  };
  const std::uint64_t before = next();
  for (int i = 0; i < 400; ++i) ASSERT_EQ(module.Function<int(int, int)>("add_int")(i, 1), i + 1);
  EXPECT_LE(next(), before + 3);
}

}  // namespace
}  // namespace bridge::testing
