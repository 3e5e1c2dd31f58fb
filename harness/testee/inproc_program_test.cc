// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "harness/testee/process_testee.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;

// The real program under Wine, spoken to by the protocol; once per engine.
class InprocTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const fs::path folder = SPANPROOF_PE_FOLDER;
    if (std::string(SPANPROOF_WINE).empty() || !fs::exists(folder / "spanproof-inproc.exe")) {
      GTEST_SKIP() << "needs the Windows part and a 64-bit Wine";
    }
    dlls_ = (folder / "dlls").string() + "/";
    ProcessTesteeOptions options;
    options.command.arguments = {SPANPROOF_WINE, (folder / "spanproof-inproc.exe").string(), "--engine", GetParam()};
    auto started = StartProcessTestee(options);
    ASSERT_TRUE(started) << started.error().message;
    testee_ = std::move(*started);
    const auto hello = testee_->Hello();
    ASSERT_TRUE(hello) << hello.error().message;
    EXPECT_EQ(hello->engine, GetParam());
    EXPECT_EQ(hello->abi, Abi::kWin64Gnu);
    EXPECT_FALSE(hello->wine.empty()) << "under Wine it must not pass for native";
  }
  void TearDown() override {
    if (testee_) {
      EXPECT_TRUE(testee_->Bye());
    }
  }

  FunctionSpec Function(const char* name, const char* module, const char* result, std::vector<const char*> arguments) {
    FunctionSpec function{name, module, name, {}};
    function.prototype.result = *types_.Parse(result);
    for (const char* argument : arguments) function.prototype.arguments.push_back(*types_.Parse(argument));
    return function;
  }
  static Value Int(std::uint32_t number) { return Value{Scalar{Kind::kInt32, 4, number}}; }
  TypeTable types_;
  std::string dlls_;
  std::unique_ptr<Testee> testee_;
};

TEST_P(InprocTest, CallsAndKeepsTheLastErrorOfTheDll) {
  ASSERT_TRUE(testee_->Load("add", dlls_ + "add_stdcall.dll"));
  ASSERT_TRUE(testee_->Bind(types_, Function("add_int", "add", "int", {"int", "int"})));
  ASSERT_TRUE(testee_->Bind(types_, Function("set_last_error", "add", "uint32_t", {"uint32_t"})));
  const Value code{Scalar{Kind::kUint32, 4, 1234}};
  const auto set = testee_->Call({"set_last_error", {code}});
  ASSERT_TRUE(set) << set.error().error.message;
  EXPECT_EQ(set->last_error, 1234u);
  const auto added = testee_->Call({"add_int", {Int(40), Int(2)}});
  ASSERT_TRUE(added) << added.error().error.message;
  EXPECT_EQ(added->result, Int(42));
  EXPECT_EQ(added->last_error, 1234u);
}

TEST_P(InprocTest, SaysMissingThingsAsWindowsDoesAndGoesOn) {
  EXPECT_EQ(testee_->Load("none", dlls_ + "none.dll").error().code, 126u);
  EXPECT_EQ(testee_->Load("text", dlls_ + "not_a_dll.dll").error().code, 193u);
  ASSERT_TRUE(testee_->Load("add", dlls_ + "add_cdecl.dll"));
  const auto missing = testee_->Bind(types_, Function("none", "add", "int", {"int"}));
  EXPECT_EQ(missing.error().trouble, Trouble::kOs);
  EXPECT_EQ(missing.error().code, 127u);
  EXPECT_TRUE(testee_->Bind(types_, Function("add_int", "add", "int", {"int", "int"})));
}

