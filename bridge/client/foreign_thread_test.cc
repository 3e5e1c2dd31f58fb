// SPDX-License-Identifier: MIT
// Threads that the DLL made, on real Wine: kernel32 makes them, with callbacks as their start.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {

struct Large {
  std::uint8_t bytes[1 << 20];
};

}  // namespace bridge::testing

BRIDGE_STRUCT(bridge::testing::Large, bytes);

namespace bridge::testing {
namespace {

constexpr std::uint32_t kForever = 0xffffffff;
using Start = std::uint32_t(Size);  // a thread's

// All of `count` threads are inside at the same time, or nobody gets out in time.
class Meeting {
 public:
  explicit Meeting(int count) : missing_(count) {}
  bool Wait() {
    std::unique_lock lock(mutex_);
    --missing_;
    changed_.notify_all();
    return changed_.wait_for(lock, std::chrono::seconds(30), [this] { return missing_ <= 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int missing_;
};

class ForeignThread : public ::testing::TestWithParam<Place> {
 protected:
  explicit ForeignThread(SessionOptions options = {}) : session_(testing::Start(GetParam().Options(std::move(options)))) {}

  template <typename Prototype>
  Function<Prototype> Kernel(const std::string& symbol, std::vector<Memsync> memsync = {}) {
    return session_->Load("kernel32.dll").Function<Prototype>(symbol, {.convention = Convention::kStdcall, .memsync = std::move(memsync)});
  }
  template <typename F>
  Callback<Start> Routine(F handler) {
    return session_->MakeCallback<Start>(std::move(handler), {.convention = Convention::kStdcall});
  }
  Size Launch(const Callback<Start>& start, std::uint64_t parameter = 0) {
    return Kernel<Size(Size, Size, Callback<Start>, Size, std::uint32_t, Size)>("CreateThread")(Size{0}, Size{0}, start, Size{parameter}, 0,
                                                                                               Size{0});
  }
  // Waits inside a call; the exit code.
  std::uint32_t Await(Size thread) {
    EXPECT_EQ(Kernel<std::uint32_t(Size, std::uint32_t)>("WaitForSingleObject")(thread, kForever), 0u);
    std::uint32_t code = 0;
    Kernel<int(Size, std::uint32_t*)>("GetExitCodeThread")(thread, &code);
    Kernel<int(Size)>("CloseHandle")(thread);
    return code;
  }

  std::optional<Session> session_;
};
INSTANTIATE_TEST_SUITE_P(On, ForeignThread, ::testing::ValuesIn(Places()), [](const auto& one) { return Spell(one.param); });

TEST_P(ForeignThread, CallsBackDuringACall) {
  std::uint64_t seen = 0;
  std::thread::id on;
  auto start = Routine([&](Size parameter) { return seen = parameter.value, on = std::this_thread::get_id(), 41u; });
  EXPECT_EQ(Await(Launch(start, 17)), 41u);
  EXPECT_EQ(seen, 17u);
  EXPECT_NE(on, std::this_thread::get_id());
}

TEST_P(ForeignThread, CallsBackAfterTheCallReturned) {
  Meeting meeting(2);
  std::atomic<bool> ran{false};
  auto start = Routine([&](Size) { return meeting.Wait(), ran = true, 0u; });
  Launch(start);
  EXPECT_FALSE(ran);
  EXPECT_TRUE(meeting.Wait());
  EXPECT_TRUE(Within(std::chrono::seconds(10), [&] { return ran.load(); }));
}

TEST_P(ForeignThread, NestedCallsRunOnIt) {
  auto id = Kernel<std::uint32_t()>("GetCurrentThreadId");
  std::set<std::uint32_t> ids;
  auto start = Routine([&](Size) { return ids.insert(id()), ids.insert(id()), id(); });
  const std::uint32_t seen = Await(Launch(start));
  EXPECT_EQ(ids, std::set{seen});
  EXPECT_NE(seen, id());
}

TEST_P(ForeignThread, SixteenAtOnceHaveAClientThreadEach) {
  Meeting meeting(16);
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::set<std::uint32_t> ids;
  auto id = Kernel<std::uint32_t()>("GetCurrentThreadId");
  auto start = Routine([&](Size parameter) {
    EXPECT_TRUE(meeting.Wait()) << "they do not overlap";
    const std::uint32_t mine = id();
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
    ids.insert(mine);
    return static_cast<std::uint32_t>(parameter.value * 3);
  });
  std::vector<Size> made;
  for (std::uint64_t i = 0; i < 16; ++i) made.push_back(Launch(start, i));
  for (std::uint64_t i = 0; i < 16; ++i) EXPECT_EQ(Await(made[i]), i * 3);
  EXPECT_EQ(threads.size(), 16u);
  EXPECT_EQ(ids.size(), 16u);
}

TEST_P(ForeignThread, ThatEndsGivesItsChannelBack) {
  auto start = Routine([&](Size parameter) { return static_cast<std::uint32_t>(parameter.value); });
  for (std::uint32_t i = 0; i < 600; ++i) ASSERT_EQ(Await(Launch(start, i)), i);
}

TEST_P(ForeignThread, BringsMoreMemoryThanItsChannelStartsWith) {
  // So that the first thing that the thread asks for is room.
  constexpr std::size_t kBytes = sizeof(Large);
  auto runtime = session_->Load("msvcrt.dll");
  const Size block = runtime.Function<Size(Size, Size)>("calloc")(Size{1}, Size{kBytes});
  runtime.Function<Size(Size, const std::uint8_t*, Size)>("memcpy")(Size{block.value + kBytes - 1}, std::array<std::uint8_t, 1>{7}.data(), Size{1});
  using Reads = std::uint32_t(Large*);
  auto start = session_->MakeCallback<Reads>(
      [](Large* large) -> std::uint32_t {
        large->bytes[1] = 9;
        return large->bytes[kBytes - 1];
      },
      {.convention = Convention::kStdcall});
  const Size thread = Kernel<Size(Size, Size, Callback<Reads>, Size, std::uint32_t, Size)>("CreateThread")(Size{0}, Size{0}, start, block, 0, Size{0});
  EXPECT_EQ(Await(thread), 7u);
  EXPECT_EQ(runtime.Function<int(Size, const std::uint8_t*, Size)>("memcmp")(Size{block.value + 1}, std::array<std::uint8_t, 1>{9}.data(), Size{1}), 0);
  runtime.Function<void(Size)>("free")(block);
}

TEST_P(ForeignThread, OfWhichThereAreTooManyGoUnansweredAndSaySo) {
  (void)session_->TakeText();
  Meeting all(253);
  Meeting tried(255);
  std::atomic<int> served{0};
  auto start = Routine([&](Size) -> std::uint32_t {
    ++served;
    return all.Wait() && tried.Wait() ? 5 : 0;
  });
  std::vector<Size> made;
  for (int i = 0; i < 253; ++i) made.push_back(Launch(start));  // with this thread's own: 254 of 255
  EXPECT_TRUE(Within(std::chrono::seconds(30), [&] { return served == 253; }));
  // The last one that waits, and one more.
  std::atomic<int> extra{0};
  auto more = Routine([&](Size) { return ++extra, tried.Wait(), 6u; });
  const Size last = Launch(more);
  EXPECT_TRUE(Within(std::chrono::seconds(30), [&] { return extra == 1; }));
  EXPECT_EQ(Await(Launch(more)), 0u) << "the agreed value";
  EXPECT_EQ(extra, 1);
  EXPECT_NE(session_->TakeText().err.find("no channel left"), std::string::npos);
  EXPECT_TRUE(tried.Wait());
  for (const Size thread : made) EXPECT_EQ(Await(thread), 5u);
  EXPECT_EQ(Await(last), 6u);
  EXPECT_EQ(Await(Launch(Routine([](Size) { return 7u; }))), 7u) << "there is room again";
}

TEST_P(ForeignThread, HasALastErrorOfItsOwn) {
  auto set = Kernel<void(std::uint32_t)>("SetLastError");
  auto get = Kernel<std::uint32_t()>("GetLastError");
  set(5);
  auto start = Routine([&](Size) { return set(77), std::this_thread::yield(), get(); });
  EXPECT_EQ(Await(Launch(start)), 77u);
}

class Straying : public ForeignThread {
 protected:
  Straying() : ForeignThread({.on_stray_exception = [this](std::exception_ptr thrown) { strays_.push_back(thrown); }}) {}
  std::vector<std::exception_ptr> strays_;
};
INSTANTIATE_TEST_SUITE_P(On, Straying, ::testing::ValuesIn(Places()), [](const auto& one) { return Spell(one.param); });

TEST_P(Straying, ExceptionsGoWhereTheSessionSays) {
  auto start = Routine([](Size) -> std::uint32_t { throw std::out_of_range("astray"); });
  EXPECT_EQ(Await(Launch(start)), 0u);
  ASSERT_EQ(strays_.size(), 1u) << "before the DLL's thread went on";
  EXPECT_THROW(std::rethrow_exception(strays_[0]), std::out_of_range);
  EXPECT_EQ(Await(Launch(Routine([](Size) { return 3u; }))), 3u) << "the session goes on";
}

TEST_P(Straying, AnExceptionOfANestedCallIsItsCallersAlone) {
  auto twice = session_->Load(Dll("callbacks_cdecl", GetParam().arch)).Function<int(Callback<int(int)>, int)>("call_twice");
  auto fails = session_->MakeCallback<int(int)>([](int) -> int { throw std::runtime_error("inner"); });
  auto start = Routine([&](Size) -> std::uint32_t {
    EXPECT_THROW(twice(fails, 1), std::runtime_error);
    return 8;
  });
  EXPECT_EQ(Await(Launch(start)), 8u);
  EXPECT_TRUE(strays_.empty());
}

TEST_P(ForeignThread, MayOutliveItsSession) {
  std::atomic<int> came{0};
  auto start = std::make_optional(Routine([&](Size) { return ++came, 0u; }));
  // One that came and sleeps in the DLL, and one that never comes.
  auto stays = std::make_optional(session_->Load("kernel32.dll").Function<Size(Size, Size, Size, Size, std::uint32_t, Size)>(
      "CreateThread", {.convention = Convention::kStdcall}));
  const Size kernel = Kernel<Size(const char*)>("GetModuleHandleA", {{.pointer = {0}, .null = true}})("kernel32.dll");
  const Size address = Kernel<Size(Size, const char*)>("GetProcAddress", {{.pointer = {1}, .null = true}})(kernel, "Sleep");
  ASSERT_NE(address.value, 0u);
  (*stays)(Size{0}, Size{0}, address, Size{kForever}, 0, Size{0});
  Launch(*start);
  EXPECT_TRUE(Within(std::chrono::seconds(10), [&] { return came == 1; }));
  stays.reset(), start.reset();
  session_.reset();
  // The handler's thread may have been the last to hold it.
  EXPECT_TRUE(Within(std::chrono::seconds(10), [] { return HostsOf(getpid()).empty(); }));
}

TEST_P(ForeignThread, InAHandlerKeepsTheSessionUntilItReturns) {
  Meeting inside(2), leave(2);
  auto id = std::make_optional(Kernel<std::uint32_t()>("GetCurrentThreadId"));
  std::atomic<bool> returned{false};
  std::atomic<std::uint32_t> called{0};
  auto start = std::make_optional(Routine([&](Size) {
    inside.Wait();
    leave.Wait();
    called = (*id)();
    id.reset();  // the last handle: the session ends on this thread
    returned = true;
    return 0u;
  }));
  Launch(*start);
  EXPECT_TRUE(inside.Wait());
  start.reset();
  session_.reset();
  EXPECT_FALSE(HostsOf(getpid()).empty());
  leave.Wait();
  EXPECT_TRUE(Within(std::chrono::seconds(10), [] { return HostsOf(getpid()).empty(); }));
  EXPECT_TRUE(returned);
  EXPECT_NE(called, 0u);
}

TEST_P(ForeignThread, TheHostKilledWhileItIsInAHandlerEndsItsCalls) {
  Meeting inside(2), killed(2);
  auto id = Kernel<std::uint32_t()>("GetCurrentThreadId");
  std::atomic<int> code{-1};
  auto start = Routine([&](Size) {
    inside.Wait();
    killed.Wait();
    auto tried = id.TryCall();
    code = tried ? -2 : static_cast<int>(tried.error().code);
    return 0u;
  });
  Launch(start);
  EXPECT_TRUE(inside.Wait());
  for (const pid_t host : HostsOf(getpid())) kill(host, SIGKILL);
  killed.Wait();
  EXPECT_TRUE(Within(std::chrono::seconds(10), [&] { return code != -1; }));
  EXPECT_EQ(code, static_cast<int>(ErrorCode::kDisconnected));
}

// Threads of the host's that serve a client thread, ended by the DLL.
class EndedThread : public ForeignThread {};
INSTANTIATE_TEST_SUITE_P(On, EndedThread, ::testing::ValuesIn(Places()), [](const auto& one) { return Spell(one.param); });

TEST_P(EndedThread, ByItselfIsAnErrorOfTheCallAndTheNextHasANewThread) {
  auto id = Kernel<std::uint32_t()>("GetCurrentThreadId");
  auto exit = Kernel<void(std::uint32_t)>("ExitThread");
  const std::uint32_t before = id();
  for (std::uint32_t i = 1; i <= 300; ++i) {
    auto tried = exit.TryCall(i);
    ASSERT_FALSE(tried);
    ASSERT_EQ(tried.error().code, ErrorCode::kFault);
    ASSERT_TRUE(Says(tried.error(), {"ended the thread", "ExitThread", "the session still works"}));
    ASSERT_TRUE(Says(tried.error(), {("exit code " + std::to_string(i)).c_str()}));
    ASSERT_NE(id(), before);
  }
}

TEST_P(EndedThread, ByAnotherDuringACallIsAnErrorToo) {
  auto id = Kernel<std::uint32_t()>("GetCurrentThreadId");
  auto sleep = Kernel<void(std::uint32_t)>("Sleep");
  std::atomic<std::uint32_t> victim{0};
  std::optional<Error> error;
  std::uint32_t after = 0;
  std::thread thread([&] {
    victim = id();
    if (auto tried = sleep.TryCall(60000); !tried) error = tried.error();
    after = id();
  });
  EXPECT_TRUE(Within(std::chrono::seconds(10), [&] { return victim != 0; }));
  usleep(50000);
  const Size handle = Kernel<Size(std::uint32_t, int, std::uint32_t)>("OpenThread")(1, 0, victim);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_NE(Kernel<int(Size, std::uint32_t)>("TerminateThread")(handle, 9), 0);
  thread.join();
  EXPECT_LT(MillisecondsSince(begin), 10000);
  ASSERT_TRUE(error);
  EXPECT_TRUE(Says(*error, {"exit code 9", "Sleep"}));
  EXPECT_NE(after, 0u);
  EXPECT_NE(after, victim.load());
}

TEST_P(EndedThread, UnderAHandlerFailsTheCallsAroundItAndHeals) {
  auto id = Kernel<std::uint32_t()>("GetCurrentThreadId");
  auto open = Kernel<Size(std::uint32_t, int, std::uint32_t)>("OpenThread");
  auto end = Kernel<int(Size, std::uint32_t)>("TerminateThread");
  auto module = session_->Load(Dll("callbacks_cdecl", GetParam().arch));
  auto twice = module.Function<int(Callback<int(int)>, int)>("call_twice");
  const std::uint32_t victim = id();
  int inner = 0;
  auto handler = session_->MakeCallback<int(int)>([&](int x) {
    std::thread([&] { end(open(1, 0, victim), 9); }).join();
    for (int i = 0; i < 3; ++i)
      if (auto tried = id.TryCall(); !tried && tried.error().code == ErrorCode::kFault) ++inner;
    return x;
  });
  auto tried = twice.TryCall(handler, 1);
  ASSERT_FALSE(tried);
  EXPECT_TRUE(Says(tried.error(), {"exit code 9", "call_twice"}));
  EXPECT_EQ(inner, 3);
  EXPECT_NE(id(), victim);
  EXPECT_EQ(twice(session_->MakeCallback<int(int)>([](int x) { return x + 1; }), 1), 3);
}

}  // namespace
}  // namespace bridge::testing
