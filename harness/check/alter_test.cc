// SPDX-License-Identifier: MIT
#include "harness/check/alter.h"

#include <gtest/gtest.h>

#include <set>

#include "harness/check/check.h"

namespace spanproof {
namespace {

Value Int(std::uint32_t number) { return Value{Scalar{Kind::kInt32, 4, number}}; }

Value Sample() {
  Record record;
  record.fields = {{"x", Int(1)},
                   {"next", Value{Pointer{Pointer::To::kObject, "o", 4, 0}}},
                   {"bytes", Value{Packed{Kind::kInt16, 2, {1, 0, 2, 0, 3, 0}}}},
                   {"list", Value{Array{{Value{Pointer{}}, Int(4)}}}}};
  return Value{record};
}

// A case that expects one of everything, and a record of it that is well.
struct Everything {
  Case spec;
  CaseRecord record;

  Everything() {
    CallbackRecord called{"edge", {Int(1)}, {{Path{0, {}}, Int(2)}}, Int(3), {{Path{0, {}}, Int(4)}}};
    StepRecord lived_inside;
    lived_inside.step = "call";
    lived_inside.result = Int(6);
    called.steps = {lived_inside};
    CallbackRecord raised{"throw", {}, {}, {}, {}, {}, "enough"};
    Step call;
    call.step = "call";
    call.expect.result = Sample();
    call.expect.objects = {{"o", Sample()}};
    call.expect.events = {PrintedText{Stream::kStdout, "one\n"}, called, raised};
    call.expect.foreign = {called};
    call.expect.text = "one\n";
    call.expect.last_error = 5;
    Step bind;
    bind.step = "bind";
    bind.expect.ending = Ending::kError;
    bind.expect.code = 127;
    bind.expect.message_contains = "symbol";
    Step crash;
    crash.step = "call";
    crash.expect.ending = Ending::kFault;
    crash.expect.module = "faults.dll";
    Step elsewhere = call;
    elsewhere.due = false;
    bind.expect.kind = "os";
    spec.steps = {call, bind, crash, elsewhere};
    CallbackAnswer answer;
    answer.expect_arguments = {Int(1)};
    answer.expect_memory = {{Path{0, {}}, Int(2)}};
    Step inside;
    inside.step = "call";
    inside.expect.result = Int(6);
    answer.steps = {inside};
    spec.callbacks = {{"edge", 0, {answer}, true}};

    StepRecord lived;
    lived.step = "call";
    lived.result = Sample();
    lived.after = {{"o", Sample()}};
    lived.events = *call.expect.events;
    lived.foreign = *call.expect.foreign;
    lived.last_error = 5;
    lived.last_error_known = true;
    StepRecord refused;
    refused.step = "bind";
    refused.ending = Ending::kError;
    refused.code = 127;
    refused.message = "no symbol here";
    refused.kind = "os";
    StepRecord faulted;
    faulted.step = "call";
    faulted.ending = Ending::kFault;
    faulted.module = "faults.dll";
    record.steps = {lived, refused, faulted};
  }
};

TEST(ForEachAlteration, TurnsACaseRedEachTime) {
  Everything all;
  ASSERT_EQ(Judge(all.spec, all.record).message, "");
  const std::size_t count = ForEachAlteration(&all.spec, [&](const std::string& place) {
    EXPECT_EQ(Judge(all.spec, all.record).outcome, Outcome::kFail) << place;
  });
  EXPECT_EQ(Judge(all.spec, all.record).message, "") << "not put back";
  EXPECT_GT(count, 40u);
}

TEST(ForEachAlteration, ReachesEveryPlace) {
  Everything all;
  std::set<std::string> places;
  ForEachAlteration(&all.spec, [&](const std::string& place) { places.insert(place); });
  for (const char* place : {"step 1 expect result .x", "step 1 expect result .next", "step 1 expect result .next (offset)",
                            "step 1 expect result .bytes[0]", "step 1 expect result .bytes[2]",
                            "step 1 expect result .list[0]", "step 1 expect result .list[1]",
                            "step 1 expect object o .x", "step 1 expect object o (another)",
                            "step 1 expect event 1 text (end)", "step 1 expect event 1 stream",
                            "step 1 expect event 2 callback", "step 1 expect event 2 argument 0",
                            "step 1 expect event 2 return", "step 1 expect event 2 write argument 0",
                            "step 1 expect events (one fewer)", "step 1 expect text (begin)", "step 1 expect last_error",
                            "step 1 expect event 3 raise", "step 1 expect foreign 1 callback", "step 1 expect foreign 1 argument 0",
                            "step 1 expect foreign (one fewer)", "step 1 expect foreign (one more)", "step 2 expect kind",
                            "step 2 expect ending ended", "step 3 expect module", "callback edge answer 1 step 1 expect result",
                            "step 2 expect ending returned", "step 2 expect code", "step 2 expect message (end)",
                            "callback edge answer 1 expect_args argument 0",
                            "callback edge answer 1 expect_memory argument 0"}) {
    EXPECT_TRUE(places.contains(place)) << place;
  }
}

}  // namespace
}  // namespace spanproof
