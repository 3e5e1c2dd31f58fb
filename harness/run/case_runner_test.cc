// SPDX-License-Identifier: MIT
#include "harness/run/case_runner.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace spanproof {
namespace {

Value Int32(std::uint32_t number) { return Value{Scalar{Kind::kInt32, 4, number}}; }

// Answers everything well, notes what it was asked, and calls `edge` as often
// as a test says. What runs side by side in a testee runs here one after another.
class FakeTestee : public Testee {
 public:
  std::vector<std::string> asked;
  std::map<std::string, Value> objects;
  int callbacks = 0;
  std::optional<TesteeError> call_error, load_error;
  std::vector<CallbackRecord> arriving, foreign;  // by threads, with each call; and not yet taken

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
  Answer<void> BindAt(const TypeTable&, const FunctionSpec& function, const Pointer& code) override {
    return Note("bind " + function.name + " at " + Show(Value{code}));
  }
  Answer<void> Object(const TypeTable&, const ObjectSpec& object) override {
    objects[object.name] = object.initial.value_or(Value{});
    return Note("object " + object.name + (object.initial ? "" : " empty"));
  }
  Answer<void> Callback(const TypeTable&, const CallbackSpec& callback) override {
    return Note("callback " + callback.name);
  }
  Answer<void> DropCallback(const std::string& name) override { return Note("drop callback " + name); }
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
  void Serve(CallbackHandler handler) override { handler_ = std::move(handler); }
  CallResult Call(const CallRequest& request) override {
    Note("call " + request.function + (request.thread.empty() ? "" : " on " + request.thread));
    CallOutcome outcome;
    foreign.insert(foreign.end(), arriving.begin(), arriving.end());
    const int times = std::exchange(callbacks, 0);
    for (int i = 0; i < times; ++i) {
      CallbackRecord record;
      record.callback = "edge";
      const auto plan = handler_(&record);
      if (!plan) {
        return tl::unexpected(CallTrouble{{Trouble::kInternal, 0, plan.error().message}, outcome.events});
      }
      for (const CallRequest& inside : plan->calls) record.steps.push_back(RecordOf(inside, Call(inside)));
      record.answer = plan->answer;
      record.raised = plan->raise;
      outcome.events.emplace_back(record);
    }
    if (call_error) return tl::unexpected(CallTrouble{*call_error, outcome.events});
    for (const std::string& name : request.after) outcome.objects.push_back({name, objects[name]});
    outcome.result = Int32(7);
    return outcome;
  }
  void CallInParallel(const std::vector<std::vector<CallRequest>>& lists, const CallEnded& ended) override {
    Note("parallel");
    for (std::size_t list = lists.size(); list-- > 0;) {
      for (std::size_t i = 0; i < lists[list].size(); ++i) {
        CallResult result = Call(lists[list][i]);
        const bool alive = result || result.error().error.alive();
        ended(list, i, std::move(result));
        if (!alive) return;
      }
    }
  }
  Answer<std::vector<CallbackRecord>> AwaitForeign(const std::string& callback, std::uint64_t count) override {
    Note("wait " + callback + " " + std::to_string(count));
    return TakeForeign();
  }
  std::vector<CallbackRecord> TakeForeign() override { return std::exchange(foreign, {}); }
  Answer<void> Reset() override { return Note("reset"); }
  Answer<void> Bye() override { return Note("bye"); }

 private:
  Answer<void> Note(std::string what) {
    asked.push_back(std::move(what));
    return {};
  }

