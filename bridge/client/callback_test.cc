// SPDX-License-Identifier: MIT
// Callbacks on real Wine.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <stdexcept>

#include "bridge/client/connection.h"
#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

class CallbackTest : public ::testing::TestWithParam<bool> {
 protected:
  Session session_ = Start({.same_address = GetParam()});
  Module module_ = session_.Load(Dll("callbacks_cdecl"));
  Module images_ = session_.Load(Dll("image_cdecl"));
};
INSTANTIATE_TEST_SUITE_P(On, CallbackTest, ::testing::Bool(),
                         [](const auto& one) { return one.param ? "SameAddress" : "TranslatedAddresses"; });

TEST_P(CallbackTest, AreCalledInOrderWithTheirArguments) {
  auto each = module_.Function<void(const int*, int, Callback<void(int, int)>)>(
      "for_each", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kInt32}}});
  std::vector<std::pair<int, int>> seen;
  static const int values[] = {5, -7, 11};
  each(values, 3, session_.MakeCallback<void(int, int)>([&](int i, int value) { seen.emplace_back(i, value); }));
  EXPECT_EQ(seen, (std::vector<std::pair<int, int>>{{0, 5}, {1, -7}, {2, 11}}));
}

TEST_P(CallbackTest, PassFloatsAndMixedWidths) {
  auto integrate = module_.Function<double(Callback<double(double)>, double, double, int)>("integrate");
  EXPECT_DOUBLE_EQ(integrate(session_.MakeCallback<double(double)>([](double x) { return x * x; }), 0, 2, 2), 2.5);
  using Mixed = double(std::int8_t, double, Int64, float, std::uint16_t, const char*, int, double);
  int calls = 0;
  auto mixed = session_.MakeCallback<Mixed>(
      [&](std::int8_t a, double b, Int64 c, float d, std::uint16_t e, const char* f, int g, double h) {
        ++calls;
        EXPECT_EQ(a, -8);
        EXPECT_EQ(b, 0.5);
        EXPECT_EQ(c, -5000000000);
        EXPECT_EQ(d, 1.25f);
        EXPECT_EQ(e, 65535);
        EXPECT_STREQ(f, "eight");
        EXPECT_EQ(g, INT32_MAX);
        EXPECT_EQ(h, -2.75);
        return 21.0;
      },
      {.memsync = {{.pointer = {5}, .null = true}}});
  EXPECT_EQ(module_.Function<double(Callback<Mixed>)>("call_mixed")(mixed), 42.0);
  EXPECT_EQ(calls, 1);
}

TEST_P(CallbackTest, MayCallBackIntoTheDll) {
  auto nested = module_.Function<int(Callback<int(int)>, int)>("call_nested");
  std::vector<int> order;
  Callback<int(int)> down;
  down = session_.MakeCallback<int(int)>([&](int depth) {
    order.push_back(depth);
    const int below = depth > 0 ? nested(down, depth - 1) : 1;
    order.push_back(-depth);
    return below;
  });
  EXPECT_EQ(nested(down, 3), 6001);
  EXPECT_EQ(order, (std::vector<int>{3, 2, 1, 0, 0, -1, -2, -3}));
  order.clear();
  EXPECT_EQ(nested(down, 40), 820001);
  EXPECT_EQ(order.size(), 82u);
}

TEST_P(CallbackTest, MayCallOtherFunctionsWithTheirOwnMemory) {
  auto sort = session_.Load(Dll("sort_cdecl"))
                  .Function<void(float*, int)>("bubblesort",
                                               {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kFloat}}});
  auto whole = images_.Function<std::int16_t(Image*, Callback<Filter>)>("filter_whole", ImageData());
  std::int16_t pixels[4] = {4, 3, 2, 1};
  Image image{pixels, 2, 2};
  auto handler = session_.MakeCallback<Filter>(
      [&](Image* own) -> std::int16_t {
        std::vector<float> values(5000);
        for (std::size_t i = 0; i < 5000; ++i) values[i] = static_cast<float>((i * 7919) % 5000);
        sort(values.data(), 200);
        EXPECT_TRUE(std::is_sorted(values.begin(), values.begin() + 200));
        own->data[0] = 44;
        return whole(own, session_.MakeCallback<Filter>([&](Image* inner) -> std::int16_t {
          EXPECT_EQ(inner, &image);
          EXPECT_EQ(inner->data[0], 44);
          inner->data[1] = 33;
          return 7;
        }, ImageData()));
      },
      ImageData());
  EXPECT_EQ(whole(&image, handler), 7);
  EXPECT_EQ(pixels[0], 44);
  EXPECT_EQ(pixels[1], 33);
  EXPECT_EQ(pixels[2], 2);
}

