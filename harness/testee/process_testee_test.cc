// SPDX-License-Identifier: MIT
#include "harness/testee/process_testee.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

namespace spanproof {
namespace {

using std::chrono::milliseconds;

std::unique_ptr<Testee> Start(const std::string& mode, int cancel = -1, milliseconds deadline = milliseconds(500)) {
  ProcessTesteeOptions options;
  options.command.arguments = {SPANPROOF_FAULTY, mode};
  options.start_deadline = milliseconds(2000);
  options.deadline = deadline;
  options.cancel = cancel;
  return std::move(*StartProcessTestee(options));
}

// What a call comes to in a testee of that mode.
TesteeError CallOn(const std::string& mode, milliseconds deadline = milliseconds(500)) {
  const auto testee = Start(mode, -1, deadline);
  const auto hello = testee->Hello();
  if (!hello) return hello.error();
  const auto called = testee->Call({"f", {}});
  if (called) return {Trouble::kInternal, 0, "no trouble"};
  EXPECT_FALSE(called.error().error.alive());
  EXPECT_FALSE(testee->Reset()) << "an ended testee answers nothing";
  return called.error().error;
}

TEST(ProcessTestee, AWellBehavedOneAnswersAndEndsWithStatus0) {
  const auto testee = Start("good");
  const auto hello = testee->Hello();
  ASSERT_TRUE(hello) << hello.error().message;
  EXPECT_EQ(hello->name, "faulty");
  EXPECT_TRUE(hello->Can("call"));
  EXPECT_TRUE(testee->Call({"f", {}}));
  const auto bye = testee->Bye();
  EXPECT_TRUE(bye) << bye.error().message;
}

TEST(ProcessTestee, ACrashIsToldWithSignalAndLastWords) {
  const TesteeError error = CallOn("crash");
  EXPECT_EQ(error.trouble, Trouble::kCrash);
  EXPECT_EQ(error.code, 128u + SIGABRT);
  EXPECT_NE(error.message.find("signal 6"), std::string::npos) << error.message;
  EXPECT_NE(error.message.find("the last words"), std::string::npos) << error.message;
}

TEST(ProcessTestee, Status0WithoutAGoodbyeIsACrash) {
  const TesteeError error = CallOn("exit0");
  EXPECT_EQ(error.trouble, Trouble::kCrash);
  EXPECT_NE(error.message.find("without a goodbye"), std::string::npos) << error.message;
}

TEST(ProcessTestee, AnEarlyEndIsToldWithItsLastWords) {
  const TesteeError error = CallOn("early");
  EXPECT_EQ(error.trouble, Trouble::kCrash);
  EXPECT_EQ(error.code, 3u);
  EXPECT_NE(error.message.find("no such thing as a beginning"), std::string::npos);
}

TEST(ProcessTestee, AFrameCutShortIsACrashInItsMiddle) {
  const TesteeError error = CallOn("short");
  EXPECT_EQ(error.trouble, Trouble::kCrash);
  EXPECT_NE(error.message.find("in the middle of a frame"), std::string::npos) << error.message;
}

TEST(ProcessTestee, SilenceEndsAtTheDeadline) {
  for (const char* mode : {"hang", "closed", "deaf"}) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(CallOn(mode).trouble, Trouble::kTimeout) << mode;
    EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(4000));
  }
}

TEST(ProcessTestee, ChatterDoesNotKeepADeadlineFromPassing) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(CallOn("chatter").trouble, Trouble::kTimeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(8000));
}

TEST(ProcessTestee, WhoTalksWithoutListeningIsEndedBeforeMemoryIs) {
  const TesteeError error = CallOn("drown", milliseconds(60000));
  EXPECT_EQ(error.trouble, Trouble::kGarbage);
  EXPECT_NE(error.message.find("without listening"), std::string::npos) << error.message;
}

TEST(ProcessTestee, GarbageIsToldApart) {
  for (const char* mode : {"garbage", "nojson", "unasked", "oversize", "flood", "deep"}) {
    EXPECT_EQ(CallOn(mode).trouble, Trouble::kGarbage) << mode;
  }
}

TEST(ProcessTestee, WhatLeftTheGroupIsEndedByItsMark) {
  EXPECT_EQ(CallOn("stray").code, 7u);
  // The stray bears the mark of a testee that is gone: nothing with this name is left.
  const auto listed = popen("pgrep -fc '" SPANPROOF_FAULTY " stray'", "r");
  ASSERT_NE(listed, nullptr);
  char line[16] = "";
  EXPECT_NE(std::fgets(line, sizeof line, listed), nullptr);
  pclose(listed);
  // pgrep -f finds the shell that popen started, and that alone.
  EXPECT_LE(std::atoi(line), 1);
}

TEST(ProcessTestee, ABadEndAfterTheGoodbyeIsTold) {
  const auto testee = Start("badend");
  ASSERT_TRUE(testee->Hello());
  const auto bye = testee->Bye();
  ASSERT_FALSE(bye);
  EXPECT_EQ(bye.error().code, 9u);
}

TEST(ProcessTestee, StopsWhenCancelled) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const auto testee = Start("hang", ends[0]);
  ASSERT_TRUE(testee->Hello());
  std::thread stopper([&] {
    std::this_thread::sleep_for(milliseconds(50));
    EXPECT_EQ(write(ends[1], "x", 1), 1);
  });
  const auto called = testee->Call({"f", {}});
  stopper.join();
  ASSERT_FALSE(called);
  EXPECT_EQ(called.error().error.trouble, Trouble::kCancelled);
  close(ends[0]);
  close(ends[1]);
}

TEST(ProcessTestee, AMissingProgramIsAnError) {
  ProcessTesteeOptions options;
  options.command.arguments = {"/nonexistent/testee"};
  const auto testee = StartProcessTestee(options);
  ASSERT_FALSE(testee);
  EXPECT_NE(testee.error().message.find("/nonexistent/testee"), std::string::npos);
}

}  // namespace
}  // namespace spanproof
