// SPDX-License-Identifier: MIT
// Calls that overlap, and callbacks of any thread, against a testee that plays a
// script (fixtures/testees/faulty/scripted.cc).
#include <gtest/gtest.h>

#include "harness/testee/process_testee.h"

namespace spanproof {
namespace {

using std::chrono::milliseconds;

// The testee plays `script`, once it was greeted.
std::unique_ptr<Testee> Play(const std::string& script) {
  ProcessTesteeOptions options;
  options.command.arguments = {SPANPROOF_SCRIPTED, script};
  options.start_deadline = milliseconds(5000);
  options.deadline = milliseconds(2000);
  auto testee = std::move(*StartProcessTestee(options));
  const auto hello = testee->Hello();
  EXPECT_TRUE(hello) << hello.error().message;
  return testee;
}

CallRequest On(const std::string& thread, const std::string& function = "f") {
  CallRequest request;
  request.function = function;
  request.thread = thread;
  return request;
}

const CallbackRecord& CallbackOf(const std::vector<Event>& events, std::size_t index) {
  return std::get<CallbackRecord>(events.at(index));
}

// Both calls are asked for before either is answered, and answers come in
// another order; the next of a list follows its own.
TEST(RequestPump, CallsOverlapAndFollowOneAnother) {
  const auto testee = Play(R"(
    < "id":2,"op":"call","thread":"a"
    < "id":3,"op":"call","thread":"b"
    > {"re":3,"ok":true,"result":"i32:00000003"}
    < "id":4,"op":"call","thread":"b"
    > {"re":4,"ok":true,"result":"i32:00000004"}
    > {"re":2,"ok":true,"result":"i32:00000002"}
  )");
  std::vector<std::string> heard;
  testee->CallInParallel({{On("a")}, {On("b"), On("b")}}, [&](std::size_t list, std::size_t index, CallResult result) {
    ASSERT_TRUE(result) << result.error().error.message;
    heard.push_back(std::to_string(list) + "." + std::to_string(index) + " " + Show(result->result));
  });
  EXPECT_EQ(heard, (std::vector<std::string>{"1.0 3", "1.1 4", "0.0 2"}));
  EXPECT_TRUE(testee->Bye());
}

// The first thread's handler needs two calls, between which the second thread's
// handler begins and waits for the first: nobody may stand in the other's way.
TEST(RequestPump, HandlersOfTwoThreadsDoNotWaitForEachOther) {
  const auto testee = Play(R"(
    < "id":2,"op":"call","thread":"a"
    < "id":3,"op":"call","thread":"b"
    > {"op":"callback","id":1,"call":2,"thread":"a","callback":"two","args":[]}
    < "id":4,"op":"call","parent":1,"thread":"a"
    > {"op":"callback","id":2,"call":3,"thread":"b","callback":"one","args":[]}
    < "id":5,"op":"call","parent":2,"thread":"b"
    > {"re":4,"ok":true,"result":null}
    < "id":6,"op":"call","parent":1,"thread":"a"
    > {"re":5,"ok":true,"result":null}
    < "ok":true,"re":2
    > {"re":6,"ok":true,"result":null}
    < "ok":true,"re":1
    > {"re":2,"ok":true,"result":null}
    > {"re":3,"ok":true,"result":null}
  )");
  testee->Serve([](CallbackRecord* record) -> Expected<CallbackPlan> {
    CallbackPlan plan;
    plan.calls.assign(record->callback == "two" ? 2 : 1, On("", "g"));
    return plan;
  });
  std::size_t inside = 0;
  testee->CallInParallel({{On("a")}, {On("b")}}, [&](std::size_t, std::size_t, CallResult result) {
    ASSERT_TRUE(result) << result.error().error.message;
    inside += CallbackOf(result->events, 0).steps.size();
  });
  EXPECT_EQ(inside, 3u);
  EXPECT_TRUE(testee->Bye());
}

TEST(RequestPump, CallsInsideCallbacksNest) {
  const auto testee = Play(R"(
    < "id":2,"op":"call"
    > {"op":"callback","id":1,"call":2,"callback":"edge","args":["i32:00000001"],"events":[{"text":"one"}]}
    < "id":3,"op":"call","parent":1
    > {"op":"callback","id":2,"call":3,"callback":"edge","args":["i32:00000002"]}
    < "id":4,"op":"call","parent":2
    > {"re":4,"ok":false,"error":{"kind":"fault","code":3221225477,"address":"0x71001234","module":"m.dll","offset":"0x1234"}}
    < "error":{"code":0,"kind":"invalid","message":"enough"},"ok":false,"re":2
    > {"re":3,"ok":false,"error":{"kind":"raised","message":"enough"}}
    < "ok":true,"re":1,"return":null
    > {"re":2,"ok":true,"result":null,"events":[{"text":"two"}]}
  )");
  int depth = 0;
  testee->Serve([&](CallbackRecord*) -> Expected<CallbackPlan> {
    CallbackPlan plan;
    plan.calls = {On("", "g")};
    if (++depth == 2) plan.raise = "enough";
    return plan;
  });
  const auto called = testee->Call(On(""));
  ASSERT_TRUE(called) << called.error().error.message;
  ASSERT_EQ(called->events.size(), 3u);
  const CallbackRecord& outer = CallbackOf(called->events, 1);
  ASSERT_EQ(outer.steps.size(), 1u);
  EXPECT_EQ(outer.steps[0].ending, Ending::kError);
  EXPECT_EQ(outer.steps[0].kind, "raised");
  const CallbackRecord& inner = CallbackOf(outer.steps[0].events, 0);
  EXPECT_EQ(inner.raised, "enough");
  ASSERT_EQ(inner.steps.size(), 1u);
  EXPECT_EQ(inner.steps[0].ending, Ending::kFault);
  EXPECT_EQ(inner.steps[0].module, "m.dll");
  EXPECT_NE(inner.steps[0].message.find("m.dll+0x1234"), std::string::npos) << inner.steps[0].message;
  EXPECT_TRUE(testee->Bye());
}

TEST(RequestPump, ThreadsOfTheDllCallWhenTheyWant) {
  const auto testee = Play(R"(
    < "id":2,"op":"reset"
    > {"op":"callback","id":1,"thread":"dll1","callback":"tick","args":["i32:00000001"]}
    < "ok":true,"re":1
    > {"op":"callback","id":2,"thread":"dll2","callback":"tick","args":["i32:00000002"]}
    < "id":3,"op":"call","parent":2,"thread":"dll2"
    > {"op":"callback","id":3,"call":3,"thread":"dll2","callback":"edge","args":[]}
    < "ok":true,"re":3
    > {"re":2,"ok":true}
    > {"re":3,"ok":true,"result":null}
    < "ok":true,"re":2
    > {"op":"callback","id":4,"thread":"dll1","callback":"tick","args":["i32:00000003"]}
    < "ok":true,"re":4
  )");
  testee->Serve([](CallbackRecord* record) -> Expected<CallbackPlan> {
    CallbackPlan plan;
    if (Show(record->arguments.empty() ? Value{} : record->arguments[0]) == "2") plan.calls = {On("", "g")};
    return plan;
  });
  EXPECT_TRUE(testee->Reset());
  const auto first = testee->AwaitForeign("tick", 2);
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_EQ(first->size(), 2u);
  EXPECT_EQ(Show((*first)[1].arguments.at(0)), "2");
  EXPECT_EQ((*first)[1].steps.at(0).events.size(), 1u);
  const auto second = testee->AwaitForeign("tick", 1);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(Show(second->at(0).arguments.at(0)), "3");
  EXPECT_TRUE(testee->TakeForeign().empty());
  EXPECT_TRUE(testee->Bye());
}

TEST(RequestPump, WaitingInVainSaysHowOftenItWasCalled) {
  const auto testee = Play(R"(
    > {"op":"callback","id":1,"thread":"dll1","callback":"tick","args":[]}
    < "ok":true,"re":1
    hang
  )");
  testee->Serve([](CallbackRecord*) -> Expected<CallbackPlan> { return CallbackPlan{}; });
  const auto waited = testee->AwaitForeign("tick", 2);
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().trouble, Trouble::kTimeout);
  EXPECT_NE(waited.error().message.find("tick was called 1 of 2 times"), std::string::npos) << waited.error().message;
}

TEST(RequestPump, ADeadlineIsKeptByWhoeverCan) {
  CallRequest kept = On("");
  kept.deadline = milliseconds(50);
  kept.repeat = 3;
  kept.testee_keeps_deadline = true;
  const auto able = Play(R"(
    < "deadline_ms":50,"function":"f","id":2,"op":"call","repeat":3
    > {"re":2,"ok":false,"error":{"kind":"timeout","message":"50 ms passed"}}
  )");
  const auto answered = able->Call(kept);
  ASSERT_FALSE(answered);
  EXPECT_EQ(answered.error().error.trouble, Trouble::kDeadline);
  EXPECT_TRUE(able->Bye());
  kept.testee_keeps_deadline = false;
  const auto unable = Play("hang");
  const auto begin = std::chrono::steady_clock::now();
  const auto ended = unable->Call(kept);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().error.trouble, Trouble::kTimeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(1500)) << "the testee's own is 2 s";
}