TEST_P(CallbackTest, GetTheClientsOwnPointersBack) {
  std::int16_t pixels[4] = {1, 2, 3, 4};
  Image image{pixels, 2, 2};
  bool own = false;
  auto handler = session_.MakeCallback<Filter>(
      [&](Image* seen) -> std::int16_t {
        own = seen == &image && seen->data == pixels;
        seen->data[3] = -4;
        seen->height = 9;
        return -3;
      },
      ImageData());
  auto whole = images_.Function<std::int16_t(Image*, Callback<Filter>)>("filter_whole", ImageData());
  EXPECT_EQ(whole(&image, handler), -3);
  EXPECT_TRUE(own);
  EXPECT_EQ(pixels[3], -4);
  EXPECT_EQ(image.height, 9);
  EXPECT_EQ(image.data, pixels);
}

TEST_P(CallbackTest, OpaquePointersIntoPassedMemoryAreTheClientsOwnToo) {
  // The C runtime's qsort: it knows no types, and compares elements where they lie.
  using Compare = int(const void*, const void*);
  auto qsort = session_.Load("msvcrt.dll")
                   .Function<void(int*, Size, Size, Callback<Compare>)>(
                       "qsort", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kInt32}}});
  std::vector<int> values = {5, 3, 9, -1, 7, 0, 2};
  bool inside = true;
  auto compare = session_.MakeCallback<Compare>([&](const void* a, const void* b) {
    for (const void* p : {a, b})
      inside = inside && p >= values.data() && p < values.data() + values.size();
    return 0;
  });
  qsort(values.data(), Size{values.size()}, Size{sizeof(int)}, compare);
  EXPECT_TRUE(inside);
  using Values = int(const int*, const int*);
  auto sort = session_.Load("msvcrt.dll")
                  .Function<void(int*, Size, Size, Callback<Values>)>(
                      "qsort", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kInt32}}});
  sort(values.data(), Size{values.size()}, Size{sizeof(int)},
       session_.MakeCallback<Values>([](const int* a, const int* b) { return *a - *b; }));
  EXPECT_EQ(values, (std::vector<int>{-1, 0, 2, 3, 5, 7, 9}));
}

TEST_P(CallbackTest, ANullCallbackIsANullFunctionPointer) {
  auto optional = module_.Function<int(Callback<int(int)>, int)>("call_optional");
  EXPECT_EQ(optional({}, 4), -4);
  EXPECT_EQ(optional(session_.MakeCallback<int(int)>([](int x) { return 3 * x; }), 4), 12);
}

TEST_P(CallbackTest, WhatAHandlerThrowsEndsTheCall) {
  auto twice = module_.Function<int(Callback<int(int)>, int)>("call_twice");
  int calls = 0;
  auto thrower = session_.MakeCallback<int(int)>([&](int) -> int {
    ++calls;
    throw std::out_of_range("the handler's own");
  });
  EXPECT_THROW(
      {
        try {
          twice(thrower, 1);
        } catch (const std::out_of_range& exception) {
          EXPECT_STREQ(exception.what(), "the handler's own");
          throw;
        }
      },
      std::out_of_range);
  EXPECT_EQ(calls, 2) << "the DLL got 0 and went on";
  auto tried = twice.TryCall(thrower, 1);
  ASSERT_FALSE(tried);
  EXPECT_TRUE(Says(tried.error(), {"a callback's handler threw", "the handler's own"}));
  EXPECT_THROW(twice(session_.MakeCallback<int(int)>([](int) -> int { throw 5; }), 1), int);
  EXPECT_EQ(twice(session_.MakeCallback<int(int)>([](int x) { return x + 1; }), 1), 3) << "the session goes on";
}

TEST_P(CallbackTest, AnExceptionCrossesOnlyTheCallThatItBelongsTo) {
  auto nested = module_.Function<int(Callback<int(int)>, int)>("call_nested");
  auto thrower = session_.MakeCallback<int(int)>([](int) -> int { throw std::runtime_error("inner"); });
  auto catcher = session_.MakeCallback<int(int)>([&](int) {
    EXPECT_THROW(nested(thrower, 0), std::runtime_error);
    return 5;
  });
  EXPECT_EQ(nested(catcher, 2), 2005);
}

