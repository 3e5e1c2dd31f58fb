// SPDX-License-Identifier: MIT
// Pointers that lead nowhere, given to calls, to handlers and by handlers, on real Wine: never the client's end.
#include <gtest/gtest.h>

#include <cstring>

#include "bridge/client/pages_for_testing.h"
#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

struct Block {
  int count;
  int* data;
};

template <typename T>
T* Wild() {
  return reinterpret_cast<T*>(0xdeadbeef0000);
}

}  // namespace
}  // namespace bridge::testing

BRIDGE_STRUCT(bridge::testing::Block, count, data);

namespace bridge::testing {
namespace {

const Memsync kCounted{.pointer = {0}, .length = {{1}}, .type = kInt32};

class BadPointerTest : public ::testing::TestWithParam<Place> {
 protected:
  // What the call is refused with; after it the session works.
  template <typename Result>
  Error Why(const Expected<Result>& tried, ErrorCode code = ErrorCode::kInvalidArgument) {
    const int numbers[] = {40, 2};
    EXPECT_EQ(sum_(numbers, 2), 42);
    if (tried) {
      ADD_FAILURE() << "it was not refused";
      return {};
    }
    EXPECT_EQ(tried.error().code, code) << tried.error().message;
    return tried.error();
  }
  // An address of the DLL's process that belongs to no memory, and will not.
  std::uint64_t Nowhere() {
    using Reserve = RemoteAddress<void>(RemoteAddress<void>, Size, std::uint32_t, std::uint32_t);
    auto reserve = session_.Load("kernel32.dll").Function<Reserve>("VirtualAlloc", {.convention = Convention::kStdcall});
    constexpr std::uint32_t kMemReserve = 0x2000, kPageNoAccess = 1;
    const RemoteAddress<void> reserved = reserve(nullptr, Size{4096}, kMemReserve, kPageNoAccess);
    EXPECT_TRUE(reserved);
    return reserved.address();
  }
  Module Load(const char* name) { return session_.Load(Dll(std::string(name) + "_cdecl", GetParam().arch)); }

