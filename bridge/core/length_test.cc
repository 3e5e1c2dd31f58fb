// SPDX-License-Identifier: MIT
#include "bridge/core/marshal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "bridge/core/testing.h"

namespace bridge {
namespace {

using testing::Address;
using testing::Counted;
using testing::Crossing;
using testing::Image;
using testing::MakePlan;
using testing::MakeSignature;
using testing::kBytes;
using testing::kImage;
using testing::kImageData;

TEST(Length, BadLengthsNameTheirArgument) {
  std::uint8_t bytes[4] = {};
  const Signature counted = MakeSignature({kInt8, kBytes, kInt64}, {Counted(1, 2, kUint8)});
  const auto error = [&](std::int64_t length) {
    Crossing call(MakePlan(counted), {0, Address(bytes), static_cast<std::uint64_t>(length)});
    EXPECT_TRUE(call.instances().empty());
    EXPECT_EQ(call.space().blocks(), 0u);
    return call.error();
  };
  EXPECT_NE(error(-1).find("argument 1: the length is negative: -1"), std::string::npos);
  EXPECT_NE(error(INT64_MIN).find("negative"), std::string::npos);
  EXPECT_NE(error(INT64_MAX).find("beyond reason"), std::string::npos);
  EXPECT_NE(error((std::int64_t{1} << 40) + 1).find("beyond reason"), std::string::npos);
  EXPECT_NE(error(std::int64_t{1} << 39).find("full"), std::string::npos) << "what space says";
}

TEST(Length, BadLengthsOfFuncsAndOfFieldsAreNamedToo) {
  std::int16_t pixels[4] = {};
  Image image{pixels, 2, -2};
  Crossing negative(MakePlan(MakeSignature({Type::Pointer(kImage)}, {kImageData})), {Address(&image)});
  EXPECT_NE(negative.error().find("negative: -4"), std::string::npos) << negative.error();
  const Signature divides = MakeSignature({kBytes, kInt32}, {{.pointer = {0}, .length = {{1}}, .func = "8 // x"}});
  Crossing zero(MakePlan(divides), {Address(pixels), 0});
  EXPECT_NE(zero.error().find("divides by zero"), std::string::npos) << zero.error();
  const Signature behind = MakeSignature({kBytes, Type::Pointer(kInt32)}, {{.pointer = {0}, .length = {{1, -1}}}});
  Crossing null(MakePlan(behind), {Address(pixels), 0});
  EXPECT_NE(null.error().find("behind a null pointer"), std::string::npos) << null.error();
}

TEST(Length, LengthsAreReadInTheirOwnWidthAndSign) {
  std::uint8_t bytes[300] = {};
  const auto count = [&](Type kind, std::uint64_t word) {
    Crossing call(MakePlan(MakeSignature({kBytes, kind}, {Counted(0, 1, kUint8)})), {Address(bytes), word});
    return call ? std::to_string(call.instances()[0].count) : call.error();
  };
  EXPECT_EQ(count(kUint8, 0xff03), "3");
  EXPECT_EQ(count(kUint8, 200), "200");
  EXPECT_NE(count(kInt8, 200).find("negative: -56"), std::string::npos);
  EXPECT_EQ(count(kUint16, 0x7fff0004), "4");
  EXPECT_EQ(count(kChar16, 5), "5");
  EXPECT_NE(count(kInt16, 0xffff).find("negative: -1"), std::string::npos);
  EXPECT_EQ(count(kInt32, 0xdeadbeef00000006), "6");
  EXPECT_EQ(count(Type(Kind::kBool), 1), "1");
  EXPECT_EQ(count(kUint64, 7), "7");
  EXPECT_EQ(count(Type::Pointer(kVoid), 8), "8") << "size_t";
}

TEST(Length, ManyLengthsMakeOne) {
  std::uint8_t bytes[64] = {};
  std::vector<Type> arguments = {kBytes};
  Memsync directive{.pointer = {0}, .func = "x+y+z+x3+x4+x5+x6+x7+x8+x9"};
  for (int i = 1; i <= 10; ++i) {
    arguments.push_back(kInt32);
    directive.length.push_back(Path{i});
  }
  Crossing call(MakePlan(MakeSignature(arguments, {directive})), {Address(bytes), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  ASSERT_TRUE(call) << call.error();
  EXPECT_EQ(call.instances()[0].count, 55u);
}

TEST(Length, DataThatRunsInCirclesIsRefused) {
  // Two thousand pointers, each to all of them: followed twice that is four million.
  std::vector<void*> circle(2000);
  std::fill(circle.begin(), circle.end(), circle.data());
  const Type pointers = Type::Pointer(Type::Pointer(Type::Pointer(kInt8)));
  const Memsync outer{.pointer = {0}, .length = {{1}}, .type = Type::Pointer(Type::Pointer(kInt8))};
  const Memsync inner{.pointer = {0, -1}, .length = {{1}}, .type = Type::Pointer(kInt8)};
  Crossing call(MakePlan(MakeSignature({pointers, kInt32}, {outer, inner})), {Address(circle.data()), circle.size()});
  ASSERT_FALSE(call);
  EXPECT_EQ(call.code(), ErrorCode::kInvalidArgument);
  EXPECT_NE(call.error().find("argument 0: it reaches more than a million pieces of memory (a cycle?)"),
            std::string::npos) << call.error();
  EXPECT_TRUE(call.instances().empty());
}

TEST(Length, ElementsWithoutASizeCannotDivideByZero) {
  Plan plan;
  plan.words = 2;
  Node node;
  node.extent = Extent::kComputed;
  node.local_size = node.frame_size = 0;
  node.loads.push_back({.word = 1, .kind = Kind::kInt32, .hops = {{}}});
  const std::uint64_t words[] = {1, 5};
  auto count = Count(plan, node, 0, words, nullptr, Side::kLocal, 0);
  EXPECT_TRUE(!count || *count == 5);
}

TEST(Length, ALengthOfZeroCopiesNothingAndIsNoNull) {
  std::uint8_t byte = 7;
  Crossing call(MakePlan(MakeSignature({kBytes, kInt32}, {Counted(0, 1, kUint8)})), {Address(&byte), 0});
  ASSERT_TRUE(call);
  EXPECT_NE(call.word(0), 0u);
  call.Return();
  EXPECT_EQ(byte, 7);
}

TEST(Length, TerminatedTextCrossesWithItsTerminator) {
  char text[] = "Hello\0world";
  char16_t wide[] = u"Hi\0there";
  const Signature signature =
      MakeSignature({Type::Pointer(kInt8), Type::Pointer(kChar16)},
                    {{.pointer = {0}, .null = true}, {.pointer = {1}, .null = true, .unic = true}});
  Crossing call(MakePlan(signature), {Address(text), Address(wide)});
  ASSERT_TRUE(call);
  EXPECT_EQ(call.instances()[0].count, 6u);
  EXPECT_EQ(call.instances()[1].frame_bytes(), 6u);
  call.Arg<char>(0)[0] = 'J';
  call.Arg<char16_t>(1)[1] = u'o';
  call.Return();
  EXPECT_STREQ(text, "Jello");
  EXPECT_EQ(std::u16string(wide), u"Ho");
  EXPECT_EQ(text[6], 'w');
}

}  // namespace
}  // namespace bridge