TEST_P(CallbackTest, AnExceptionOfAnEarlierHandlerIsNotThatOfALatersCalls) {
  auto twice = module_.Function<int(Callback<int(int)>, int)>("call_twice");
  auto optional = module_.Function<int(Callback<int(int)>, int)>("call_optional");
  auto successor = session_.MakeCallback<int(int)>([](int x) { return x + 1; });
  int later = 0;
  auto handler = session_.MakeCallback<int(int)>([&](int x) {
    if (x == 7) throw std::out_of_range("the first");
    EXPECT_NO_THROW(later = optional(successor, 40));
    return 0;
  });
  EXPECT_THROW(twice(handler, 7), std::out_of_range);
  EXPECT_EQ(later, 41);
}

TEST_P(CallbackTest, WhatWasWrittenBeforeAHandlerThrewIsWritten) {
  std::int16_t pixels[1] = {1};
  Image image{pixels, 1, 1};
  auto whole = images_.Function<std::int16_t(Image*, Callback<Filter>)>("filter_whole", ImageData());
  auto thrower = session_.MakeCallback<Filter>(
      [](Image* seen) -> std::int16_t {
        seen->data[0] = 5;
        throw std::runtime_error("after writing");
      },
      ImageData());
  EXPECT_THROW(whole(&image, thrower), std::runtime_error);
  EXPECT_EQ(pixels[0], 5);
  EXPECT_EQ(image.data, pixels);
}

TEST_P(CallbackTest, MayBeStoredAndCalledLater) {
  auto store = module_.Function<void(Callback<int(int)>)>("store_callback");
  auto stored = module_.Function<int(int)>("call_stored");
  EXPECT_EQ(stored(1), -1);
  auto kept = session_.MakeCallback<int(int)>([](int x) { return 100 + x; });
  store(kept);
  EXPECT_EQ(stored(1), 101);
  EXPECT_EQ(stored(2), 102);
  store({});
}

TEST_P(CallbackTest, MayReleaseItselfWhileItRuns) {
  // Stored, for during a call that passes it its parameter is an owner too.
  auto store = module_.Function<void(Callback<int(int)>)>("store_callback");
  auto stored = module_.Function<int(int)>("call_stored");
  std::optional<Callback<int(int)>> once;
  const std::string state = "a state that is too long for a small string, so that it lies on the heap";
  once = session_.MakeCallback<int(int)>([&once, state](int x) {
    once.reset();
    // Something that may be put where the handler lay.
    std::vector<std::string> others(64, std::string(state.size(), '#'));
    return static_cast<int>(state.size()) + x + static_cast<int>(others.size()) - 64;
  });
  store(*once);
  EXPECT_EQ(stored(1), static_cast<int>(state.size()) + 1);
  store({});
}

TEST_P(CallbackTest, ReleasedBetweenTwoRunsOfACallIsNotRunAgain) {
  // By its address: as a parameter the call would own it.
  auto for_each = module_.Function<void(const int*, int, Size)>("for_each", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kInt32}}});
  auto witness = std::make_shared<int>(0);
  const std::weak_ptr<int> alive = witness;
  std::optional<Callback<void(int, int)>> visit;
  int calls = 0;
  visit = session_.MakeCallback<void(int, int)>([&, witness = std::move(witness)](int, int) {
    if (++calls == 2) visit.reset();
  });
  const int values[] = {1, 2, 3};
  const Error error = Refused([&] { for_each(values, 3, Size{visit->address()}); });
  EXPECT_TRUE(Says(error, {"released"})) << error.message;
  EXPECT_EQ(calls, 2);
  EXPECT_TRUE(alive.expired());
}

TEST_P(CallbackTest, FunctionsThatTakeTurnsAreHeldOnceEach) {
  auto nested = module_.Function<int(Callback<int(int)>, int)>("call_nested");
  auto each = module_.Function<void(const int*, int, Callback<void(int, int)>)>(
      "for_each", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kInt32}}});
  auto inner = session_.MakeCallback<int(int)>([](int) { return 1; });
  std::size_t most = 0;
  auto outer = session_.MakeCallback<void(int, int)>([&](int, int) {
    nested(inner, 0);
    most = std::max(most, ValueOrThrow(session_.connection()->Here())->held.size());
  });
  const std::vector<int> values(100);
  each(values.data(), 100, outer);
  EXPECT_EQ(most, 2u);
}

