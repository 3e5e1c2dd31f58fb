// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "harness/model/case.h"

namespace spanproof {
namespace {

class CaseFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::temp_directory_path() / (std::string("spanproof_case_") + info->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Expected<CaseFile> Load(const std::string& text) {
    std::ofstream(folder_ / "a.json") << text;
    return LoadCaseFile(folder_ / "a.json");
  }

  // The sort suite with one piece exchanged.
  std::string Sort(const std::string& what, const std::string& with) const {
    std::string text = R"({"suite": "memory", "modules": {"sort": "sort_{convention}.dll"},
      "conventions": ["cdecl", "stdcall"],
      "types": {"Pair": {"struct": [["left", "float*"], ["count", "int"]]},
                "seen_t": {"callback": {"args": ["Pair*"], "result": "int",
                  "memsync": [{"pointer": [0, "left"], "length": [0, "count"], "type": "float"}]}}},
      "functions": {"bubblesort": {"module": "sort", "args": ["float*", "int"], "result": "void",
        "memsync": [{"pointer": [0], "length": [1], "type": "float"}]}},
      "cases": [{"id": "memory.bubblesort.seed_vector",
        "objects": {"values": {"type": "float[2]", "value": [5.74, 3.72]}},
        "callbacks": {"seen": {"type": "seen_t", "answers": [{"return": 1,
          "expect_memory": [{"path": [0, "left"], "value": [1, 2, 3]}]}]}},
        "steps": [{"call": "bubblesort", "args": ["&values", 2],
                   "expect": {"objects": {"values": [3.72, 5.74]}}}]}]})";
    if (what.empty()) return text;
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), with);
  }

  std::filesystem::path folder_;
};

TEST_F(CaseFileTest, MultipliesCasesByConvention) {
  const auto file = Load(Sort("", ""));
  ASSERT_TRUE(file) << file.error().message;
  ASSERT_EQ(file->cases.size(), 2u);
  EXPECT_EQ(file->cases[0].id, "memory.bubblesort.seed_vector.cdecl");
  EXPECT_EQ(file->cases[1].id, "memory.bubblesort.seed_vector.stdcall");
  EXPECT_EQ(file->modules[1].file, "sort_stdcall.dll");
  EXPECT_EQ(file->functions[1].symbol, "bubblesort");
  EXPECT_EQ(file->functions[1].prototype.convention, Convention::kStdcall);
  EXPECT_EQ(file->cases[1].steps[0].target, file->functions[1].name);
  const Type& seen = file->types[file->cases[1].callbacks[0].prototype];
  EXPECT_EQ(seen.prototype.convention, Convention::kStdcall);
}

TEST_F(CaseFileTest, ReadsValuesByTheirType) {
  const auto file = Load(Sort("", ""));
  ASSERT_TRUE(file) << file.error().message;
  const Case& one = file->cases[0];
  EXPECT_EQ(Show(*one.objects[0].initial), "[5.74, 3.72]");
  EXPECT_EQ(Show(one.steps[0].arguments[0]), "&values+0");
  EXPECT_EQ(Show(one.steps[0].expect.objects[0].value), "[3.72, 5.74]");
  EXPECT_EQ(Show(one.callbacks[0].answers[0].expect_memory[0].value), "[1, 2, 3]");
}

