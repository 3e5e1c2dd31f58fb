// SPDX-License-Identifier: MIT
// Memory behind what handlers return, and pointers that they store, on real Wine.
#include <gtest/gtest.h>

#include <sys/mman.h>

#include <string>
#include <vector>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

class Lent : public ::testing::TestWithParam<Place> {
 protected:
  Module Load(const std::string& name) { return session_.Load(Dll(name, GetParam().arch)); }
  Session session_ = Start(GetParam().Options());
};
INSTANTIATE_TEST_SUITE_P(On, Lent, ::testing::ValuesIn(Places()), [](const auto& one) { return Spell(one.param); });

using Numbers = const int*(int);
using Text = const char*(int);
using MakeImage = const Image*(int);
using Floats = float*(int, int*);
using FloatsOut = void(int, int*, void**);

TEST_P(Lent, TheDllReadsWhatAHandlerReturned) {
  const Module dll = Load("callback_results_cdecl");
  std::vector<int> values = {1, -20, 300};
  const auto numbers = session_.MakeCallback<Numbers>([&](int) { return values.data(); },
                                                      {.memsync = {{.pointer = {"r"}, .length = {{0}}, .type = kInt32}}});
  const auto sum = dll.Function<Int64(Callback<Numbers>, int)>("sum_of_result");
  EXPECT_EQ(sum(numbers, 3), 281);
  values = {5, 6, 7, 8};
  EXPECT_EQ(sum(numbers, 4), 26) << "each call sees what stands there then";

  std::string one = "one ", text;
  const auto texts = session_.MakeCallback<Text>([&](int i) { return text = one + std::to_string(i), i == 3 ? nullptr : text.c_str(); },
                                                 {.memsync = {{.pointer = {"r"}, .null = true}}});
  char joined[40] = {};
  const auto join = dll.Function<int(Callback<Text>, int, char*, int)>("join_texts", {.memsync = {{.pointer = {2}, .length = {{3}}, .type = kInt8}}});
  EXPECT_EQ(join(texts, 4, joined, 40), 15);
  EXPECT_STREQ(joined, "one 0one 1one 2") << "the same memory, lent again with what it holds now";

  std::int16_t pixels[6] = {1, -2, 300, 4, -5, 6};
  const Image image = {pixels, 3, 2};
  const auto make = session_.MakeCallback<MakeImage>([&](int) { return &image; },
      {.memsync = {{.pointer = {"r", "data"}, .length = {{"r", "width"}, {"r", "height"}}, .func = "lambda x, y: x * y", .type = kInt16}}});
  EXPECT_EQ(dll.Function<int(Callback<MakeImage>, int)>("sum_of_image")(make, 7), 304);
}

TEST_P(Lent, WhatTheDllWritesThereIsTheClientsAfterTheCall) {
  const Module dll = Load("allocators_cdecl");
  float array[8] = {9, 9, 9, 9, 9, 9, 9, 9};
  const auto allocate = session_.MakeCallback<Floats>([&](int, int*) { return array + 1; },
      {.memsync = {{.pointer = {1}, .length = {{0}}, .type = kInt32}, {.pointer = {"r"}, .length = {{1, -1}}, .func = "lambda x: x * 3", .type = kFloat}}});
  // Two dimensions of 2 and 3: the length reads the first.
  EXPECT_EQ(dll.Function<int(float, Callback<Floats>)>("fill_floats")(2, allocate), 6);
  const std::vector<float> seen(array, array + 8), want = {9, 2, 4, 6, 4, 8, 12, 9};
  EXPECT_EQ(seen, want);
}

TEST_P(Lent, MemoryThatTheClientGaveBackIsLeftAlone) {
  constexpr std::size_t kBytes = 4096;
  std::vector<std::byte*> given;
  const auto allocate = session_.MakeCallback<void*(int, int*, char)>([&](int, int*, char) -> void* {
    if (!given.empty()) munmap(given.back(), kBytes);  // touching it from now on ends this test
    given.push_back(static_cast<std::byte*>(mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)));
    return given.back();
  }, {.memsync = {{.pointer = {1}, .length = {{0}}, .type = kInt32}, {.pointer = {"r"}, .length = {{0}}, .func = "lambda x: 4096 + 0 * x", .type = kUint8}}});
  EXPECT_EQ(Load("allocators_cdecl").Function<int(Callback<void*(int, int*, char)>)>("fill_typed")(allocate), 3);
  ASSERT_EQ(given.size(), 3u);
  EXPECT_EQ(reinterpret_cast<const int*>(given[2])[4], 104);
  munmap(given[2], kBytes);
}

TEST_P(Lent, APointerThatAHandlerStoresIsTheDllsOwn) {
  const Module dll = Load("allocators_cdecl");
  const auto array = session_.Allocate<float>(6);
  const auto allocate = session_.MakeCallback<FloatsOut>([&](int, int*, void** out) {
    EXPECT_EQ(*out, nullptr);
    *out = array.data();
  }, {.memsync = {{.pointer = {1}, .length = {{0}}, .type = kInt32}}});
  EXPECT_EQ(dll.Function<int(float, Callback<FloatsOut>)>("fill_through")(3, allocate), 6);
  EXPECT_EQ(array[5], 18);
}

TEST_P(Lent, AnArgumentsLengthIsNotTheResultsToSay) {
  const auto made = session_.TryMakeCallback<int(Image*)>([](Image*) { return 1; },
      {.memsync = {{.pointer = {0, "data"}, .length = {{"r"}}, .type = kInt16}}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(Says(made.error(), {"data", "the callback's result", "take the length from an argument"}));
}

}  // namespace
}  // namespace bridge::testing
