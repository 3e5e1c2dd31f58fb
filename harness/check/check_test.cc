// SPDX-License-Identifier: MIT
#include "harness/check/check.h"

#include <gtest/gtest.h>

namespace spanproof {
namespace {

Value Int16(std::uint16_t number) { return Value{Scalar{Kind::kInt16, 2, number}}; }

Value PointerTo(std::string name) {
  return Value{Pointer{Pointer::To::kObject, std::move(name), 0, 0}};
}

StepRecord Call() {
  StepRecord record;
  record.step = "call";
  record.target = "f";
  record.arguments = {PointerTo("values")};
  const NamedValue values{"values", Value{Packed{Kind::kInt16, 2, {1, 0, 4, 0}}}};
  record.before = {values};
  record.after = {values};
  record.result = Int16(7);
  record.events = {PrintedText{Stream::kStdout, "len = 2\n"}};
  return record;
}

TEST(CheckStep, IsContentWithWhatIsExpected) {
  Expectation expect;
  expect.result = Value{Scalar{Kind::kInt32, 4, 7}};
  expect.objects = {{"values", Value{Packed{Kind::kInt16, 2, {1, 0, 4, 0}}}}};
  expect.text = "len = 2\n";
  EXPECT_TRUE(CheckStep(expect, Call()).empty());
}

TEST(CheckStep, NamesTheByteThatIsWrong) {
  Expectation expect;
  expect.objects = {{"values", Value{Packed{Kind::kInt16, 2, {1, 0, 3, 0}}}}};
  EXPECT_EQ(CheckStep(expect, Call()),
            std::vector<std::string>{"argument 0 [1]: expected 3, got 4"});
}

TEST(CheckStep, ChecksResultTextAndLastError) {
  Expectation expect;
  expect.result = Int16(8);
  expect.text = "len = 3\n";
  expect.last_error = 5;
  EXPECT_EQ(CheckStep(expect, Call()),
            (std::vector<std::string>{
                "result: expected 8, got 7",
                "text: expected line 1: \"len = 3\" against \"len = 2\"",
                "last error: expected 5, got none, the testee does not tell it"}));
}

TEST(CheckStep, HoldsCallbacksToTheirOrderAndMemory) {
  CallbackRecord callback;
  callback.callback = "edge";
  callback.arguments = {PointerTo("window")};
  callback.memory = {{Path{0, {std::string("data")}}, Int16(1)}};
  StepRecord record = Call();
  record.events = {callback};
  Expectation expect;
  expect.events = {callback};
  EXPECT_TRUE(CheckStep(expect, record).empty());
  std::get<CallbackRecord>((*expect.events)[0]).memory[0].value = Int16(2);
  EXPECT_EQ(CheckStep(expect, record),
            std::vector<std::string>{"callback 1 argument 0 .data: expected 2, got 1"});
  expect.events->push_back(callback);
  EXPECT_EQ(CheckStep(expect, record).back(),
            "event 2: expected callback edge, got nothing");
}

TEST(CheckStep, AnErrorMustHaveItsCode) {
  StepRecord record;
  record.step = "load";
  record.ending = Ending::kError;
  record.code = 193;
  record.message = "no DLL";
  Expectation expect;
  expect.ending = Ending::kError;
  expect.code = 126;
  EXPECT_EQ(CheckStep(expect, record), std::vector<std::string>{"code: expected 126, got 193"});
  EXPECT_EQ(CheckStep({}, record),
            std::vector<std::string>{"ending: expected returned, got error 193 (no DLL)"});
}

TEST(Judge, TellsCrashesAndTimeoutsFromFailures) {
  Case spec;
  spec.steps.resize(1);
  spec.steps[0].expect.result = Int16(7);
  EXPECT_EQ(Judge(spec, {"c", {Call()}}).outcome, Outcome::kPass);
  EXPECT_EQ(Judge(spec, {"c", {}}).outcome, Outcome::kFail);
  StepRecord crash = Call();
  crash.ending = Ending::kCrash;
  EXPECT_EQ(Judge(spec, {"c", {crash}}).outcome, Outcome::kCrash);
  crash.ending = Ending::kTimeout;
  EXPECT_EQ(Judge(spec, {"c", {crash}}).outcome, Outcome::kTimeout);
}

TEST(Judge, HoldsEachInvocationToItsAnswersSpec) {
  Case spec;
  spec.steps.resize(1);
  spec.steps[0].expect.result = Int16(7);
  CallbackAnswer answer;
  answer.expect_arguments = {Int16(1)};
  spec.callbacks = {{"edge", 0, {answer}, true}};
  CallbackRecord callback;
  callback.callback = "edge";
  callback.arguments = {Int16(2)};
  StepRecord record = Call();
  record.events = {callback};
  EXPECT_EQ(Judge(spec, {"c", {record}}).message,
            "step 1 callback 1 argument 0: expected 1, got 2");
}

CallbackRecord Tick(std::uint16_t number) {
  CallbackRecord record;
  record.callback = "tick";
  record.arguments = {Int16(number)};
  return record;
}

TEST(CheckStep, TakesCallsOfThreadsInAnyOrder) {
  Expectation expect;
  expect.foreign = {Tick(2), Tick(1), Tick(1)};
  StepRecord record = Call();
  record.foreign = {Tick(1), Tick(1), Tick(2)};
  EXPECT_TRUE(CheckStep(expect, record).empty());
  record.foreign[0] = Tick(3);
  EXPECT_EQ(CheckStep(expect, record), std::vector<std::string>{"foreign callback argument 0: expected 1, got 3"});
  record.foreign.erase(record.foreign.begin());
  EXPECT_EQ(CheckStep(expect, record), std::vector<std::string>{"foreign callback: expected tick, got nothing"});
}

TEST(CheckStep, HoldsAnErrorToItsKindAndAFaultToItsModule) {
  Expectation expect;
  expect.ending = Ending::kError;
  expect.kind = "raised";
  StepRecord record = Call();
  record.ending = Ending::kError;
  record.kind = "internal";
  EXPECT_EQ(CheckStep(expect, record), std::vector<std::string>{"kind: expected raised, got internal"});
  expect.ending = record.ending = Ending::kFault;
  expect.kind.clear();
  expect.module = "faults.dll";
  EXPECT_EQ(CheckStep(expect, record), std::vector<std::string>{"module: expected faults.dll, got none"});
}

TEST(Judge, NamesTheCallInsideACallback) {
  Case spec;
  spec.steps.emplace_back();
  CallbackAnswer answer;
  answer.steps.emplace_back();
  answer.steps[0].expect.result = Int16(7);
  spec.callbacks = {{"tick", 0, {{}, answer}, false}};
  StepRecord outer = Call(), inside = Call();
  CallbackRecord first = Tick(1), second = Tick(2);
  second.nth = 1;
  second.steps = {inside};
  second.steps[0].events.clear();
  outer.events = {second, first};
  EXPECT_EQ(Judge(spec, {"a.b", {outer}}).message, "");
  std::get<CallbackRecord>(outer.events[0]).steps[0].result = Int16(8);
  EXPECT_EQ(Judge(spec, {"a.b", {outer}}).message, "step 1 callback 1 step 1 result: expected 7, got 8");
  std::get<CallbackRecord>(outer.events[0]).steps.clear();
  EXPECT_EQ(Judge(spec, {"a.b", {outer}}).message, "step 1 callback 1 step 1 was not reached");
}

TEST(Judge, NamesADeepCallByTheEndsOfTheWay) {
  Case spec;
  spec.steps.emplace_back();
  CallbackAnswer answer;
  answer.steps.emplace_back();
  answer.steps[0].expect.result = Int16(7);
  spec.callbacks = {{"tick", 0, {answer}, true}};
  StepRecord record = Call();
  record.result = Int16(8);
  record.events.clear();
  for (int depth = 0; depth < 6; ++depth) {
    CallbackRecord callback = Tick(1);
    callback.steps = {record};
    record.events = {callback};
    record.result = Int16(7);
  }
  EXPECT_EQ(Judge(spec, {"a.b", {record}}).message,
            "step 1 callback 1 step 1 callback 1 step 1 (… 2 more) callback 1 step 1 callback 1 step 1 result: expected 7, got 8");
}

TEST(Judge, AnEndOfTheProcessIsACrashUnlessItIsExpected) {
  Case spec;
  spec.steps.resize(2);
  spec.steps[1].due = false;
  StepRecord record = Call();
  record.ending = Ending::kEnded;
  EXPECT_EQ(Judge(spec, {"a.b", {record}}).outcome, Outcome::kCrash);
  spec.steps[0].expect.ending = Ending::kEnded;
  EXPECT_EQ(Judge(spec, {"a.b", {record}}).outcome, Outcome::kPass);
  spec.steps[1].due = true;
  EXPECT_EQ(Judge(spec, {"a.b", {record}}).message, "step 2 was not reached");
}

}  // namespace
}  // namespace spanproof