TEST_F(CaseFileTest, NamesFilePlaceAndCorrection) {
  struct {
    const char *what, *with, *message;
  } const kWrong[] = {
      {"\"length\": [1]", "\"lenght\": [1]", "did you mean \"length\"?"},
      {"\"steps\"", "\"step\"", "/cases/0: unknown member \"step\"; did you mean \"steps\"?"},
      {"\"&values\"", "\"&valuse\"", "/cases/0/steps/0/args/0: no object \"valuse\""},
      {"[\"&values\", 2]", "[\"&values\"]", "takes 2"},
      {"[3.72, 5.74]}", "[3.72]}", "/expect/objects/values: has 1 elements; the type has 2"},
      {"\"call\": \"bubblesort\"", "\"call\": \"bubblesrot\"", "did you mean \"bubblesort\"?"},
      {"\"float[2]\"", "\"flaot[2]\"", "did you mean \"float\"?"},
      {"[0, \"left\"], \"length\"", "[0, \"lfet\"], \"length\"", "did you mean \"left\"?"},
      {"\"expect\": {\"objects\": {\"values\": [3.72, 5.74]}}", "\"expect\": {}", "without expecting anything"},
      {"[{\"call\": ", "[{\"make\": \"seen_t\"}, {\"call\": ", "/steps/0: makes a callback that nobody uses"},
      {"[{\"call\": ", "[{\"make\": \"Pair\", \"expect\": {\"error\": {}}}, {\"call\": ", "/steps/0/make: is no callback prototype"},
      {"\"suite\": \"memory\",", "", "needs a member \"suite\""},
      {"\"int\"], \"result\": \"void\"", "\"int\"], \"result\": \"int[3]\"", "/functions/bubblesort/result: cannot be a result; write a pointer"},
      {"[\"float*\", \"int\"]", "[\"float*\", \"...\", \"...\", \"int\"]", "/functions/bubblesort/args/2: \"...\" stands twice"},
      {"{\"suite\"", "{{\"suite\"", "is no JSON"},
      {"\"args\": [\"&values\", 2]", "\"args\": [\"&values\", 2], \"args\": [\"&values\", 1]",
       "/cases/0/steps/0/args: stands twice in one object; keep one"},
      {"\"objects\": {\"values\": {", "\"when\": {\"arch\": \"win46\"}, \"objects\": {\"values\": {",
       "/cases/0/when/arch: \"win46\" is no architecture"},
      {"\"objects\": {\"values\": {", "\"when\": {\"abi\": [\"win64-gcc\"]}, \"objects\": {\"values\": {", "/cases/0/when/abi: \"win64-gcc\""},
      {"\"objects\": {\"values\": {", "\"when\": {\"lane\": \"bridge-*\"}, \"objects\": {\"values\": {", "/cases/0/when/lane: is no glob"},
  };
  for (const auto& wrong : kWrong) {
    const auto file = Load(Sort(wrong.what, wrong.with));
    ASSERT_FALSE(file) << wrong.with;
    EXPECT_EQ(file.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(file.error().message.find("a.json: /"), std::string::npos) << file.error().message;
    EXPECT_NE(file.error().message.find(wrong.message), std::string::npos) << file.error().message;
  }
}

TEST_F(CaseFileTest, LeavesUncheckedDirectivesAsTheyStand) {
  const std::string mistake = R"([{"pointr": [7, "a"], "type": "Pair"}])", sound = R"([{"pointer": [0], "length": [1], "type": "float"}])";
  EXPECT_FALSE(Load(Sort(sound, mistake)));
  const auto file = Load(Sort(sound, mistake + R"(, "unchecked": true)"));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(file->functions[0].prototype.memsync.empty());
  EXPECT_EQ(file->functions[0].prototype.unchecked, R"([{"pointr":[7,"a"],"type":"Pair.cdecl"}])");
  const std::string seen = R"("pointer": [0, "left"])";
  ASSERT_FALSE(Load(Sort(seen, R"("pointer": [0, "lefft"])")));
  const auto misspelt = Load(Sort(R"([{"pointer": [0, "left"], "length": [0, "count"], "type": "float"}])",
                                  R"([{"pointr": [0]}], "unchecked": true)"));
  ASSERT_FALSE(misspelt) << "a callback's have to be readable";
  EXPECT_NE(misspelt.error().message.find("did you mean \"pointer\""), std::string::npos) << misspelt.error().message;
}

TEST_F(CaseFileTest, RefusesACaseThatExpectsNothing) {
  const auto file = Load(R"({"suite": "module", "modules": {"m": "m.dll"},
    "cases": [{"id": "module.load", "steps": [{"load": "m"}]}]})");
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("cannot fail"), std::string::npos) << file.error().message;
}

TEST_F(CaseFileTest, ReadsErrorsThatAreExpected) {
  const auto file = Load(R"({"suite": "module", "modules": {"m": "m.dll"},
    "cases": [{"id": "module.missing", "steps": [{"load": "m", "expect": {"error": {"code": 126}}}]}]})");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->cases[0].steps[0].expect.ending, Ending::kError);
  EXPECT_EQ(file->cases[0].steps[0].expect.code, 126u);
}

