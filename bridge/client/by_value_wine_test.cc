// SPDX-License-Identifier: MIT
// Structs and unions by value through the typed interface, on real Wine.
#include <gtest/gtest.h>

#include <string>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {

struct Point {
  std::int32_t x, y;
};
struct Line {
  Point from, to;
};
struct LoneFloat {
  float f;
};
struct ThreeFloats {
  float a, b, c;
};
struct CharDouble {
  std::int8_t a;
  double b;
};
union FloatOrInt {
  float f;
  std::int32_t i;
};
struct Bytes3 {
  std::int8_t bytes[3];
};
struct Huge {
  std::int32_t values[1024];
};

}  // namespace bridge::testing

BRIDGE_STRUCT(bridge::testing::Point, x, y);
BRIDGE_STRUCT(bridge::testing::Line, from, to);
BRIDGE_STRUCT(bridge::testing::LoneFloat, f);
BRIDGE_STRUCT(bridge::testing::ThreeFloats, a, b, c);
BRIDGE_STRUCT(bridge::testing::CharDouble, a, b);
BRIDGE_UNION(bridge::testing::FloatOrInt, f, i);
BRIDGE_STRUCT(bridge::testing::Bytes3, bytes);
BRIDGE_STRUCT(bridge::testing::Huge, values);

namespace bridge::testing {
namespace {

class ByValue : public ::testing::TestWithParam<bool> {
 protected:
  Session session_ = Start({.same_address = GetParam()});
  Module dll_ = session_.Load(Dll("by_value_cdecl"));
};
INSTANTIATE_TEST_SUITE_P(On, ByValue, ::testing::Bool(),
                         [](const auto& one) { return one.param ? "SameAddress" : "TranslatedAddresses"; });

TEST_P(ByValue, EightBytesInAWord) {
  const Point twice = dll_.Function<Point(Point)>("double_point")({-3, 4});
  EXPECT_EQ(twice.x, -6);
  EXPECT_EQ(twice.y, 8);
}

TEST_P(ByValue, SixteenBytesByReferenceAndThroughAHiddenPointer) {
  const auto twice = dll_.Function<Line(Line)>("double_line");
  for (int i = 0; i < 100; ++i) {
    const Line line = twice({{i, 2}, {3, -i}});
    EXPECT_EQ(line.from.x, 2 * i);
    EXPECT_EQ(line.to.y, -2 * i);
  }
}

TEST_P(ByValue, FloatsAloneAndInGroups) {
  EXPECT_EQ(dll_.Function<LoneFloat(LoneFloat)>("double_lone_float")({1.5f}).f, 3.0f);
  const ThreeFloats three = dll_.Function<ThreeFloats(ThreeFloats)>("double_three_floats")({1, 2, 3});
  EXPECT_EQ(three.c, 6.0f);
  EXPECT_EQ(dll_.Function<FloatOrInt(FloatOrInt)>("double_float_or_int")({.i = 21}).i, 42);
}

TEST_P(ByValue, ManyOfThemAmongOtherArguments) {
  auto weigh = dll_.Function<double(Point, std::int8_t, CharDouble, ThreeFloats, Point)>("weigh_many");
  EXPECT_EQ(weigh({1, 2}, 3, {4, 0}, {5, 0, 0}, {6, 7}), 1 + 20 + 300 + 4000 + 50000 + 600000 + 7000000);
}

TEST_P(ByValue, TheCallersOwnStaysAsItIs) {
  Point point{5, 6};
  EXPECT_EQ(dll_.Function<int(Point)>("spoil")(point), 11);
  EXPECT_EQ(point.x, 5);
}

TEST_P(ByValue, OddSizesAndLargeOnes) {
  const Bytes3 next = dll_.Function<Bytes3(Bytes3)>("next_bytes3")({{1, 2, -4}});
  EXPECT_EQ(next.bytes[2], -3);
  const Huge huge = dll_.Function<Huge(int)>("make_huge")(7);
  EXPECT_EQ(huge.values[1023], 7 + 1023);
  auto tried = dll_.Function<Huge(int)>("make_huge").TryCall(1);
  ASSERT_TRUE(tried);
  EXPECT_EQ(tried->values[0], 1);
}

}  // namespace
}  // namespace bridge::testing
