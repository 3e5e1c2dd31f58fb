// SPDX-License-Identifier: MIT
#include "harness/run/callback_replies.h"

#include <gtest/gtest.h>

namespace spanproof {
namespace {

Value Int32(std::uint32_t number) { return Value{Scalar{Kind::kInt32, 4, number}}; }

CallbackAnswer AnswerTo(std::uint32_t argument, std::uint32_t memory, std::uint32_t answer) {
  CallbackAnswer one;
  one.expect_arguments = std::vector<Value>{Int32(argument)};
  one.expect_memory = {{Path{0, {}}, Int32(memory)}};
  one.answer = Int32(answer);
  return one;
}

class CallbackRepliesTest : public testing::Test {
 protected:
  Expected<CallbackPlan> Called(std::uint32_t argument, std::uint32_t memory) {
    invocation_ = {};
    invocation_.callback = "edge";
    invocation_.arguments = {Int32(argument)};
    invocation_.memory = {{Path{0, {}}, Int32(memory)}};
    return replies_.PlanFor(&invocation_);
  }

  Case spec_;
  TesteeDescription description_;
  CallbackReplies replies_{spec_, description_};
  CallbackRecord invocation_;
};

TEST_F(CallbackRepliesTest, FindTheAnswerThatExpectsWhatCameInAnyOrder) {
  CallbackSpec edge{"edge", 0, {AnswerTo(1, 5, 10), AnswerTo(2, 5, 20), AnswerTo(2, 6, 30)}};
  edge.any_order = true;
  spec_.callbacks = {edge};
  EXPECT_EQ(Called(2, 6)->answer, Int32(30));
  EXPECT_EQ(invocation_.nth, 2u);
  EXPECT_EQ(Called(1, 5)->answer, Int32(10));
  EXPECT_EQ(invocation_.nth, 0u);
  EXPECT_EQ(Called(2, 5)->answer, Int32(20));
  EXPECT_EQ(Called(2, 5)->answer, Int32(20)) << "as often as it fits";
  const auto none = Called(3, 7);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, "callback edge was called with 3, 7, which none of its answers expects");
}

TEST_F(CallbackRepliesTest, TakeTheFirstOfSeveralThatFit) {
  CallbackAnswer any;
  any.answer = Int32(99);
  CallbackSpec edge{"edge", 0, {AnswerTo(1, 5, 10), any}};
  edge.any_order = true;
  spec_.callbacks = {edge};
  EXPECT_EQ(Called(8, 8)->answer, Int32(99));
  EXPECT_EQ(Called(1, 5)->answer, Int32(10));
}

}  // namespace
}  // namespace spanproof
