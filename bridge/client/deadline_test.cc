// SPDX-License-Identifier: MIT
// Calls that are ended: by their deadline, by their caller, by Session::Stop and
// by handles that handlers let go of, on real Wine.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;
constexpr double kSoon = 2000;  // milliseconds: a loaded machine's "at once"

class Deadline : public ::testing::Test {
 protected:
  void Open(SessionOptions options = {}) {
    session_.emplace(Start(std::move(options)));
    add_.emplace(session_->Load(Dll("add_cdecl")));
    callbacks_.emplace(session_->Load(Dll("callbacks_cdecl")));
  }
  Function<int(int)> Sleep(milliseconds deadline = {}) { return add_->Function<int(int)>("sleep_ms", {.deadline = deadline}); }
  // Calls its handler inside the DLL.
  Function<int(Callback<int(int)>, int)> Call(milliseconds deadline = {}) {
    return callbacks_->Function<int(Callback<int(int)>, int)>("call_optional", {.deadline = deadline});
  }
  void TearDown() override {
    callbacks_.reset();
    add_.reset();
    session_.reset();
    EXPECT_TRUE(Within(milliseconds(2000), [] { return HostsOf(getpid()).empty(); })) << "a host is left";
    EXPECT_EQ(SegmentsHeld(), "");
  }

  std::optional<Session> session_;
  std::optional<Module> add_, callbacks_;
};

TEST_F(Deadline, EndsTheCallAndTheHost) {
  Open();
  auto hang = add_->Function<void()>("hang", {.deadline = milliseconds(200)});
  const auto start = Clock::now();
  auto tried = hang.TryCall();
  const double took = MillisecondsSince(start);
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, ErrorCode::kTimeout);
  EXPECT_EQ(tried.error().message, "the call `hang` took longer than 200 ms; the session is over: start another");
  EXPECT_GE(took, 200);
  EXPECT_LT(took, 200 + kSoon);
  EXPECT_TRUE(HostsOf(getpid()).empty()) << "who is answered needs no patience with the host";
}

TEST_F(Deadline, LeavesCallsInTimeAlone) {
  Open({.call_timeout = milliseconds(20000)});
  auto sleep = Sleep();
  for (int i = 0; i < 300; ++i) ASSERT_EQ(sleep(0), 0);
  EXPECT_EQ(sleep(50), 50);
}

TEST_F(Deadline, TheNearestOfSessionAndFunctionCounts) {
  Open({.call_timeout = milliseconds(300)});
  auto patient = Sleep(milliseconds(60000));
  EXPECT_TRUE(Says(patient.TryCall(60000).error(), {"`sleep_ms` took longer than 300 ms"}));
  Open({.call_timeout = milliseconds(60000)});
  auto impatient = Sleep(milliseconds(300));
  EXPECT_TRUE(Says(impatient.TryCall(60000).error(), {"`sleep_ms` took longer than 300 ms"}));
}

TEST_F(Deadline, CoversTheTimeOfHandlers) {
  Open();
  auto slow = session_->MakeCallback<int(int)>([](int x) { return usleep(500000), x; });
  auto tried = Call(milliseconds(200)).TryCall(slow, 1);
  ASSERT_FALSE(tried);
  EXPECT_TRUE(Says(tried.error(), {"`call_optional` took longer than 200 ms"}));
}

TEST_F(Deadline, OfTheCallAroundEndsTheCallInside) {
  Open();
  auto sleep = Sleep(milliseconds(60000));
  std::optional<Error> inside;
  auto handler = session_->MakeCallback<int(int)>([&](int x) {
    auto tried = sleep.TryCall(30000);
    if (!tried) inside = tried.error();
    return x;
  });
  auto tried = Call(milliseconds(300)).TryCall(handler, 1);
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, ErrorCode::kTimeout);
  ASSERT_TRUE(inside);
  EXPECT_EQ(inside->code, ErrorCode::kTimeout);
  EXPECT_TRUE(Says(*inside, {"`call_optional` took longer than 300 ms"}));
}

TEST_F(Deadline, OfTheCallInsideEndsTheCallAround) {
  Open();
  auto sleep = Sleep(milliseconds(200));
  auto handler = session_->MakeCallback<int(int)>([&](int x) { return sleep.TryCall(30000).value_or(x); });
  auto tried = Call(milliseconds(60000)).TryCall(handler, 1);
  ASSERT_FALSE(tried);
  EXPECT_TRUE(Says(tried.error(), {"`sleep_ms` took longer than 200 ms"}));
}

TEST_F(Deadline, OfOneThreadAnswersTheOthersAtOnce) {
  Open();
  auto sleep = Sleep();
  std::atomic<int> told{0};
  std::vector<std::thread> others;
  Clock::time_point passed;
  std::atomic<double> longest{0};
  for (int i = 0; i < 4; ++i)
    others.emplace_back([&] {
      auto tried = sleep.TryCall(60000);
      const double late = MillisecondsSince(passed);
      for (double seen = longest; late > seen && !longest.compare_exchange_weak(seen, late);) {
      }
      told += !tried && tried.error().code == ErrorCode::kDisconnected &&
              Says(tried.error(), {"`sleep_ms` took longer than 400 ms", "during sleep_ms", "the session is over"});
    });
  usleep(100000);
  auto timed = Sleep(milliseconds(400));
  passed = Clock::now() + milliseconds(400);
  EXPECT_EQ(timed.TryCall(60000).error().code, ErrorCode::kTimeout);
  for (std::thread& other : others) other.join();
  EXPECT_EQ(told, 4);
  std::printf("the last of 4 waiting threads was told %.1f ms after the deadline\n", longest.load());
  EXPECT_LT(longest, kSoon);
}