// A file whose steps go where pointers point, with one piece exchanged.
std::string Places(const std::string& what, const std::string& with) {
  std::string text = R"({"suite": "convention", "modules": {"d": "d.dll"}, "conventions": ["cdecl"],
    "types": {"Pair": {"struct": [["left", "int"], ["right", "int"]]}},
    "data": {"counter": {"module": "d", "symbol": "g_counter", "type": "int"}, "pair": {"module": "d", "type": "Pair"}},
    "cases": [{"id": "convention.data.counter", "objects": {"kept": {"type": "int[2]", "retained": true}}, "steps": [
      {"read": "data:counter", "expect": {"result": 7}},
      {"write": "data:pair+4", "type": "int", "value": 5},
      {"read": "&kept+4", "type": "int", "expect": {"result": 0}},
      {"read": "dll1+0", "type": "Pair*", "expect": {"error": {}}}]}]})";
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST_F(CaseFileTest, ReadsStepsThatGoWherePointersPoint) {
  const auto file = Load(Places("", ""));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->data[0].name, "counter.cdecl");
  EXPECT_EQ(file->data[0].symbol, "g_counter");
  EXPECT_EQ(file->data[1].symbol, "pair");
  EXPECT_EQ(file->data[1].module, "d.cdecl");
  EXPECT_TRUE(file->cases[0].objects[0].retained);
  const auto& steps = file->cases[0].steps;
  EXPECT_EQ(steps[0].place.data, "counter.cdecl");
  EXPECT_EQ(steps[0].type, file->data[0].type);
  EXPECT_TRUE(steps[0].expect.result);
  EXPECT_EQ(steps[1].step, "write");
  EXPECT_EQ(steps[1].place.pointer.offset, 4);
  EXPECT_EQ(Show(steps[1].arguments.at(0)), "5");
  EXPECT_EQ(Show(Value{steps[2].place.pointer}), "&kept+4");
  EXPECT_EQ(Show(Value{steps[3].place.pointer}), "dll1+0");
}

TEST_F(CaseFileTest, RefusesPlacesThatAreNone) {
  struct Wrong {
    const char *what, *with, *message;
  };
  for (const Wrong& wrong : {
           Wrong{R"("read": "data:counter")", R"("read": "data:countr")", "did you mean \"counter\""},
           {R"("read": "&kept+4")", R"("read": "&lost+4")", "no object \"lost\""},
           {R"("read": "dll1+0")", R"("read": null)", "must be a text"},
           {R"("read": "dll1+0")", R"("read": "0x1000")", "is no place in memory"},
           {R"("data:pair+4", "type": "int")", R"("data:pair+4")", "needs a \"type\""},
           {R"(, "value": 5)", "", "value"},
           {R"("type": "Pair*", "expect": {"error": {}})", R"("type": "Pair*")", "reads without expecting"},
           {R"("type": "Pair*", "expect")", R"("type": "Pair*", "value": 1, "expect")", "only a \"write\" has a \"value\""},
           {R"("value": 5)", R"("value": 5, "expect": {"result": 5})", "can expect \"result\""},
           {R"("module": "d", "symbol")", R"("module": "e", "symbol")", "no module \"e\""},
       }) {
    const auto file = Load(Places(wrong.what, wrong.with));
    ASSERT_FALSE(file) << wrong.with;
    EXPECT_NE(file.error().message.find(wrong.message), std::string::npos) << file.error().message;
  }
}

TEST_F(CaseFileTest, RefusesOneIdInTwoFiles) {
  const std::string text = R"({"suite": "s", "modules": {"m": "m.dll"},
    "cases": [{"id": "s.one", "steps": [{"load": "m", "expect": {"error": {}}}]}]})";
  std::ofstream(folder_ / "b.json") << text;
  ASSERT_TRUE(Load(text)) << Load(text).error().message;
  EXPECT_FALSE(LoadSuite(folder_));
}

