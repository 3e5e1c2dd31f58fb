// SPDX-License-Identifier: MIT
#include "bridge/core/marshal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "bridge/core/testing.h"

namespace bridge {
namespace {

using testing::Address;
using testing::At;
using testing::Counted;
using testing::Crossing;
using testing::Image;
using testing::MakePlan;
using testing::MakeSignature;
using testing::kBytes;
using testing::kFloats;
using testing::kImage;
using testing::kImageData;

TEST(Marshal, ASortedArrayComesBack) {
  for (std::uint64_t delta : {std::uint64_t{0}, std::uint64_t{0x10000000}, ~std::uint64_t{0xffff}}) {
    float values[] = {5.74f, 3.72f, 6.28f, 8.6f};
    Crossing call(MakePlan(MakeSignature({kFloats, kInt32}, {Counted(0, 1, kFloat)})), {Address(values), 4}, delta);
    ASSERT_TRUE(call) << call.error();
    auto* seen = call.Arg<float>(0);
    EXPECT_NE(seen, values);
    EXPECT_EQ(call.word(0), Address(seen) + delta);
    EXPECT_TRUE(std::equal(seen, seen + 4, values));
    std::sort(seen, seen + 4);
    EXPECT_EQ(values[0], 5.74f) << "nothing changes before the return";
    call.Return();
    EXPECT_TRUE(std::is_sorted(values, values + 4));
  }
}

TEST(Marshal, NothingBeyondTheLengthIsTouched) {
  std::uint8_t bytes[] = {1, 2, 3, 4};
  Crossing call(MakePlan(MakeSignature({kBytes, kInt32}, {Counted(0, 1, kUint8)})), {Address(bytes), 2});
  std::memset(call.Arg<std::uint8_t>(0), 9, 2);
  call.Return();
  EXPECT_EQ(std::vector<std::uint8_t>(bytes, bytes + 4), (std::vector<std::uint8_t>{9, 9, 3, 4}));
}

TEST(Marshal, AStructTakesItsArrayAlong) {
  std::int16_t pixels[] = {1, 2, 3, 4, 5, 6};
  Image image{pixels, 3, 2};
  Crossing call(MakePlan(MakeSignature({Type::Pointer(kImage)}, {kImageData})), {Address(&image)}, 4096);
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<Image>(0);
  EXPECT_EQ(seen->width, 3);
  auto* data = call.Seen<std::int16_t>(Address(seen->data));
  EXPECT_EQ(data[5], 6);
  data[5] = -6;
  seen->height = 7;
  call.Return();
  EXPECT_EQ(pixels[5], -6);
  EXPECT_EQ(image.height, 7);
  EXPECT_EQ(image.data, pixels);
}

TEST(Marshal, EveryStructOfAnArrayTakesItsOwnArrayAlong) {
  std::int16_t pixels[3][2] = {{1, 2}, {3, 4}, {5, 6}};
  Image images[3] = {{pixels[0], 2, 1}, {nullptr, 2, 1}, {pixels[2], 2, 1}};
  // A fixed number of pixels for each: a path names no single element.
  const Type image = Type::Struct(
      "Image", {{"data", Type::Pointer(Type::Array(kInt16, 2))}, {"width", kInt16}, {"height", kInt16}});
  Crossing call(MakePlan(MakeSignature({Type::Pointer(image), kInt32}, {Counted(0, 1, image)})), {Address(images), 3});
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<Image>(0);
  EXPECT_EQ(seen[1].data, nullptr);
  EXPECT_NE(seen[2].data, pixels[2]);
  EXPECT_EQ(seen[2].data[1], 6);
  seen[2].data[1] = 66;
  seen[0].data[0] = 11;
  call.Return();
  EXPECT_EQ(pixels[2][1], 66);
  EXPECT_EQ(pixels[0][0], 11);
  EXPECT_EQ(images[1].data, nullptr);
}

TEST(Marshal, APointerToAPointerIsFollowedTwice) {
  std::int32_t value = 5;
  std::int32_t* pointer = &value;
  Crossing call(MakePlan(MakeSignature({Type::Pointer(Type::Pointer(kInt32))})), {Address(&pointer)});
  ASSERT_TRUE(call) << call.error();
  **call.Arg<std::int32_t*>(0) = 6;
  call.Return();
  EXPECT_EQ(value, 6);
  EXPECT_EQ(pointer, &value);
}

TEST(Marshal, NullStaysNull) {
  Crossing root(MakePlan(MakeSignature({kFloats, kInt32}, {Counted(0, 1, kFloat)})), {0, 1000});
  ASSERT_TRUE(root);
  EXPECT_EQ(root.word(0), 0u);
  root.Return();
  Image image{nullptr, 300, 300};
  Crossing field(MakePlan(MakeSignature({Type::Pointer(kImage)}, {kImageData})), {Address(&image)}, 4096);
  ASSERT_TRUE(field);
  EXPECT_EQ(field.Arg<Image>(0)->data, nullptr);
  field.Return();
  EXPECT_EQ(image.data, nullptr);
}

TEST(Marshal, ConstMemoryIsNotCopiedBack) {
  static const float values[] = {1, 2};
  const Signature signature = MakeSignature({kFloats, kInt32}, {Counted(0, 1, kFloat)}, kVoid, {true});
  Crossing call(MakePlan(signature), {Address(values), 2});
  call.Arg<float>(0)[0] = 9;  // the callee breaks its promise
  call.Return();              // and writing to `values` would end this program
  EXPECT_EQ(values[0], 1);
}

TEST(Marshal, ConstTextInsideAStructIsNotCopiedBack) {
  struct Label {
    const char* text;
    std::int32_t size;
  } label{"a literal, which lies where nothing may write", 3};
  const Type type = Type::Struct("Label", {{"text", Type::Pointer(kInt8, true)}, {"size", kInt32}});
  const Signature signature = MakeSignature({Type::Pointer(type)}, {{.pointer = {0, "text"}, .null = true}});
  Crossing call(MakePlan(signature), {Address(&label)});
  ASSERT_TRUE(call);
  EXPECT_STREQ(call.Arg<Label>(0)->text, label.text);
  call.Arg<Label>(0)->size = 4;
  call.Return();
  EXPECT_EQ(label.size, 4);
}

TEST(Marshal, PointersThatTheCalleeChangedComeBackAsOurs) {
  std::int16_t pixels[4] = {1, 2, 3, 4};
  Image image{pixels, 2, 2}, other{nullptr, 0, 0};
  const Signature signature = MakeSignature({Type::Pointer(kImage), Type::Pointer(kImage)}, {kImageData});
  Crossing call(MakePlan(signature), {Address(&image), Address(&other)}, 0x7000);
  ASSERT_TRUE(call) << call.error();
  auto *first = call.Arg<Image>(0), *second = call.Arg<Image>(1);
  second->data = At<std::int16_t>(Address(first->data) + 2);  // into memory that we passed
  first->data = nullptr;
  call.Return();
  EXPECT_EQ(image.data, nullptr);
  EXPECT_EQ(other.data, pixels + 1);
  Crossing again(MakePlan(signature), {Address(&other), Address(&image)}, 0x7000);
  again.Arg<Image>(0)->data = At<std::int16_t>(0x1230);  // the DLL's own memory: an opaque address
  again.Return();
  EXPECT_EQ(Address(other.data), 0x1230u);
}

TEST(Marshal, AListThatBitesItsTailSharesOneCopy) {
  struct Item {
    Item* next;
    std::int32_t value;
  };
  Type type = Type::Struct("Item", {{"next", Type::Pointer(kVoid)}, {"value", kInt32}});
  for (int i = 0; i < 6; ++i) type = Type::Struct("Item", {{"next", Type::Pointer(type)}, {"value", kInt32}});
  Item first{nullptr, 1}, second{&first, 2};
  first.next = &second;
  Crossing call(MakePlan(MakeSignature({Type::Pointer(type)})), {Address(&first)});
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<Item>(0);
  EXPECT_EQ(seen->next->value, 2);
  EXPECT_EQ(seen->next->next, seen);
  seen->next->value = 22;
  call.Return();
  EXPECT_EQ(second.value, 22);
  EXPECT_EQ(first.next, &second);
  EXPECT_EQ(second.next, &first);
}

TEST(Marshal, AFullSpaceIsAnErrorAndLeavesNothingBehind) {
  std::vector<std::uint8_t> bytes(3 << 20);
  Image image{nullptr, 1, 1};
  const Signature signature = MakeSignature({Type::Pointer(kImage), kBytes, kInt32}, {Counted(1, 2, kUint8)});
  Crossing call(MakePlan(signature), {Address(&image), Address(bytes.data()), bytes.size()});
  ASSERT_FALSE(call);
  EXPECT_EQ(call.code(), ErrorCode::kInternal);
  EXPECT_TRUE(call.instances().empty());
}

}  // namespace
}  // namespace bridge
