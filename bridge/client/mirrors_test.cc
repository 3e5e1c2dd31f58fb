// SPDX-License-Identifier: MIT
// Plain pointers to memory that DLLs own, on real Wine.
#include <gtest/gtest.h>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {

struct Chain {
  std::int16_t number;
  double value;
  Chain* before;
};

struct Heap {
  int count;
  int* data;
};

struct Count {
  int n;
};

struct Caption {
  char start[5];
  char rest[];
};

}  // namespace bridge::testing

BRIDGE_STRUCT(bridge::testing::Count, n);
BRIDGE_STRUCT(bridge::testing::Caption, start, rest);
BRIDGE_STRUCT(bridge::testing::Heap, count, data);
BRIDGE_STRUCT(bridge::testing::Chain, number, value, before);

namespace bridge::testing {
namespace {

class MirrorsTest : public ::testing::TestWithParam<Place> {
 protected:
  Session session_ = Start(GetParam().Options());
  Module dll_ = session_.Load(Dll("ownership_cdecl", GetParam().arch));
  Function<float*(int)> make_ = dll_.Function<float*(int)>(
      "return_floats", {.memsync = {{.pointer = {"r"}, .length = {{0}}, .type = kFloat}}});
  Function<void(void*)> give_back_ = dll_.Function<void(void*)>("give_back");
  Function<int()> alive_ = dll_.Function<int()>("blocks_alive");
  Function<double(const float*, int)> sum_ = dll_.Function<double(const float*, int)>(
      "sum_floats", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kFloat}}});
  Function<void(float*, int)> double_ = dll_.Function<void(float*, int)>(
      "double_floats", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kFloat}}});
};

TEST_P(MirrorsTest, AReturnedArrayIsReadAndFreedByTheDllsOwnFunction) {
  float* floats = make_(4);
  EXPECT_EQ(std::vector<float>(floats, floats + 4), (std::vector<float>{0.5f, 1.5f, 2.5f, 3.5f}));
  EXPECT_EQ(alive_(), 1);
  EXPECT_EQ(floats[3], 3.5f) << "a later call leaves it alone";
  give_back_(floats);
  EXPECT_EQ(alive_(), 0) << "the DLL got its own pointer";
}

TEST_P(MirrorsTest, ALengthMayStandInASmallStructByValue) {
  // A struct of one int travels as the int does, in a word on win64 and on win32's stack.
  auto make = dll_.Function<float*(Count)>("return_floats", {.memsync = {{.pointer = {"r"}, .length = {{0, "n"}}, .type = kFloat}}});
  float* floats = make({3});
  EXPECT_EQ(std::vector<float>(floats, floats + 3), (std::vector<float>{0.5f, 1.5f, 2.5f}));
  give_back_(floats);
}

TEST_P(MirrorsTest, WhatTheClientChangesIsTheDllsAtTheNextCallThatTakesIt) {
  float* floats = make_(4);
  floats[2] = 100;
  EXPECT_EQ(sum_(floats, 4), 0.5 + 1.5 + 100 + 3.5);
  EXPECT_EQ(sum_(floats + 2, 2), 103.5) << "a pointer into it as well";
  double_(floats, 3);
  EXPECT_EQ(std::vector<float>(floats, floats + 4), (std::vector<float>{1, 3, 200, 3.5f})) << "and back";
  give_back_(floats);
}

TEST_P(MirrorsTest, TwoArraysAreApartAndEachKeepsItsAddress) {
  float* first = make_(3);
  float* second = make_(3);
  ASSERT_NE(first, second);
  first[0] = 1;
  second[0] = 2;
  EXPECT_EQ(sum_(first, 1), 1);
  EXPECT_EQ(sum_(second, 1), 2);
  give_back_(first);
  EXPECT_EQ(second[1], 1.5f);
  give_back_(second);
  EXPECT_EQ(alive_(), 0);
}

TEST_P(MirrorsTest, AFailedAllocationIsNull) {
  EXPECT_EQ(make_(-1), nullptr);
  give_back_(nullptr);
}

