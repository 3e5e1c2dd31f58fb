// SPDX-License-Identifier: MIT
#include "harness/run/case_runner.h"

#include <gtest/gtest.h>

namespace spanproof {
namespace {

Value Int32(std::uint32_t number) { return Value{Scalar{Kind::kInt32, 4, number}}; }

// Answers everything well, notes what it was asked, and calls `edge` as often
// as a test says.
class FakeTestee : public Testee {
 public:
  std::vector<std::string> asked;
  std::map<std::string, Value> objects;
  int callbacks = 0;
  std::optional<TesteeError> call_error, load_error;

  Answer<TesteeDescription> Hello() override { return TesteeDescription{}; }
  Answer<void> Types(const TypeTable&) override { return Note("types"); }
  Answer<void> Load(const std::string& module, const std::string& path) override {
    Note("load " + module + " " + path);
    if (load_error) return tl::unexpected(*load_error);
    return {};
  }
  Answer<void> Unload(const std::string& module) override { return Note("unload " + module); }
  Answer<void> Bind(const TypeTable&, const FunctionSpec& function) override {
    return Note("bind " + function.name);
  }
  Answer<void> Object(const TypeTable&, const ObjectSpec& object) override {
    objects[object.name] = object.initial.value_or(Value{});
    return Note("object " + object.name + (object.initial ? "" : " empty"));
  }
  Answer<void> Callback(const TypeTable&, const CallbackSpec& callback) override {
    return Note("callback " + callback.name);
  }
  Answer<void> Write(const std::string& object, const Value& value) override {
    objects[object] = value;
    return Note("write " + object);
  }
  Answer<Value> Read(const std::string& object) override { return objects[object]; }
  Answer<Pointer> Data(const TypeTable&, const DataSpec& data) override {
    Note("data " + data.symbol);
    return Pointer{Pointer::To::kForeign, "dll1", 0, 0};
  }
  Answer<Value> ReadAt(const TypeTable&, TypeId, const Pointer& place) override {
    Note("read at " + Show(Value{place}));
    return Int32(7);
  }
  Answer<void> WriteAt(const TypeTable&, TypeId, const Pointer& place, const Value& value) override {
    if (place.to == Pointer::To::kObject) objects[place.name] = value;
    return Note("write at " + Show(Value{place}) + " " + Show(value));
  }
  tl::expected<CallOutcome, CallTrouble> Call(const std::string& function,
                                              const std::vector<Value>&,
                                              const std::vector<std::string>& after,
                                              const CallbackHandler& handler) override {
    Note("call " + function);
    CallOutcome outcome;
    for (int i = 0; i < callbacks; ++i) {
      CallbackRecord record;
      record.callback = "edge";
      const auto reply = handler(record);
      if (!reply) {
        return tl::unexpected(
            CallTrouble{{Trouble::kInternal, 0, reply.error().message}, outcome.events});
      }
      record.answer = reply->answer;
      outcome.events.emplace_back(record);
    }
    if (call_error) return tl::unexpected(CallTrouble{*call_error, outcome.events});
    for (const std::string& name : after) outcome.objects.push_back({name, objects[name]});
    outcome.result = Int32(7);
    return outcome;
  }
  Answer<void> Reset() override { return Note("reset"); }
  Answer<void> Bye() override { return Note("bye"); }

 private:
  Answer<void> Note(std::string what) {
    asked.push_back(std::move(what));
    return {};
  }
};

class CaseRunnerTest : public testing::Test {
 protected:
  CaseRunnerTest() {
    file_.modules = {{"m", "m.dll"}};
    file_.functions = {{"f", "m", "f", {}}};
    spec_.id = "a.b";
    Step call;
    call.step = "call";
    call.target = "f";
    spec_.steps = {call};
  }

  CaseRun Run() { return runner_.Run(spec_); }