TEST_F(CaseFileTest, HoldsValuesToBitFieldsAnonymousMembersAndFlexibleArrays) {
  const auto with = [this](const std::string& value) {
    return Load(R"({"suite": "struct", "modules": {"m": "m.dll"},
      "types": {"Either": {"union": [["whole", "int"], ["real", "float"]]},
                "Packet": {"struct": [["flag", "int", 2], ["", "int", 0], ["", "Either"], ["data", "int16_t[]"]], "align": 16}},
      "functions": {"f": {"module": "m", "args": ["Packet*", "...", "int"], "result": "int"}},
      "cases": [{"id": "struct.a", "objects": {"p": {"type": "Packet", "value": )" + value + R"(}},
                 "steps": [{"call": "f", "args": ["&p", 1], "expect": {"result": 1}}]}]})");
  };
  const auto good = with(R"({"flag": -2, "real": 1.5, "data": [1, 2, 3]})");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->functions[0].prototype.variadic, 1u);
  const auto& record = std::get<Record>(good->cases[0].objects[0].initial->data);
  EXPECT_EQ(Show(record.fields[2].second), "[1, 2, 3]");
  const auto empty = with(R"({"flag": 1, "whole": 1, "data": []})");
  ASSERT_TRUE(empty) << empty.error().message;
  const auto& members = std::get<Record>(empty->cases[0].objects[0].initial->data).fields;
  EXPECT_EQ(std::get<Packed>(members[2].second.data).width, 2) << "of no elements, as of some";
  EXPECT_NE(with(R"({"flag": 2, "data": []})").error().message.find("2 bits"), std::string::npos);
  EXPECT_NE(with(R"({"flag": 1, "reel": 1, "data": []})").error().message.find("\"real\""), std::string::npos);
  EXPECT_FALSE(with(R"({"flag": 1, "whole": 1})"));
}

// Threads, waits, code at addresses and lanes, with one piece exchanged.
std::string Threads(const std::string& what, const std::string& with) {
  std::string text = R"({"suite": "thread", "modules": {"m": "m.dll"},
    "types": {"tick_t": {"callback": {"args": ["int"], "result": "int"}}},
    "functions": {"f": {"module": "m", "args": ["int"], "result": "int"}, "at": {"args": ["int"], "result": "int"}},
    "cases": [{"id": "thread.a", "objects": {"x": {"type": "int"}},
      "callbacks": {"tick": {"type": "tick_t", "on_raise": -1, "repeat_last": true, "answers": [
        {"return": 1, "steps": [{"call": "f", "args": [2], "expect": {"result": 3}}]}, {"raise": "enough", "expect_args": [4]}]}},
      "steps": [
        {"bind": "at", "pointer": "fn:tick"},
        {"parallel": [[{"call": "f", "args": [1], "expect": {"result": 1}}, {"call": "f", "args": [2], "expect": {"result": 2}}],
                      [{"call": "at", "args": [3], "thread": "b", "expect": {"result": 3}}]]},
        {"wait": "tick", "count": 2, "expect": {"foreign": [{"callback": "tick", "args": [1]}, {"callback": "tick", "args": [2]}]}},
        {"call": "f", "args": [5], "repeat": 3, "deadline_ms": 50, "when": {"arch": "win32"},
         "expect": [{"when": {"lane": "bridge"}, "error": {"kind": "timeout"}}, {"fault": {"module": "m.dll"}}]}]}]})";
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST_F(CaseFileTest, ReadsAnswersInAnyOrderAndRefusesToRepeatTheLastOfThem) {
  const auto file = Load(Threads(R"("repeat_last": true)", R"("any_order": true)"));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_TRUE(file->cases[0].callbacks[0].any_order);
  EXPECT_FALSE(file->cases[0].callbacks[0].repeat_last);
  const auto both = Load(Threads(R"("repeat_last": true)", R"("repeat_last": true, "any_order": true)"));
  ASSERT_FALSE(both);
  EXPECT_NE(both.error().message.find("/cases/0/callbacks/tick/repeat_last: makes no sense in any order"), std::string::npos)
      << both.error().message;
}