TEST_P(MirrorsTest, WhatTheDllStoresThroughAnArgumentComesOver) {
  auto make = dll_.Function<void(int, float**, int*)>(
      "make_floats", {.memsync = {{.pointer = {1, -1}, .length = {{2, -1}}, .type = kFloat}}});
  float* floats = nullptr;
  int n = 0;
  make(5, &floats, &n);
  ASSERT_EQ(n, 5);
  EXPECT_EQ(std::vector<float>(floats, floats + 5), (std::vector<float>{0.5f, 1.5f, 2.5f, 3.5f, 4.5f}));
  floats[0] = 10;
  EXPECT_EQ(sum_(floats, 5), 10 + 1.5 + 2.5 + 3.5 + 4.5);
  float* kept = floats;
  make(-1, &floats, &n);
  EXPECT_EQ(floats, nullptr);
  give_back_(kept);
  EXPECT_EQ(alive_(), 0);
}

TEST_P(MirrorsTest, APointerThatTheDllExchangesLeadsToTheNewMemory) {
  auto make = dll_.Function<void(int, float**, int*)>("make_floats");
  float* floats = nullptr;
  int n = 0;
  make(5, &floats, &n);
  float* first = floats;
  floats[0] = 7;
  make(6, &floats, &n);
  ASSERT_NE(floats, first);
  EXPECT_EQ(*floats, 0.5f);
  EXPECT_EQ(sum_(first, 1), 7) << "written on the way";
  give_back_(floats);
  give_back_(first);
  EXPECT_EQ(alive_(), 0);
}

TEST_P(MirrorsTest, AListOfTheDllsIsFollowedToItsEnd) {
  auto records = dll_.Function<Chain*(int)>("make_records", {.memsync = {{.pointer = {"r"}, .length = {{0}}, .type = TypeOf<Chain>()}}});
  Chain* chain = records(40);
  int links = 0;
  for (Chain* at = &chain[39]; at != nullptr; at = at->before) ++links;
  EXPECT_EQ(links, 40);
  EXPECT_EQ(chain[39].before->before->value, 37 * 1.5);
  give_back_(chain);
  EXPECT_EQ(alive_(), 0);
}

TEST_P(MirrorsTest, ATextOfTheDllsLives) {
  auto text = dll_.Function<const char*()>("narrow_text", {.memsync = {{.pointer = {"r"}, .null = true}}});
  const char* first = text();
  EXPECT_STREQ(first, "kept by the DLL");
  EXPECT_EQ(text(), first) << "one pointer of the DLL's is one here";
}

TEST_P(MirrorsTest, ATextAtAStructsEndIsReadAsFarAsItGoes) {
  auto text = dll_.Function<Caption*()>("narrow_text", {.memsync = {{.pointer = {"r", "rest"}, .null = true}}});
  EXPECT_STREQ(text()->rest, "by the DLL");
}

TEST_P(MirrorsTest, ALengthThatIsTooLongIsAnErrorThatNamesTheAddress) {
  auto long_array = dll_.Function<float*(int)>(
      "return_floats", {.memsync = {{.pointer = {"r"}, .length = {{0}}, .func = "x * 16000000", .type = kFloat}}});
  const auto array = long_array.TryCall(4);
  ASSERT_FALSE(array);
  EXPECT_EQ(array.error().code, ErrorCode::kFault);
  EXPECT_TRUE(Says(array.error(), {"return_floats", "the result", "cannot be read"}));
  EXPECT_EQ(alive_(), 1) << "the host lives on";
}

TEST_P(MirrorsTest, ALengthMayStandInTheMemoryThatItIsOf) {
  auto records = dll_.Function<std::int16_t*(int)>(
      "make_records", {.memsync = {{.pointer = {"r"}, .length = {{"r", 0}}, .func = "x + 12", .type = kInt16}}});
  std::int16_t* first = records(1);
  EXPECT_EQ(first[0], 0);
  give_back_(first);
  EXPECT_EQ(alive_(), 0);
}