  FakeTestee testee_;
  TesteeDescription description_;
  CaseFile file_;
  Case spec_;
  CaseRunner runner_{&testee_, description_, file_,
                     [](const ModuleSpec& module) { return "/dlls/" + module.file; }};
};

TEST_F(CaseRunnerTest, LoadsAndBindsBeforeTheFirstUseOnly) {
  EXPECT_FALSE(Run().outcome);
  EXPECT_FALSE(Run().outcome);
  EXPECT_EQ(testee_.asked,
            (std::vector<std::string>{"types", "load m /dlls/m.dll", "bind f", "call f", "reset",
                                      "call f"}));
}

TEST_F(CaseRunnerTest, GoesWhereAVariableLiesAndAsksForItOnce) {
  file_.data = {{"counter", "m", "g_counter", 0}};
  Step read;
  read.step = "read";
  read.target = "data:counter";
  read.place.data = "counter";
  Step write = read;
  write.step = "write";
  write.place.pointer.offset = 4;
  write.arguments = {Int32(9)};
  spec_.steps = {read, write};
  const CaseRun run = Run();
  EXPECT_EQ(testee_.asked, (std::vector<std::string>{"types", "load m /dlls/m.dll", "data g_counter",
                                                     "read at dll1+0", "write at dll1+4 9"}));
  EXPECT_EQ(run.record.steps[0].result, Int32(7));
  EXPECT_EQ(run.record.steps[0].type, "void");
  EXPECT_EQ(run.record.steps[1].arguments, std::vector<Value>{Int32(9)});
  Run();  // reset took the names of the DLL's memory away
  EXPECT_EQ(testee_.asked[6], "data g_counter");
}

TEST_F(CaseRunnerTest, SeesWhatAStepWroteIntoAnObject) {
  spec_.objects = {{"x", 0, Int32(1)}};
  Step write;
  write.step = "write";
  write.target = "&x+0";
  write.place.pointer = Pointer{Pointer::To::kObject, "x", 0, 0};
  write.arguments = {Int32(2)};
  spec_.steps.insert(spec_.steps.begin(), write);
  const CaseRun run = Run();
  ASSERT_EQ(run.record.steps.size(), 2u);
  EXPECT_EQ(run.record.steps[1].before[0].value, Int32(2));
}

TEST_F(CaseRunnerTest, MakesObjectsAfterThoseTheyPointAt) {
  const auto pointer = [](const char* name) {
    return Value{Pointer{Pointer::To::kObject, name, 0, 0}};
  };
  spec_.objects = {{"image", 0, pointer("pixels")}, {"pixels", 0, Int32(1)}};
  EXPECT_FALSE(Run().outcome);
  EXPECT_EQ(testee_.asked[1], "object pixels");
  EXPECT_EQ(testee_.asked[2], "object image");
}

TEST_F(CaseRunnerTest, ClosesARingOfObjectsByAWrite) {
  const auto pointer = [](const char* name) {
    return Value{Pointer{Pointer::To::kObject, name, 0, 0}};
  };
  spec_.objects = {{"a", 0, pointer("b")}, {"b", 0, pointer("a")}};
  const CaseRun run = Run();
  EXPECT_FALSE(run.outcome);
  EXPECT_EQ((std::vector<std::string>(testee_.asked.begin() + 1, testee_.asked.begin() + 4)),
            (std::vector<std::string>{"object a empty", "object b", "write a"}));
  EXPECT_EQ(run.record.steps[0].before[0].value, pointer("b"));
}

TEST_F(CaseRunnerTest, MakesACallbackWhereTheStepIsAboutIt) {
  Step make;
  make.step = "make";
  make.target = "seen_t";
  make.expect.ending = Ending::kError;
  spec_.steps = {make};
  const CaseRun run = Run();
  EXPECT_FALSE(run.outcome);
  EXPECT_EQ(testee_.asked, (std::vector<std::string>{"types", "callback made"}));
  EXPECT_EQ(run.record.steps[0].target, "seen_t");
}

TEST_F(CaseRunnerTest, AnswersCallbacksInOrderAndSaysWhenAnswersRunOut) {
  CallbackAnswer first, second;
  first.answer = Int32(1);
  second.answer = Int32(2);
  spec_.callbacks = {{"edge", 0, {first, second}, true}};
  testee_.callbacks = 3;
  const CaseRun repeated = Run();
  ASSERT_EQ(repeated.record.steps[0].events.size(), 3u);
  EXPECT_EQ(std::get<CallbackRecord>(repeated.record.steps[0].events[2]).answer, Int32(2));
  spec_.callbacks[0].repeat_last = false;
  const CaseRun exhausted = Run();
  EXPECT_EQ(exhausted.record.steps[0].ending, Ending::kError);
  EXPECT_EQ(exhausted.record.steps[0].message,
            "callback edge was called 3 times, the case answers 2");
}

TEST_F(CaseRunnerTest, AttributesACrashToItsStepAndStops) {
  spec_.steps.push_back(spec_.steps[0]);
  testee_.call_error = TesteeError{Trouble::kCrash, 139, "the testee was ended by signal 11"};
  const CaseRun run = Run();
  EXPECT_FALSE(run.testee_alive);
  EXPECT_FALSE(run.outcome);
  ASSERT_EQ(run.record.steps.size(), 1u);
  EXPECT_EQ(run.record.steps[0].ending, Ending::kCrash);
  EXPECT_EQ(run.record.steps[0].code, 139u);
}

TEST_F(CaseRunnerTest, GoesOnAfterAnErrorOfTheTestees) {
  spec_.steps.push_back(spec_.steps[0]);
  testee_.load_error = TesteeError{Trouble::kOs, 126, "no such module"};
  const CaseRun run = Run();
  EXPECT_TRUE(run.testee_alive);
  ASSERT_EQ(run.record.steps.size(), 2u);
  EXPECT_EQ(run.record.steps[1].ending, Ending::kError);
  EXPECT_EQ(run.record.steps[1].code, 126u);
}

TEST_F(CaseRunnerTest, WhatATesteeCannotDoMakesTheCaseUnsupported) {
  testee_.call_error = TesteeError{Trouble::kUnsupported, 0, "no by-value structs"};
  EXPECT_EQ(Run().outcome, Outcome::kUnsupported);
  testee_.call_error = TesteeError{Trouble::kCancelled, 0, "the run was interrupted"};
  EXPECT_EQ(Run().outcome, Outcome::kNotRun);
}

TEST_F(CaseRunnerTest, ARefusalThatTheStepExpectsIsAnError) {
  testee_.call_error = TesteeError{Trouble::kUnsupported, 0, "no by-value structs"};
  spec_.steps[0].expect.ending = Ending::kError;
  const CaseRun run = Run();
  EXPECT_FALSE(run.outcome);
  ASSERT_EQ(run.record.steps.size(), 1u);
  EXPECT_EQ(run.record.steps[0].ending, Ending::kError);
  EXPECT_EQ(run.record.steps[0].message, "no by-value structs");
}

}  // namespace
}  // namespace spanproof