TEST_F(CaseFileTest, ReadsThreadsWaitsAndWhatLanesOwe) {
  const auto file = Load(Threads("", ""));
  ASSERT_TRUE(file) << file.error().message;
  const Case& one = file->cases[0];
  EXPECT_TRUE(file->functions[0].module.empty());  // "at"
  EXPECT_EQ(Show(*one.callbacks[0].on_raise), "-1");
  EXPECT_EQ(one.callbacks[0].answers[0].steps.at(0).target, "f");
  EXPECT_EQ(one.callbacks[0].answers[1].raise, "enough");
  ASSERT_EQ(one.steps.size(), 6u);
  EXPECT_TRUE(one.steps[0].pointer);
  EXPECT_EQ(one.steps[0].place.pointer.name, "tick");
  EXPECT_EQ(one.steps[1].thread, "t1");
  EXPECT_EQ(one.steps[2].thread, "t1");
  EXPECT_EQ(one.steps[3].thread, "b");
  EXPECT_EQ(one.steps[3].parallel, one.steps[1].parallel);
  EXPECT_NE(one.steps[1].parallel, 0u);
  EXPECT_EQ(one.steps[4].step, "wait");
  EXPECT_EQ(one.steps[4].repeat, 2u);
  EXPECT_EQ(one.steps[4].expect.foreign->size(), 2u);
  EXPECT_EQ(one.steps[5].repeat, 3u);
  EXPECT_EQ(one.steps[5].deadline_ms, 50u);
  EXPECT_EQ(one.steps[5].when.arch, std::vector<std::string>{"win32"});
  ASSERT_EQ(one.steps[5].instead.size(), 1u);
  EXPECT_EQ(one.steps[5].instead[0].expect.kind, "timeout");
  EXPECT_EQ(one.steps[5].expect.module, "m.dll");
}

TEST_F(CaseFileTest, RefusesStepsOfThreadsThatAreWrong) {
  struct Wrong {
    const char *what, *with, *message;
  };
  for (const Wrong& wrong : {
           Wrong{R"("thread": "b")", R"("thread": "t1")", "is on thread \"t1\", as another list is"},
           {R"("thread": "b")", R"("thread": "dll1")", "those of threads that a DLL made"},
           {R"("thread": "b")", R"("thread": "B")", "lower-case"},
           {R"("thread": "b", "expect": {"result": 3})", R"("expect": {"foreign": []})", "wait for the callback after the block"},
           {R"([{"call": "at", "args": [3])", R"([{"wait": "tick"}, {"call": "at", "args": [3])", "only calls can stand side by side"},
           {R"("wait": "tick")", R"("wait": "tock")", "no callback \"tock\""},
           {R"("count": 2)", R"("count": 0)", "must be 1 or more"},
           {R"("count": 2)", R"("thread": "a")", "only a \"call\" has \"thread\""},
           {R"("bind": "at", "pointer": "fn:tick")", R"("bind": "at")", "needs a \"pointer\""},
           {R"("bind": "at")", R"("bind": "f")", "the function lies in a module"},
           {R"({"call": "f", "args": [2], "expect": {"result": 3}}]})", R"({"call": "f", "args": [2], "thread": "a", "expect": {"result": 3}}]})",
            "is on the callback's thread"},
           {R"({"call": "f", "args": [2], "expect": {"result": 3}}]})", R"({"load": "m"}]})", "only calls can stand inside a callback"},
           {R"({"raise": "enough", )", R"({"raise": "enough", "return": 1, )", "neither returns nor writes"},
           {R"({"fault": {"module")", R"({"when": {}, "fault": {"module")", "must hold wherever the others do not"},
           {R"([{"when": {"lane": "bridge"}, "error": {"kind": "timeout"}}, )", R"([{"error": {"kind": "timeout"}}, )", "when"},
           {R"("kind": "timeout")", R"("kind": "timeuot")", "did you mean \"timeout\""},
           {R"("error": {"kind")", R"("fault": {"kind")", "unknown member \"kind\""},
       }) {
    const auto file = Load(Threads(wrong.what, wrong.with));
    ASSERT_FALSE(file) << wrong.with;
    EXPECT_NE(file.error().message.find(wrong.message), std::string::npos) << file.error().message;
  }
}

}  // namespace
}  // namespace spanproof