TEST_P(MirrorsTest, APointerOfThisProcessInTheDllsMemoryIsRefused) {
  auto records = dll_.Function<Chain*(int)>("make_records");
  auto sum = dll_.Function<double(Chain*, int)>("sum_records");
  Chain mine{1, 1, nullptr};
  Chain* theirs = records(1);
  theirs->before = &mine;
  const auto refused = sum.TryCall(theirs, 1);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(Says(refused.error(), {"argument 0", "this process", "Session::Allocate"}));
  auto kept = session_.Allocate<std::uint8_t>(64);
  theirs->before = reinterpret_cast<Chain*>(kept.data());
  EXPECT_TRUE(sum.TryCall(theirs, 1));
  theirs->before = nullptr;
  EXPECT_EQ(sum(theirs, 1), 0);
  give_back_(theirs);
}

TEST_P(MirrorsTest, TwoArgumentsOfOneTypeThatPointsAtItselfKeepApart) {
  auto records = dll_.Function<Chain*(int)>("make_records", {.memsync = {{.pointer = {"r"}, .length = {{0}}, .type = TypeOf<Chain>()}}});
  auto between = session_.Load(Dll("pointers_cdecl", GetParam().arch)).Function<int(Chain*, Chain*)>("bytes_between");
  Chain* chain = records(6);
  EXPECT_EQ(between(&chain[1], &chain[4]), 3 * 24);
  EXPECT_EQ(between(&chain[4], &chain[1]), -3 * 24);
  EXPECT_EQ(chain[4].before, &chain[3]);
  give_back_(chain);
}

TEST_P(MirrorsTest, ABytewiseViewOfAnArrayBringsEveryByteOver) {
  float* floats = make_(4);
  double_(floats, 4);
  auto find = session_.Load(Dll("pointers_cdecl", GetParam().arch)).Function<std::uint8_t*(std::uint8_t*, int, int)>(
      "find_byte", {.memsync = {{.pointer = {"r"}, .length = {{1}}, .func = "x - x + 3"}}});
  auto poke = dll_.Function<void(void*, int, int, int)>("poke");
  poke(floats, 16, 9, 0x77);  // nothing says that this memory changes
  std::uint8_t* seen = find(reinterpret_cast<std::uint8_t*>(floats), 16, 0x77);
  ASSERT_EQ(seen, reinterpret_cast<std::uint8_t*>(floats) + 9);
  EXPECT_EQ(*seen, 0x77);
  auto peek = dll_.Function<int(const void*, int, int)>("peek");
  EXPECT_EQ(peek(floats, 16, 9), 0x77) << "what the DLL wrote is not taken back";
  give_back_(floats);
}

TEST_P(MirrorsTest, ManyAreKeptAndTheOldestGo) {
  float* first = make_(300000);
  for (int i = 0; i < 60; ++i) ASSERT_EQ(make_(300000)[299999], 299999.5f);
  EXPECT_TRUE(Says(Refused([&] { give_back_(first); }), {"argument 0", "dropped"}));
  EXPECT_TRUE(Says(Refused([&] { sum_(first, 1); }), {"argument 0", "dropped"}));
}

TEST_P(MirrorsTest, WhatOneCallHandsOutStaysTogetherHoweverMuchItIs) {
  constexpr int kMany = 17 << 20;
  auto owned = session_.Load(Dll("owned_cdecl", GetParam().arch));
  auto make = owned.Function<Heap*(int)>("new_block", {.memsync = {{.pointer = {"r", "data"}, .length = {{"r", "count"}}, .type = kInt32}}});
  Heap* heap = make(kMany);
  EXPECT_EQ(heap->count, kMany) << "68 MiB behind it did not take its place";
  ASSERT_NE(heap->data, nullptr);
  EXPECT_EQ(heap->data[kMany - 1] - heap->data[0], kMany - 1);
  owned.Function<void(Heap*)>("free_block")(heap);
}

INSTANTIATE_TEST_SUITE_P(Places, MirrorsTest, ::testing::ValuesIn(Places()), [](const auto& info) { return Spell(info.param); });

}  // namespace
}  // namespace bridge::testing