TEST_P(InprocTest, KeepsAFloodOfTextAndGivesItToItsCall) {
  ASSERT_TRUE(testee_->Load("foo", dlls_ + "foo_cdecl.dll"));
  ASSERT_TRUE(testee_->Bind(types_, Function("bar", "foo", "int", {"double*", "int"})));
  ASSERT_TRUE(testee_->Object(types_, {"data", *types_.Parse("double[50000]"), std::nullopt}));
  const Value data{Pointer{Pointer::To::kObject, "data", 0, 0}};
  const auto flood = testee_->Call({"bar", {data, Int(50000)}});
  ASSERT_TRUE(flood) << flood.error().error.message;
  std::string text;
  for (const Event& event : flood->events) text += std::get<PrintedText>(event).bytes;
  EXPECT_GT(text.size(), 1000000u);
  EXPECT_TRUE(text.ends_with("data[49999] = 0.000000\r\nlen = 50000\r\n"));
  const auto quiet = testee_->Call({"bar", {data, Int(0)}});
  ASSERT_TRUE(quiet) << quiet.error().error.message;
  ASSERT_EQ(quiet->events.size(), 1u);
  EXPECT_TRUE(std::get<PrintedText>(quiet->events[0]).bytes.ends_with("\r\nlen = 0\r\n"));
}

TEST_P(InprocTest, RefusesByNameWhatNobodyShouldCall) {
  ASSERT_TRUE(testee_->Load("add", dlls_ + "add_cdecl.dll"));
  const auto refusal = [&](FunctionSpec function) -> std::string {
    const auto bound = testee_->Bind(types_, function);
    if (bound) return "bound";
    EXPECT_EQ(bound.error().trouble, Trouble::kRefused) << bound.error().message;
    return bound.error().message;
  };
  FunctionSpec vectorcall = Function("add_int", "add", "int", {"int", "int"});
  vectorcall.prototype.convention = Convention::kVectorcall;
  EXPECT_NE(refusal(vectorcall).find("vectorcall"), std::string::npos);
  FunctionSpec widened = Function("add_int", "add", "int", {"int", "float"});
  widened.prototype.variadic = 1;
  EXPECT_NE(refusal(widened).find("promote it, write \"double\""), std::string::npos);
  widened.prototype.arguments[1] = *types_.Parse("short");
  EXPECT_NE(refusal(widened).find("promote it, write \"int\""), std::string::npos);
  widened.prototype.arguments[1] = *types_.Parse("int");
  widened.prototype.convention = Convention::kStdcall;
  EXPECT_NE(refusal(widened).find("cdecl"), std::string::npos);
}

TEST_P(InprocTest, PassesStructsByValue) {
  ASSERT_TRUE(types_.DefineStruct("Point", {{"x", *types_.Parse("int")}, {"y", *types_.Parse("int")}}));
  ASSERT_TRUE(types_.DefineStruct("Line", {{"from", *types_.Parse("Point")}, {"to", *types_.Parse("Point")}}));
  ASSERT_TRUE(testee_->Types(types_));
  ASSERT_TRUE(testee_->Load("by_value", dlls_ + "by_value_cdecl.dll"));
  ASSERT_TRUE(testee_->Bind(types_, Function("double_point", "by_value", "Point", {"Point"})));
  ASSERT_TRUE(testee_->Bind(types_, Function("double_line", "by_value", "Line", {"Line"})));
  const auto point = [](std::uint32_t x, std::uint32_t y) { return Value{Record{{{"x", Int(x)}, {"y", Int(y)}}}}; };
  const auto one = testee_->Call({"double_point", {point(3, 4)}});
  ASSERT_TRUE(one) << one.error().error.message;
  EXPECT_EQ(one->result, point(6, 8));
  const Value line{Record{{{"from", point(1, 2)}, {"to", point(3, 4)}}}};
  const auto two = testee_->Call({"double_line", {line}});
  ASSERT_TRUE(two) << two.error().error.message;
  EXPECT_EQ(two->result, (Value{Record{{{"from", point(2, 4)}, {"to", point(6, 8)}}}}));
}