  CallbackHandler handler_;
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

TEST_F(CaseRunnerTest, ReleasesACallbackWhereTheStepSays) {
  Step release;
  release.step = "release";
  release.target = "edge";
  spec_.steps = {release};
  EXPECT_FALSE(Run().outcome);
  EXPECT_EQ(testee_.asked.back(), "drop callback edge");
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
  testee_.callbacks = 3;
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

TEST_F(CaseRunnerTest, MakesTheCallsOfABlockOnTheirThreadsAndRecordsThemInTheirOrder) {
  description_.capabilities = {"threads"};
  Step step = spec_.steps[0];
  step.parallel = 1;
  spec_.objects = {{"x", 0, Int32(1)}, {"y", 0, Int32(2)}};
  for (const char* thread : {"t1", "t1", "t2"}) {
    step.thread = thread;
    step.arguments = {Int32(static_cast<std::uint32_t>(spec_.steps.size()))};
    spec_.steps.push_back(step);
  }
  spec_.steps[3].expect.objects = {{"y", Int32(2)}};
  const CaseRun run = Run();
  EXPECT_FALSE(run.outcome);
  ASSERT_EQ(run.record.steps.size(), 4u);
  EXPECT_EQ((std::vector<std::string>(testee_.asked.end() - 4, testee_.asked.end())),
            (std::vector<std::string>{"parallel", "call f on t2", "call f on t1", "call f on t1"}));
  for (std::uint32_t i = 1; i < 4; ++i) EXPECT_EQ(run.record.steps[i].arguments, std::vector<Value>{Int32(i)});
  EXPECT_EQ(run.record.steps[3].thread, "t2");
  EXPECT_EQ(run.record.steps[3].parallel, 1u);
  EXPECT_TRUE(run.record.steps[1].after.empty()) << "what it does not expect is not asked for";
  ASSERT_EQ(run.record.steps[3].after.size(), 1u);
  EXPECT_EQ(run.record.steps[3].after[0].name, "y");
  EXPECT_TRUE(run.record.steps[3].before.empty());
}

TEST_F(CaseRunnerTest, ATesteeThatEndsInABlockEndsTheCase) {
  description_.capabilities = {"threads"};
  spec_.steps[0].parallel = 1;
  spec_.steps.push_back(spec_.steps[0]);
  spec_.steps[1].thread = "t2";
  spec_.steps.push_back(spec_.steps[0]);
  spec_.steps[2].parallel = 0;
  testee_.call_error = TesteeError{Trouble::kCrash, 139, "gone"};
  const CaseRun run = Run();
  EXPECT_FALSE(run.testee_alive);
  EXPECT_FALSE(run.outcome);
  ASSERT_EQ(run.record.steps.size(), 2u);
  for (const StepRecord& step : run.record.steps) EXPECT_EQ(step.ending, Ending::kCrash);
}

TEST_F(CaseRunnerTest, MakesTheCallsInsideACallback) {
  CallbackAnswer answer;
  answer.steps = {spec_.steps[0]};
  answer.steps[0].target = "g";
  answer.raise = "enough";
  file_.functions.push_back({"g", "m", "g", {}});
  spec_.callbacks = {{"edge", 0, {answer}}};
  testee_.callbacks = 1;
  const CaseRun run = Run();
  EXPECT_EQ(testee_.asked, (std::vector<std::string>{"types", "callback edge", "load m /dlls/m.dll", "bind g", "bind f",
                                                     "call f", "call g"}));
  const auto& called = std::get<CallbackRecord>(run.record.steps.at(0).events.at(0));
  EXPECT_EQ(called.steps.at(0).target, "g");
  EXPECT_EQ(called.steps[0].result, Int32(7));
  EXPECT_EQ(called.raised, "enough");
}

TEST_F(CaseRunnerTest, TakesWhatThreadsOfTheDllCalledInAnOrderOfItsOwn) {
  description_.capabilities = {"foreign_threads"};
  CallbackRecord one, two;
  one.callback = two.callback = "edge";
  one.arguments = {Int32(1)};
  two.arguments = {Int32(2)};
  testee_.foreign = {two};  // of a case before
  testee_.arriving = {two, one};
  Step wait;
  wait.step = "wait";
  wait.target = "edge";
  wait.repeat = 2;
  spec_.steps.push_back(wait);
  const CaseRun waited = Run();
  EXPECT_EQ(testee_.asked.back(), "wait edge 2");
  EXPECT_TRUE(waited.record.steps.at(0).foreign.empty());
  EXPECT_EQ(waited.record.steps.at(1).foreign, (std::vector<CallbackRecord>{one, two}));
  spec_.steps.pop_back();
  spec_.steps[0].expect.foreign.emplace();
  EXPECT_EQ(Run().record.steps.at(0).foreign, (std::vector<CallbackRecord>{one, two}));
}

TEST_F(CaseRunnerTest, WhatIsNotDueIsToldAndNotDone) {
  Step skipped = spec_.steps[0];
  skipped.due = false;
  spec_.steps.push_back(skipped);
  spec_.steps[0].choice = 2;
  testee_.call_error = TesteeError{Trouble::kCrash, 3, "gone"};
  description_.capabilities = {"direct_memory"};
  const CaseRun run = Run();
  ASSERT_EQ(run.record.steps.size(), 2u);
  EXPECT_EQ(run.record.steps[0].ending, Ending::kEnded) << "the testee is the callee's process";
  EXPECT_EQ(run.record.steps[0].code, 3u);
  EXPECT_EQ(run.record.steps[0].choice, 2u);
  EXPECT_FALSE(run.record.steps[1].due);
}

TEST_F(CaseRunnerTest, AfterAnEndOfTheDllsProcessAsksOnlyATesteeThatRestartsIt) {
  spec_.steps.push_back(spec_.steps[0]);
  testee_.call_error = TesteeError{Trouble::kEnded, 3, "the host ended"};
  EXPECT_FALSE(Run().testee_alive);
  description_.capabilities = {"restart"};
  const CaseRun run = Run();
  EXPECT_TRUE(run.testee_alive);
  ASSERT_EQ(run.record.steps.size(), 2u);
  EXPECT_EQ(run.record.steps[1].ending, Ending::kEnded);
}

TEST_F(CaseRunnerTest, BindsCodeThatLiesWhereAPointerSays) {
  description_.capabilities = {"function_pointers"};
  file_.functions.push_back({"at", "", "", {}});
  Step bind, call = spec_.steps[0];
  bind.step = "bind";
  bind.target = call.target = "at";
  bind.pointer = true;
  bind.place.pointer = Pointer{Pointer::To::kForeign, "dll1", 0, 0};
  spec_.steps = {bind, call};
  EXPECT_EQ(Run().record.steps.size(), 2u);
  EXPECT_EQ(testee_.asked, (std::vector<std::string>{"types", "bind at at dll1+0", "call at"}));
  spec_.steps = {call};
  EXPECT_EQ(Run().record.steps.at(0).message, "no step has said where the code of at lies");
}

TEST_F(CaseRunnerTest, DoesNotAskWhatATesteeLacks) {
  spec_.steps[0].thread = "a";
  EXPECT_EQ(Run().outcome, Outcome::kUnsupported);
  spec_.steps[0].expect.ending = Ending::kError;
  EXPECT_EQ(Run().outcome, Outcome::kUnsupported) << "that is not the error which is expected";
  spec_.steps[0].expect.ending.reset();
  spec_.steps[0].thread.clear();
  spec_.steps[0].expect.foreign.emplace();
  EXPECT_EQ(Run().outcome, Outcome::kUnsupported);
  Step bind;
  bind.step = "bind";
  bind.target = "f";
  bind.pointer = true;
  spec_.steps = {bind};
  EXPECT_EQ(Run().outcome, Outcome::kUnsupported);
}

}  // namespace
}  // namespace spanproof
