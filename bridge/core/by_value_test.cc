// SPDX-License-Identifier: MIT
// Structs and unions by value: arguments as what travels, results as what came.
#include <gtest/gtest.h>

#include <string>

#include "bridge/core/returned.h"
#include "bridge/core/testing.h"

namespace bridge {
namespace {

using testing::Address;
using testing::At;
using testing::Crossing;
using testing::kImage;
using testing::kImageData;
using testing::MakePlan;
using testing::MakeSignature;
using testing::NarrowImage;
using testing::WideImage;

struct Point {
  std::int32_t x, y;
};
const Type kPoint = Type::Struct("Point", {{"x", kInt32}, {"y", kInt32}});
struct Box {
  Point low, high;
};
const Type kBox = Type::Struct("Box", {{"low", kPoint}, {"high", kPoint}});

Plan To(Abi frame, const Signature& signature) { return MakePlan(signature, Abi::kSysv64, frame); }

TEST(ByValue, EightBytesAreTheWordOnWin64) {
  Point point{1, -2};
  Crossing call(To(Abi::kWin64Gnu, MakeSignature({kPoint})), {Address(&point)});
  ASSERT_TRUE(call) << call.error();
  EXPECT_EQ(call.word(0), 0xfffffffe00000001u);
}

TEST(ByValue, ThreeBytesTravelByTheirAddressAndOneInTheWord) {
  struct {
    std::uint8_t bytes[3] = {1, 2, 3};
  } three;
  const Type bytes = Type::Struct("Three", {{"bytes", Type::Array(kUint8, 3)}});
  const Type one = Type::Struct("One", {{"byte", kUint8}});
  std::uint8_t single[8] = {7, 8, 9, 9, 9, 9, 9, 9};
  Crossing call(To(Abi::kWin64Gnu, MakeSignature({bytes, one})), {Address(&three), Address(single)});
  ASSERT_TRUE(call) << call.error();
  EXPECT_EQ(call.Arg<std::uint8_t>(0)[2], 3);
  EXPECT_EQ(call.word(0) % 16, 0u);
  EXPECT_EQ(call.word(1), 7u) << "nothing of what stands behind it";
}

TEST(ByValue, TheCalleesCopyIsItsOwn) {
  Box box{{1, 2}, {3, 4}};
  for (Abi abi : {Abi::kWin64Gnu, Abi::kWin32Gnu}) {
    const Signature signature = MakeSignature({kBox, Type::Pointer(kBox), kBox});
    Crossing call(To(abi, signature), {Address(&box), Address(&box), Address(&box)}, Crossing::kLow);
    ASSERT_TRUE(call) << call.error();
    EXPECT_NE(call.word(0), call.word(1));
    EXPECT_NE(call.word(0), call.word(2));
    EXPECT_NE(call.word(1), call.word(2));
    call.Arg<Box>(0)->low.x = 100;
    call.Arg<Box>(2)->low.y = 200;
    call.Arg<Box>(1)->high.y = 44;
    call.Return();
    EXPECT_EQ(box.low.x, 1);
    EXPECT_EQ(box.low.y, 2);
    EXPECT_EQ(box.high.y, 44) << "behind the pointer";
    box.high.y = 4;
  }
}

TEST(ByValue, MemoryBehindItsPointersIsFollowedAndComesBack) {
  for (Abi abi : {Abi::kWin64Msvc, Abi::kWin32Msvc}) {
    std::int16_t pixels[] = {1, 2, 3, 4};
    WideImage image{Address(pixels), 2, 2, 0};
    Crossing call(To(abi, MakeSignature({kImage}, {kImageData})), {Address(&image)}, Crossing::kLow);
    ASSERT_TRUE(call) << call.error();
    std::uint64_t data = 0;
    if (abi == Abi::kWin32Msvc) {
      EXPECT_EQ(call.Arg<NarrowImage>(0)->height, 2);
      data = call.Arg<NarrowImage>(0)->data;
      call.Arg<NarrowImage>(0)->data = 0;
    } else {
      EXPECT_EQ(call.Arg<WideImage>(0)->height, 2);
      data = call.Arg<WideImage>(0)->data;
      call.Arg<WideImage>(0)->data = 0;
    }
    ASSERT_NE(data, Address(pixels));
    call.Seen<std::int16_t>(data)[3] = 44;
    call.Return();
    EXPECT_EQ(pixels[3], 44);
    EXPECT_EQ(image.data, Address(pixels)) << "the callee changed its own copy";
  }
}

TEST(ByValue, APointerInAWordIsTheFrames) {
  std::int32_t number = 5;
  const std::uint64_t holder = Address(&number);
  const Type type = Type::Struct("Holder", {{"number", Type::Pointer(kInt32)}});
  Crossing call(To(Abi::kWin64Gnu, MakeSignature({type})), {Address(&holder)}, 0x10000000);
  ASSERT_TRUE(call) << call.error();
  EXPECT_NE(call.word(0), Address(&number));
  *call.Arg<std::int32_t>(0) = 6;
  call.Return();
  EXPECT_EQ(number, 6);
}

TEST(ByValue, ALengthIsReadOutOfAnAggregate) {
  std::uint8_t bytes[8] = {};
  const Point point{0, 5};
  const Signature signature = MakeSignature({testing::kBytes, kPoint}, {{.pointer = {0}, .length = {{1, "y"}}}});
  for (Abi abi : {Abi::kWin64Gnu, Abi::kWin32Gnu}) {
    Crossing call(To(abi, signature), {Address(bytes), Address(&point)}, Crossing::kLow);
    ASSERT_TRUE(call) << call.error();
    EXPECT_EQ(call.instances()[0].count, 5u);
  }
}

TEST(ByValue, ArraysLongDoublesAndFlexibleStructsAreRefusedByName) {
  const Type flexible = Type::Struct("Text", {{"size", kInt32}, {"bytes", Type::Array(kUint8, 0)}});
  for (const auto& [type, part] : {std::pair{flexible, "argument 1: a Text by value would lose its flexible array"},
                                   std::pair{Type::Struct("L", {{"l", kLongDouble}}), "long double"}}) {
    auto plan = CompilePlan(MakeSignature({kInt32, type}), Abi::kSysv64, Abi::kWin64Msvc, Phase::kBefore);
    ASSERT_FALSE(plan);
    EXPECT_NE(plan.error().message.find(part), std::string::npos) << plan.error().message;
  }
}

std::uint64_t Same(void*, std::uint64_t address) { return address; }

TEST(Returned, FromARegister) {
  auto returned = ReturnedAggregate::Make(kPoint, Convention::kCdecl, Abi::kSysv64, Abi::kWin64Gnu);
  ASSERT_TRUE(returned);
  EXPECT_EQ(returned->passed().in, ResultIn::kInteger);
  const std::uint64_t word = 0xfffffffe00000001u;
  Point point{};
  returned->ToLocal(reinterpret_cast<std::byte*>(&point), reinterpret_cast<const std::byte*>(&word), Same, nullptr);
  EXPECT_EQ(point.x, 1);
  EXPECT_EQ(point.y, -2);
}

TEST(Returned, FromMemoryWithPointersMadeOurs) {
  auto returned = ReturnedAggregate::Make(kImage, Convention::kCdecl, Abi::kSysv64, Abi::kWin32Gnu);
  ASSERT_TRUE(returned);
  const NarrowImage theirs{0x1000, 3, 4};
  WideImage ours{7, 7, 7, 7};
  returned->ToLocal(reinterpret_cast<std::byte*>(&ours), reinterpret_cast<const std::byte*>(&theirs),
                    [](void*, std::uint64_t address) { return address + 1; }, nullptr);
  EXPECT_EQ(ours.data, 0x1001u);
  EXPECT_EQ(ours.width, 3);
  EXPECT_EQ(ours.height, 4);
  EXPECT_EQ(ours.pad, 7);
}

TEST(Returned, MemsyncBehindItIsRefusedByName) {
  const Memsync late{.pointer = {"r", "data"}, .length = {{"r", "width"}}, .type = kInt16};
  auto plan = CompilePlan(MakeSignature({}, {late}, kImage), Abi::kSysv64, Abi::kWin64Msvc, Phase::kBefore);
  ASSERT_FALSE(plan);
  EXPECT_NE(plan.error().message.find("a result by value comes back as it is"), std::string::npos) << plan.error().message;
}

}  // namespace
}  // namespace bridge