TEST(RequestPump, ACrashEndsAllThatWasUnderWay) {
  const auto testee = Play(R"(
    < "id":2,"op":"call","thread":"a"
    < "id":3,"op":"call","thread":"b"
    > {"op":"callback","id":1,"call":3,"thread":"b","callback":"edge","args":[]}
    < "id":4,"op":"call","parent":1,"thread":"b"
    exit 7
  )");
  testee->Serve([](CallbackRecord*) -> Expected<CallbackPlan> {
    CallbackPlan plan;
    plan.calls = {On("", "g")};
    return plan;
  });
  std::size_t heard = 0;
  testee->CallInParallel({{On("a"), On("a")}, {On("b")}}, [&](std::size_t list, std::size_t, CallResult result) {
    ++heard;
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().error.trouble, Trouble::kCrash);
    EXPECT_EQ(result.error().error.code, 7u);
    if (list == 1) {
      EXPECT_EQ(CallbackOf(result.error().events, 0).steps.at(0).ending, Ending::kCrash);
    }
  });
  EXPECT_EQ(heard, 2u);
}

// The testee gets its answer all the same, but nobody saw it.
TEST(RequestPump, WhatEndsTheProcessInsideACallbackLosesItsAnswer) {
  const auto testee = Play(R"(
    < "id":2,"op":"call"
    > {"op":"callback","id":1,"call":2,"callback":"edge","args":[]}
    < "id":3,"op":"call","parent":1
    > {"re":3,"ok":false,"error":{"kind":"ended","code":7,"message":"it ended"}}
    < "ok":true,"re":1
    > {"re":2,"ok":false,"error":{"kind":"ended","code":7,"message":"it ended"}}
  )");
  testee->Serve([](CallbackRecord*) -> Expected<CallbackPlan> {
    CallbackPlan plan;
    plan.calls = {On("", "g"), On("", "g")};
    plan.answer = Value{Scalar{}};
    return plan;
  });
  const auto called = testee->Call(On(""));
  ASSERT_FALSE(called);
  EXPECT_EQ(called.error().error.trouble, Trouble::kEnded);
  EXPECT_EQ(called.error().error.code, 7u);
  const CallbackRecord& callback = CallbackOf(called.error().events, 0);
  ASSERT_EQ(callback.steps.size(), 1u);
  EXPECT_EQ(callback.steps[0].ending, Ending::kEnded);
  EXPECT_EQ(callback.answer, Value{});
  EXPECT_TRUE(testee->Bye());
}

