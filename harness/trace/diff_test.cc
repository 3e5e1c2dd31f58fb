// SPDX-License-Identifier: MIT
#include "harness/trace/diff.h"

#include <gtest/gtest.h>

#include "harness/trace/sample_trace.h"

namespace spanproof {
namespace {

StepRecord& Call(Trace& trace) { return trace.cases[0].record.steps[1]; }

std::string OnlyDifference(const Trace& left, const Trace& right) {
  const auto found = CompareTraces(left, right);
  EXPECT_EQ(found.size(), 1u);
  return found.empty() ? "" : found[0].difference.Spell();
}

TEST(CompareTraces, FindsNothingBetweenEqualTraces) {
  EXPECT_TRUE(CompareTraces(SampleTrace(), SampleTrace()).empty());
}

TEST(CompareTraces, NamesAByteByTheArgumentThatReachesIt) {
  Trace changed = SampleTrace();
  std::get<Packed>(Call(changed).after[1].value.data).bytes[4] = 4;
  EXPECT_EQ(OnlyDifference(SampleTrace(), changed),
            "case callbacks.filter.sample step 2 argument 0 .data[2]: 3 against 4");
}

TEST(CompareTraces, NamesWhatACallbackSaw) {
  Trace changed = SampleTrace();
  auto& callback = std::get<CallbackRecord>(Call(changed).events[1]);
  std::get<Packed>(callback.memory[1].value.data).bytes[0] = 7;
  EXPECT_EQ(OnlyDifference(SampleTrace(), changed),
            "case callbacks.filter.sample step 2 callback 1 argument 0 .data[0]: 1 against 7");
}

TEST(CompareTraces, DoesNotCompareAddressesAndTimes) {
  Trace changed = SampleTrace();
  Call(changed).nanoseconds = 9;
  std::get<PrintedText>(Call(changed).events[0]).bytes = "data = 0x00BF5778\n";
  std::get<Pointer>(Call(changed).arguments[0].data).address = 1;
  EXPECT_TRUE(CompareTraces(SampleTrace(), changed).empty());
}

TEST(CompareTraces, ComparesTextLastErrorAndCodes) {
  Trace text = SampleTrace(), error = SampleTrace(), code = SampleTrace();
  std::get<PrintedText>(Call(text).events[2]).bytes = "gone\n";
  Call(error).last_error = 6;
  code.cases[0].record.steps[0].code = 193;
  const Trace sample = SampleTrace();
  EXPECT_EQ(OnlyDifference(sample, text),
            "case callbacks.filter.sample step 2 text 2: \"done\\n\" against \"gone\\n\"");
  EXPECT_EQ(OnlyDifference(sample, error),
            "case callbacks.filter.sample step 2 last error: 5 against 6");
  EXPECT_EQ(OnlyDifference(sample, code),
            "case callbacks.filter.sample step 1 code: 126 against 193");
}

StepRecord& Parallel(Trace& trace) { return trace.cases[0].record.steps[5]; }

TEST(CompareTraces, ComparesThreadsKindsAndWhatHappenedInsideCallbacks) {
  const Trace sample = SampleTrace();
  Trace thread = sample, kind = sample, raise = sample, inside = sample, foreign = sample;
  Parallel(thread).thread = "t2";
  Parallel(kind).kind = "internal";
  std::get<CallbackRecord>(Parallel(raise).events[0]).raised = "more";
  std::get<CallbackRecord>(Parallel(inside).events[0]).steps[0].module = "other.dll";
  std::get<Scalar>(Parallel(foreign).foreign[0].arguments[0].data).bits = 9;
  const std::string step = "case callbacks.filter.sample step 6 ";
  EXPECT_EQ(OnlyDifference(sample, thread), step + "thread: t1 against t2");
  EXPECT_EQ(OnlyDifference(sample, kind), step + "kind: raised against internal");
  EXPECT_EQ(OnlyDifference(sample, raise), step + "callback 1 raise: \"enough\" against \"more\"");
  EXPECT_EQ(OnlyDifference(sample, inside), step + "callback 1 step 1 module: image.dll against other.dll");
  EXPECT_EQ(OnlyDifference(sample, foreign), step + "foreign callback 1 argument 0: 2 against 9");
  Parallel(foreign).foreign.clear();
  EXPECT_EQ(OnlyDifference(sample, foreign), step + "foreign callbacks: 1 against 0");
}

TEST(CompareTraces, LeavesOutWhatLanesOweDifferently) {
  const Trace sample = SampleTrace();
  Trace choice = sample, due = sample, nth = sample;
  Parallel(choice).choice = 0;
  Parallel(choice).ending = Ending::kReturned;
  Parallel(due).due = false;
  Parallel(due).ending = Ending::kReturned;
  Parallel(nth).foreign[0].nth = 7;
  Trace refused = sample, unsupported = sample;
  refused.cases[0].record.steps[0].kind = "refused";
  unsupported.cases[0].record.steps[0].kind = "unsupported";
  EXPECT_TRUE(CompareTraces(refused, unsupported).empty());
  EXPECT_TRUE(CompareTraces(sample, choice).empty());
  EXPECT_TRUE(CompareTraces(sample, due).empty());
  EXPECT_TRUE(CompareTraces(sample, nth).empty());
}

TEST(CompareTraces, SaysWhichCaseIsMissing) {
  Trace empty = SampleTrace();
  empty.cases.clear();
  EXPECT_EQ(OnlyDifference(SampleTrace(), empty),
            "case callbacks.filter.sample: present against missing");
  EXPECT_EQ(OnlyDifference(empty, SampleTrace()),
            "case callbacks.filter.sample: missing against present");
}

}  // namespace
}  // namespace spanproof