  Session session_ = Start(GetParam().Options());
  Module owned_ = Load("owned");
  Function<int(const int*, int)> sum_ = owned_.Function<int(const int*, int)>("sum_array", {.memsync = {kCounted}});
};
INSTANTIATE_TEST_SUITE_P(Places, BadPointerTest, ::testing::ValuesIn(Places()), [](const auto& info) { return Spell(info.param); });

TEST_P(BadPointerTest, AWildPointerIsRefusedBeforeAnythingCrosses) {
  EXPECT_EQ(Why(sum_.TryCall(Wild<int>(), 10)).message, "argument 0 of `sum_array`: 0xdeadbeef0000 cannot be read (40 bytes are wanted): "
                                                     "let it lead to memory of this process, or declare it void* where it is an address of the DLL's own");
  EXPECT_TRUE(Says(Why(sum_.TryCall(reinterpret_cast<int*>(0x8000000000000000), 10)), {"0x8000000000000000 cannot be read"}));
  EXPECT_TRUE(Says(Why(sum_.TryCall(reinterpret_cast<int*>(16), 1)), {"argument 0 of `sum_array`: 0x10 cannot be read (4 bytes"}));
  EXPECT_EQ(sum_(Wild<int>(), 0), 0) << "nothing is wanted there";
}

TEST_P(BadPointerTest, ABufferThatIsShorterThanItsLengthIsRefused) {
  const Pages pages(2);
  const int* numbers = pages.Last<int>(5);
  EXPECT_EQ(sum_(numbers, 5), 0);
  const Error error = Why(sum_.TryCall(numbers, 6));
  EXPECT_EQ(error.address, reinterpret_cast<std::uintptr_t>(pages.end()));
  EXPECT_TRUE(Says(error, {"argument 0 of `sum_array`: ", " cannot be read (24 bytes are wanted from ", " on)"}));
}

TEST_P(BadPointerTest, ATextWithoutEndIsRefused) {
  auto length = Load("strings").Function<int(const char*)>("text_length", {.memsync = {{.pointer = {0}, .null = true}}});
  auto wide = Load("strings").Function<int(const char16_t*)>("text_length_w", {.memsync = {{.pointer = {0}, .null = true, .unic = true}}});
  const Pages pages(2);
  std::memset(pages.begin(), 'a', pages.bytes());
  EXPECT_TRUE(Says(Why(length.TryCall(pages.Last<char>(5000))), {"argument 0 of `text_length`", "begins 5000 bytes before has no terminator"}));
  EXPECT_TRUE(Says(Why(wide.TryCall(pages.Last<char16_t>(5))), {"argument 0 of `text_length_w`", "begins 10 bytes before has no terminator"}));
  EXPECT_TRUE(Says(Why(length.TryCall(Wild<char>())), {"0xdeadbeef0000 cannot be read"}));
  pages.end()[-1] = std::byte{0};
  EXPECT_EQ(length(pages.Last<char>(5000)), 4999);
  // Units that lie across two pages.
  pages.end()[-2] = std::byte{0};
  pages.end()[-3] = std::byte{0};
  EXPECT_EQ(wide(reinterpret_cast<const char16_t*>(pages.end() - 5001)), 2499);
}

TEST_P(BadPointerTest, AWildPointerInAStructIsRefused) {
  auto apply = Load("image").Function<std::int16_t(Image*, void*)>("apply_filter", ImageData());
  Image image{Wild<std::int16_t>(), 3, 4};
  EXPECT_TRUE(Says(Why(apply.TryCall(&image, nullptr)), {"argument 0 of `apply_filter`", "0xdeadbeef0000 cannot be read (24 bytes are wanted)"}));
  EXPECT_EQ(image.data, Wild<std::int16_t>());
  EXPECT_TRUE(Says(Why(apply.TryCall(Wild<Image>(), nullptr)), {"0xdeadbeef0000 cannot be read (16 bytes"}));
}

TEST_P(BadPointerTest, WhatCannotBeWrittenIsSaidAfterTheCall) {
  auto twice = Load("ownership").Function<void(float*, int)>("double_floats", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kFloat}}});
  for (const std::size_t count : {std::size_t{4}, std::size_t{5000}}) {
    Pages pages(8);
    auto* floats = reinterpret_cast<float*>(pages.begin());
    for (std::size_t i = 0; i < count; ++i) floats[i] = 1.5f;
    pages.Protect(PROT_READ);
    const Error error = Why(twice.TryCall(floats, static_cast<int>(count)));
    EXPECT_TRUE(Says(error, {"argument 0 of `double_floats`: ", " cannot be written (", "): let it lead to memory that may be written; the call was made"}));
    EXPECT_EQ(floats[0], 1.5f);
    pages.Protect(PROT_READ | PROT_WRITE);
    twice(floats, static_cast<int>(count));
    EXPECT_EQ(floats[count - 1], 3.0f);
  }
}

TEST_P(BadPointerTest, MemoryThatAHandlerGaveBackIsSaid) {
  Pages pages(1);
  auto* image = pages.Last<Image>(1);
  std::int16_t pixel = 7;
  *image = {&pixel, 1, 1};
  auto filter = session_.MakeCallback<Filter>([&](Image*) -> std::int16_t { return pages.Protect(PROT_NONE), 5; }, ImageData());
  auto whole = Load("image").Function<std::int16_t(Image*, Callback<Filter>)>("filter_whole", ImageData());
  EXPECT_TRUE(Says(Why(whole.TryCall(image, filter)), {"argument 0: 0x", " cannot be read (16 bytes are wanted)"}));
}

TEST_P(BadPointerTest, AnAddressOfTheDllsOwnInRetainedMemoryIsPassedAsItIs) {
  if (GetParam().arch == Arch::kWin32) GTEST_SKIP() << "retained memory has one layout, and a Block holds a pointer: of 8 bytes here, of 4 in a 32-bit DLL";
  auto memory = session_.Allocate<std::uint8_t>(sizeof(Block));
  auto* block = reinterpret_cast<Block*>(memory.data());
  auto alive = owned_.Function<int()>("arrays_alive");
  for (int round = 0; round < 2; ++round) {
    ASSERT_EQ(owned_.Function<int(Block*, int)>("fill_block")(block, 4), 1);
    EXPECT_EQ(block->count, 4);
    EXPECT_NE(block->data, nullptr);
    EXPECT_EQ(owned_.Function<int(void*, int)>("sum_array")(block->data, 0), 0);
    owned_.Function<void(Block*)>("empty_block")(block);
    EXPECT_EQ(alive(), 0);
  }
}