TEST_P(CallbackTest, EndsWithItsLastHandleAfterItRan) {
  auto store = module_.Function<void(Callback<int(int)>)>("store_callback");
  auto stored = module_.Function<int(int)>("call_stored");
  auto witness = std::make_shared<int>(7);
  const std::weak_ptr<int> alive = witness;
  std::optional<Callback<int(int)>> kept = session_.MakeCallback<int(int)>([witness = std::move(witness)](int x) { return x + *witness; });
  store(*kept);
  EXPECT_EQ(stored(1), 8);
  store({});
  kept.reset();
  EXPECT_TRUE(alive.expired());
}

TEST_P(CallbackTest, ManyComeAndGo) {
  auto optional = module_.Function<int(Callback<int(int)>, int)>("call_optional");
  for (int i = 0; i < 2000; ++i)
    ASSERT_EQ(optional(session_.MakeCallback<int(int)>([i](int x) { return x * i; }), 3), 3 * i);
}

TEST_P(CallbackTest, OfOnePrototypeShareItInTheHost) {
  const auto held = session_.connection();
  Connection& connection = *held;
  const auto prototype = [&](Type result) {
    const Signature signature{.result = std::move(result), .arguments = {kInt32}, .read_only = {}, .memsync = {}};
    return ValueOrThrow(connection.Prototype(ValueOrThrow(connection.Here()),
                                             ValueOrThrow(MakeBinding(signature, connection.abi(), true))));
  };
  EXPECT_EQ(prototype(kInt32), prototype(kInt32));
  EXPECT_NE(prototype(kInt32), prototype(kInt16));
}

TEST_P(CallbackTest, ABadLengthOfACallbacksMemoryIsAnErrorOfTheCall) {
  std::int16_t pixels[1] = {1};
  Image image{pixels, 1, 1};
  Memsync wrong = ImageData().memsync[0];
  wrong.func = "lambda x, y: x * y - 2";
  int calls = 0;
  auto handler = session_.MakeCallback<Filter>([&](Image*) -> std::int16_t { return ++calls, 1; }, {.memsync = {wrong}});
  auto whole = images_.Function<std::int16_t(Image*, Callback<Filter>)>("filter_whole", ImageData());
  EXPECT_TRUE(Says(Refused([&] { whole(&image, handler); }), {"length", "negative"}));
  EXPECT_EQ(calls, 0);
}

TEST_P(CallbackTest, OfAWrongMemsyncAreRefused) {
  Memsync wrong = ImageData().memsync[0];
  wrong.length[0] = {0, "widht"};
  const Error error = Refused([&] {
    session_.MakeCallback<Filter>([](Image*) -> std::int16_t { return 0; }, {.memsync = {wrong}});
  });
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(Says(error, {"did you mean 'width'?"}));
}

TEST_P(CallbackTest, LargeMemoryOfTheDllComesThrough) {
  // More than the scratch that a channel starts with.
  std::vector<std::int16_t> pixels(300 * 300, 1);
  Image image{pixels.data(), 300, 300};
  long sum = 0;
  auto apply = images_.Function<std::int16_t(Image*, Callback<Filter>)>("filter_whole", ImageData());
  auto handler = session_.MakeCallback<Filter>(
      [&](Image* seen) -> std::int16_t {
        for (int i = 0; i < seen->width * seen->height; ++i) sum += seen->data[i];
        return 1;
      },
      ImageData());
  EXPECT_EQ(apply(&image, handler), 1);
  EXPECT_EQ(sum, 90000);
}

TEST_P(CallbackTest, LargeMemoryOfTheDllsOwnIsUsedAgainForTheNextCallback) {
  // The C runtime's memory, which the host copies into scratch: 1.2 GiB in all, more than the segment has.
  constexpr std::uint32_t kBytes = 1 << 20;
  auto runtime = session_.Load("msvcrt.dll");
  const Size block = runtime.Function<Size(Size, Size)>("calloc")(Size{2}, Size{kBytes});
  using Compare = int(const std::uint8_t*, std::int32_t);
  std::uint64_t calls = 0;
  auto compare = session_.MakeCallback<Compare>(
      [&](const std::uint8_t* bytes, std::int32_t) { return ++calls, int{bytes[kBytes - 1]}; },
      {.memsync = {{.pointer = {0}, .length = {{1}}, .func = "lambda x: x * 0 + 1048576", .type = kUint8}}});
  auto sort = runtime.Function<void(Size, Size, Size, Callback<Compare>)>("qsort");
  for (int i = 0; i < 1200; ++i) sort(block, Size{2}, Size{kBytes}, compare);
  EXPECT_GE(calls, 1200u);
  runtime.Function<void(Size)>("free")(block);
}

}  // namespace
}  // namespace bridge::testing
