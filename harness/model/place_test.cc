// SPDX-License-Identifier: MIT
#include "harness/model/place.h"

#include <gtest/gtest.h>

namespace spanproof {
namespace {

Value Int32(std::uint32_t number) { return Value{Scalar{Kind::kInt32, 4, number}}; }

Value PointerTo(std::string name, std::int64_t offset = 0) {
  return Value{Pointer{Pointer::To::kObject, std::move(name), offset, 0}};
}

std::vector<Difference> Differences(const Value& left, const Value& right, Place place) {
  std::vector<Difference> found;
  FindDifferences(left, right, place, 100, &found);
  return found;
}

TEST(Place, NamesAnObjectByTheArgumentPathThatReachesIt) {
  Record image;
  image.fields.emplace_back("data", PointerTo("pixels"));
  const std::vector<Value> arguments{PointerTo("image")};
  const std::vector<NamedValue> objects{{"image", Value{image}},
                                        {"pixels", Value{Packed{Kind::kInt16, 2, {1, 0, 2, 0}}}},
                                        {"stray", Int32(1)}};
  const PlaceNames names(arguments, objects);
  EXPECT_EQ(names.NameObject("image").Spell(), "argument 0");
  EXPECT_EQ(names.NameObject("pixels").Element(17).Spell(), "argument 0 .data[17]");
  EXPECT_EQ(names.NameObject("stray").Element(1).Spell(), "object stray [1]");
}

TEST(Place, EndsOnObjectsThatPointAtEachOther) {
  Record left, right;
  left.fields.emplace_back("next", PointerTo("right"));
  right.fields.emplace_back("next", PointerTo("left"));
  const std::vector<Value> arguments{PointerTo("left")};
  const std::vector<NamedValue> objects{{"left", Value{left}}, {"right", Value{right}}};
  EXPECT_EQ(PlaceNames(arguments, objects).NameObject("right").Spell(), "argument 0 .next");
}

TEST(Place, AnObjectReachedInItsMiddleKeepsItsOwnName) {
  const std::vector<Value> arguments{PointerTo("values", 8)};
  const std::vector<NamedValue> objects{{"values", Int32(1)}};
  EXPECT_EQ(PlaceNames(arguments, objects).NameObject("values").Spell(), "object values");
}

TEST(Differences, NameTheElementAndShowBothSides) {
  const Value left{Packed{Kind::kInt16, 2, {1, 0, 3, 0}}};
  const Value right{Packed{Kind::kInt16, 2, {1, 0, 4, 0}}};
  const auto found = Differences(left, right, {"argument 0", ".data"});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].Spell(), "argument 0 .data[1]: 3 against 4");
}

TEST(Differences, SayTheCountsWhereLengthsDiffer) {
  const Value left{Packed{Kind::kInt16, 2, {1, 0}}};
  const Value right{Packed{Kind::kInt16, 2, {1, 0, 4, 0}}};
  const auto found = Differences(left, right, {"result", ""});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].Spell(), "result: 1 elements against 2 elements");
}

TEST(Differences, TreatAPackedArrayAsItsElements) {
  const Value packed{Packed{Kind::kInt32, 4, {1, 0, 0, 0, 2, 0, 0, 0}}};
  const Value array{Array{{Int32(1), Int32(2)}}};
  EXPECT_TRUE(Differences(packed, array, {"result", ""}).empty());
}

TEST(Differences, CompareIntegersOfTwoWidthsByTheirNumber) {
  const Value narrow{Scalar{Kind::kLong, 4, 0xfffffffe}};
  const Value wide{Scalar{Kind::kInt64, 8, 0xfffffffffffffffe}};
  EXPECT_TRUE(Differences(narrow, wide, {"result", ""}).empty());
  EXPECT_FALSE(Differences(narrow, Value{Scalar{Kind::kInt64, 8, 2}}, {"result", ""}).empty());
}

TEST(Differences, MatchMembersByTheirNames) {
  Record left, right;
  left.fields = {{"width", Int32(1)}, {"height", Int32(2)}};
  right.fields = {{"height", Int32(3)}, {"width", Int32(1)}, {"depth", Int32(4)}};
  const auto found = Differences(Value{left}, Value{right}, {"argument 0", ""});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].Spell(), "argument 0 .height: 2 against 3");
  EXPECT_EQ(found[1].Spell(), "argument 0 .depth: nothing against 4");
}

TEST(Differences, DoNotLookAtRawAddresses) {
  const Value left{Pointer{Pointer::To::kOpaque, "", 0, 0x1000}};
  const Value right{Pointer{Pointer::To::kOpaque, "", 0, 0x2000}};
  EXPECT_TRUE(Differences(left, right, {"result", ""}).empty());
  EXPECT_FALSE(Differences(left, Value{Pointer{}}, {"result", ""}).empty());
}

TEST(Quote, EscapesWhatDoesNotPrint) { EXPECT_EQ(Quote("a\n\x01\""), "\"a\\n\\x01\\\"\""); }

// What a case expects of a union names one member; a lane says them all.
TEST(FindUnmet, LetsTheOtherSideSayMore) {
  const Value one{Scalar{Kind::kInt32, 4, 1}}, two{Scalar{Kind::kInt32, 4, 2}};
  const Value expected{Array{{Value{Record{{{"i", one}}}}}}};
  const Value got{Array{{Value{Record{{{"f", two}, {"i", one}}}}}}};
  std::vector<Difference> differences;
  FindUnmet(expected, got, {"result", ""}, 8, &differences);
  EXPECT_TRUE(differences.empty());
  FindUnmet(got, expected, {"result", ""}, 8, &differences);
  EXPECT_EQ(differences, (std::vector<Difference>{{"result [0].f", "2", "nothing"}}));
  differences.clear();
  FindDifferences(expected, got, {"result", ""}, 8, &differences);
  EXPECT_EQ(differences.size(), 1u);
}

}  // namespace
}  // namespace spanproof