TEST_P(BadPointerTest, AHandlerIsNotCalledWithMemoryThatTheDllDoesNotHave) {
  int calls = 0;
  auto look = session_.MakeCallback<void*(int*)>([&](int* p) -> void* { return ++calls, p; });
  auto pass = Load("callback_scalars").Function<void*(Callback<void*(int*)>, Size)>("pass_pointer");
  for (const std::uint64_t wild : {std::uint64_t{16}, Nowhere()})
    EXPECT_TRUE(Says(Why(pass.TryCall(look, Size{wild}), ErrorCode::kFault),
                     {"pass_pointer raised exception 0xc0000005 (access violation, reading 0x", "; the session still works"}));
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(pass(look, Size{0}), nullptr);
  EXPECT_EQ(calls, 1);
}

TEST_P(BadPointerTest, WhatAHandlerWritesWhereTheDllMayNotIsTheDllsFault) {
  auto text = Load("ownership").Function<void*()>("narrow_text")();
  int calls = 0;
  auto spoil = session_.MakeCallback<void*(char*)>([&](char* p) -> void* { return ++calls, *p = '!', nullptr; });
  auto pass = Load("callback_scalars").Function<void*(Callback<void*(char*)>, Size)>("pass_pointer");
  for (int round = 0; round < 2; ++round)
    EXPECT_TRUE(Says(Why(pass.TryCall(spoil, Size{reinterpret_cast<std::uintptr_t>(text)}), ErrorCode::kFault),
                     {"pass_pointer raised exception 0xc0000005 (access violation, writing 0x", "; the session still works"}));
  EXPECT_EQ(calls, 2);
}

TEST_P(BadPointerTest, AWildPointerThatAHandlerReturnsIsTheDllsToJudge) {
  auto* const wild = reinterpret_cast<int*>(Nowhere());
  auto back = session_.MakeCallback<int*(void*)>([&](void*) { return wild; });
  auto pass = Load("callback_scalars").Function<void*(Callback<int*(void*)>, void*)>("pass_pointer");
  EXPECT_EQ(pass(back, nullptr), wild);
  auto followed = Load("callback_scalars").Function<int*(Callback<int*(void*)>, void*)>("pass_pointer");
  EXPECT_EQ(followed(back, nullptr), wild) << "it may be a handle";
  const int numbers[] = {40, 2};
  EXPECT_EQ(sum_(numbers, 2), 42);
}

TEST_P(BadPointerTest, AWildPointerToWhatAHandlerLendsIsSaid) {
  Pages pages(1);
  float* lent = Wild<float>();
  auto allocate = session_.MakeCallback<float*(int, int*)>([&](int, int*) { return lent; },
      {.memsync = {{.pointer = {1}, .length = {{0}}, .type = kInt32}, {.pointer = {"r"}, .length = {{1, -1}}, .func = "lambda x: x * 3", .type = kFloat}}});
  auto fill = Load("allocators").Function<int(float, Callback<float*(int, int*)>)>("fill_floats");
  EXPECT_TRUE(Says(Why(fill.TryCall(2, allocate)), {"the result of `a callback`: 0xdeadbeef0000 cannot be read (24 bytes are wanted)"}));
  lent = pages.Last<float>(6);
  pages.Protect(PROT_READ);
  EXPECT_TRUE(Says(Why(fill.TryCall(2, allocate)), {"the result of `a callback`: 0x", " cannot be written (24 bytes are wanted"}));
  pages.Protect(PROT_READ | PROT_WRITE);
  EXPECT_EQ(fill(2, allocate), 6);
  EXPECT_EQ(lent[5], 12);
}

TEST_P(BadPointerTest, WithoutTheGuardSmallNumbersAreRefusedStill) {
  Session bare = Start(GetParam().Options({.guard_pointers = false}));
  auto sum = bare.Load(Dll("owned_cdecl", GetParam().arch)).Function<int(const int*, int)>("sum_array", {.memsync = {kCounted}});
  EXPECT_TRUE(Says(Why(sum.TryCall(reinterpret_cast<int*>(16), 1)), {"0x10 cannot be read"}));
  const int numbers[] = {40, 2};
  EXPECT_EQ(sum(numbers, 2), 42);
}

}  // namespace
}  // namespace bridge::testing