TEST_F(Deadline, OfABusyHandlerOnAnotherThreadDoesNotHoldTheAnswerUp) {
  Open();
  std::atomic<bool> inside{false}, go_on{false};
  auto handler = session_->MakeCallback<int(int)>([&](int x) {
    inside = true;
    while (!go_on) usleep(1000);
    return x;
  });
  auto call = Call();
  std::optional<Expected<int>> other;
  std::thread busy([&] { other = call.TryCall(handler, 1); });
  while (!inside) usleep(1000);
  const auto start = Clock::now();
  EXPECT_EQ(Sleep(milliseconds(100)).TryCall(60000).error().code, ErrorCode::kTimeout);
  EXPECT_LT(MillisecondsSince(start), 100 + kSoon);
  go_on = true;
  busy.join();
  EXPECT_EQ(other->error().code, ErrorCode::kDisconnected);
}

TEST_F(Deadline, StopCancelsEveryOpenCallAndAllLaterOnes) {
  Open();
  auto sleep = Sleep();
  std::atomic<int> cancelled{0};
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      auto tried = sleep.TryCall(60000);
      cancelled += !tried && tried.error().code == ErrorCode::kCancelled &&
                   Says(tried.error(), {"the session was stopped during sleep_ms", "the session is over"});
    });
  usleep(200000);
  const auto start = Clock::now();
  session_->Stop();
  for (std::thread& caller : callers) caller.join();
  EXPECT_LT(MillisecondsSince(start), kSoon);
  EXPECT_EQ(cancelled, 4);
  EXPECT_EQ(sleep.TryCall(1).error().code, ErrorCode::kCancelled);
  EXPECT_EQ(session_->TryLoad(Dll("sort_cdecl")).error().code, ErrorCode::kCancelled);
  std::thread([&] { EXPECT_EQ(sleep.TryCall(1).error().code, ErrorCode::kCancelled) << "also on a thread that is new"; }).join();
  session_->Stop();
}

TEST_F(Deadline, StopInsideAHandlerCancelsTheCallAround) {
  Open();
  auto handler = session_->MakeCallback<int(int)>([&](int x) { return session_->Stop(), x; });
  EXPECT_EQ(Call().TryCall(handler, 1).error().code, ErrorCode::kCancelled);
}

TEST_F(Deadline, ACallMayBeCancelledByItsCaller) {
  Open();
  auto sleep = Sleep();
  std::stop_source source;
  EXPECT_EQ(sleep.TryCallUntil(source.get_token(), 5).value(), 5) << "nobody asked";
  std::thread canceller([&] {
    usleep(200000);
    source.request_stop();
  });
  auto tried = sleep.TryCallUntil(source.get_token(), 60000);
  canceller.join();
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, ErrorCode::kCancelled);
  EXPECT_EQ(tried.error().message, "the call `sleep_ms` was cancelled; the session is over: start another");
}

TEST_F(Deadline, ACallThatIsCancelledBeforeItBeginsHarmsNothing) {
  Open();
  std::stop_source source;
  source.request_stop();
  auto tried = Sleep().TryCallUntil(source.get_token(), 60000);
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, ErrorCode::kCancelled);
  EXPECT_TRUE(Says(tried.error(), {"before it began", "the session still works"}));
  EXPECT_EQ(Sleep()(1), 1);
}

TEST_F(Deadline, AHandlerMayLetGoOfEveryHandle) {
  auto session = std::make_unique<Session>(Start());
  auto call = std::make_unique<Function<int(Callback<int(int)>, int)>>(
      session->Load(Dll("callbacks_cdecl")).Function<int(Callback<int(int)>, int)>("call_optional"));
  auto handler = std::make_unique<Callback<int(int)>>();
  *handler = session->MakeCallback<int(int)>([&](int x) {
    session.reset();
    call.reset();
    handler.reset();
    return x + 1;
  });
  const auto start = Clock::now();
  EXPECT_EQ((*call)(*handler, 1), 2);
  EXPECT_LT(MillisecondsSince(start), kSoon);
  EXPECT_TRUE(HostsOf(getpid()).empty()) << "it ended with the call";
}

TEST_F(Deadline, HandlesMayGoDuringCallsOfOtherThreads) {
  auto session = std::make_unique<Session>(Start());
  std::vector<std::thread> callers;
  std::atomic<int> right{0};
  for (int i = 0; i < 3; ++i)
    callers.emplace_back([&, sleep = session->Load(Dll("add_cdecl")).Function<int(int)>("sleep_ms")] { right += sleep(300) == 300; });
  usleep(100000);
  session.reset();
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(right, 3) << "a session ends with its last handle";
}

}  // namespace
}  // namespace bridge::testing