// Each breaks a rule of TESTEE.md's messages inside call 2, and hears which.
TEST(RequestPump, SaysWhatWasOutOfOrder) {
  const std::string callback = R"({"op":"callback","id":1,"call":2,"callback":"edge","args":[]})";
  const std::string tick = R"({"op":"callback","id":1,"thread":"dll1","callback":"tick","args":[]})";
  const std::string tock = R"({"op":"callback","id":2,"thread":"dll1","callback":"tick","args":[]})";
  struct Wrong {
    std::string script, message;
  };
  for (const Wrong& wrong : {
           Wrong{"> " + callback + "\n< \"id\":3\n> {\"re\":3,\"ok\":true}\n> {\"re\":3,\"ok\":true}",
                 "request 3 is answered twice"},
           {"> " + callback + "\n< \"id\":3\n> {\"re\":2,\"ok\":true}", "call f is answered while call g inside it is open"},
           {"> " + callback + "\n< \"id\":3\n> " + callback, "a callback without an id of its own"},
           {R"(> {"op":"callback","call":2,"callback":"edge","args":[]})", "a callback without an id of its own"},
           {R"(> {"op":"callback","id":1,"call":77,"callback":"edge","args":[]})", "a callback belongs to no call"},
           {R"(> {"op":"callback","id":1,"call":2,"thread":"dll1","callback":"edge","args":[]})",
            "a callback of call f on thread \"dll1\", where nothing is under way"},
           {R"(> {"op":"callback","id":1,"thread":"other","callback":"edge","args":[]})",
            "a callback on thread \"other\" belongs to no call"},
           {"> " + tick + "\n< \"id\":3\n> " + tock, "a callback on dll1 while call g is open there"},
           {"> {\"re\":4711,\"ok\":true}", "a message answers nothing that was asked"},
       }) {
    const auto testee = Play("< \"id\":2\n" + wrong.script + "\nhang");
    testee->Serve([](CallbackRecord*) -> Expected<CallbackPlan> {
      CallbackPlan plan;
      plan.calls = {On("", "g")};
      return plan;
    });
    const auto called = testee->Call(On(""));
    ASSERT_FALSE(called) << wrong.message;
    EXPECT_EQ(called.error().error.trouble, Trouble::kGarbage) << called.error().error.message;
    EXPECT_NE(called.error().error.message.find(wrong.message), std::string::npos) << called.error().error.message;
  }
}

TEST(RequestPump, ACallInsideACallbackThatIsNeverAnsweredIsNamed) {
  const auto testee = Play(R"(
    < "id":2
    > {"op":"callback","id":1,"call":2,"callback":"edge","args":[]}
    < "id":3
    hang
  )");
  testee->Serve([](CallbackRecord*) -> Expected<CallbackPlan> {
    CallbackPlan plan;
    plan.calls = {On("", "g")};
    return plan;
  });
  const auto called = testee->Call(On(""));
  ASSERT_FALSE(called);
  EXPECT_EQ(called.error().error.trouble, Trouble::kTimeout);
  EXPECT_NE(called.error().error.message.find("under way were call f, callback edge, call g"), std::string::npos)
      << called.error().error.message;
}

}  // namespace
}  // namespace spanproof
