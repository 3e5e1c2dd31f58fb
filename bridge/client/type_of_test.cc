// SPDX-License-Identifier: MIT
#include "bridge/client/type_of.h"

#include <gtest/gtest.h>

namespace bridge::testing {

struct Whole {
  std::int16_t kind;
  double value;
  std::int32_t count;
};
struct Short : Whole {};
struct Swapped : Whole {};
struct alignas(64) Aligned : Whole {};

}  // namespace bridge::testing

BRIDGE_STRUCT(bridge::testing::Whole, kind, value, count);
BRIDGE_STRUCT(bridge::testing::Short, kind, value);
BRIDGE_STRUCT(bridge::testing::Swapped, value, kind, count);
BRIDGE_STRUCT(bridge::testing::Aligned, kind, value, count);

namespace bridge::testing {
namespace {

template <typename T>
std::string Refusal() {
  try {
    (void)TypeOf<T>();
  } catch (const Exception& exception) {
    return exception.error().message;
  }
  return "nothing was refused";
}

TEST(TypeOf, MembersThatDoNotMakeTheStructAreRefused) {
  EXPECT_EQ(Refusal<Whole>(), "nothing was refused");
  EXPECT_EQ(Refusal<Aligned>(), "nothing was refused");
  EXPECT_NE(Refusal<Short>().find("its size is 24, its members make 16: name all members in order"), std::string::npos) << Refusal<Short>();
  EXPECT_NE(Refusal<Swapped>().find("member 'value' stands at 8, expected at 0: name all members in order"), std::string::npos)
      << Refusal<Swapped>();
}

TEST(TypeOf, AnAlignmentThatNothingExplainsIsRefused) {
  try {
    internal::Define(Type::Declare("Odd"), 4, 3, {{"n", kInt32, 0}});
    FAIL() << "an alignment of 3";
  } catch (const Exception& exception) {
    EXPECT_NE(exception.error().message.find("BRIDGE_STRUCT(Odd): its alignment is 3, which its members do not explain"), std::string::npos)
        << exception.error().message;
  }
}

}  // namespace
}  // namespace bridge::testing