TEST_P(InprocTest, AFaultIsTheAnswerOfItsCallAndTheNextCallWorks) {
  ASSERT_TRUE(testee_->Load("faults", dlls_ + "faults_cdecl.dll"));
  ASSERT_TRUE(testee_->Bind(types_, Function("run_fault", "faults", "int", {"int", "intptr_t"})));
  ASSERT_TRUE(testee_->Bind(types_, Function("fault_handled_inside", "faults", "int", {"int*"})));
  // Numbers of dlls/faults.h and the codes of their exceptions; those beside each other are left in different ways.
  const std::pair<std::uint32_t, std::uint64_t> kKinds[] = {{2, 0xc0000005},  {7, 0xc00000fd},  {3, 0xc0000094}, {7, 0xc00000fd},
                                                            {10, 0x20474343}, {4, 0xc000001d},  {6, 0xc0000005}, {10, 0x20474343},
                                                            {8, 0xe0001234},  {13, 0x80000001}, {7, 0xc00000fd}, {5, 0x80000003},
                                                            {14, 0xc000008e}, {15, 0xc000008e}};
  const Value wild{Pointer{Pointer::To::kOpaque, {}, 0, 16}};
  for (const char* thread : {"", "another"}) {
    for (const auto& [kind, code] : kKinds) {
      const Value argument{Scalar{Kind::kInt64, 8, kind == 8 ? code : 16}};
      const auto called = testee_->Call({.function = "run_fault", .arguments = {Int(kind), argument}, .thread = thread});
      ASSERT_FALSE(called) << kind;
      ASSERT_EQ(called.error().error.trouble, Trouble::kFault) << kind << ": " << called.error().error.message;
      EXPECT_EQ(called.error().error.code, code) << kind;
      if (kind < 6) {
        EXPECT_EQ(called.error().error.module, "faults_cdecl.dll") << kind;
      }
      // What the DLL handles itself is no outcome.
      const auto handled = testee_->Call({.function = "fault_handled_inside", .arguments = {wild}, .thread = thread});
      ASSERT_TRUE(handled) << "after " << kind << ": " << handled.error().error.message;
      EXPECT_EQ(handled->result, Int(~0u));
    }
  }
}

TEST_P(InprocTest, CallsOverlapAndThreadsOfTheDllCallBack) {
  Prototype prototype;
  prototype.result = *types_.Parse("int");
  prototype.arguments = {prototype.result};
  const TypeId func = *types_.DefineFunction("func_t", prototype);
  ASSERT_TRUE(testee_->Types(types_));
  ASSERT_TRUE(testee_->Load("threads", dlls_ + "dll_threads_cdecl.dll"));
  ASSERT_TRUE(testee_->Bind(types_, Function("run_on_threads", "threads", "int", {"func_t", "int"})));
  CallbackSpec spec;
  spec.name = "func";
  spec.prototype = func;
  ASSERT_TRUE(testee_->Callback(types_, spec));
  testee_->Serve([](CallbackRecord* invocation) -> Expected<CallbackPlan> { return CallbackPlan{.answer = invocation->arguments.at(0)}; });
  const Value pointer{Pointer{Pointer::To::kCallback, "func", 0, 0}};
  const auto call = [&](const char* thread) { return CallRequest{.function = "run_on_threads", .arguments = {pointer, Int(8)}, .thread = thread}; };
  int answered = 0;
  testee_->CallInParallel({{call("a"), call("a")}, {call("b"), call("b")}}, [&](std::size_t, std::size_t, CallResult result) {
    ASSERT_TRUE(result) << result.error().error.message;
    EXPECT_EQ(result->result, Int(0 + 1 + 2 + 3 + 4 + 5 + 6 + 7));
    ++answered;
  });
  EXPECT_EQ(answered, 4);
  EXPECT_EQ(testee_->TakeForeign().size(), 32u);
}

INSTANTIATE_TEST_SUITE_P(Engines, InprocTest, ::testing::Values("compiled", "libffi"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace spanproof
