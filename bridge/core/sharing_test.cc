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
using testing::FencedSpace;
using testing::Image;
using testing::MakePlan;
using testing::MakeSignature;
using testing::WideImage;
using testing::kBytes;
using testing::kImage;
using testing::kImageData;

TEST(Sharing, EqualRangesShareOneCopy) {
  std::uint8_t bytes[8] = {};
  const Plan plan = MakePlan(MakeSignature({kBytes, kBytes, kInt32}, {Counted(0, 2, kUint8), Counted(1, 2, kUint8)}));
  Crossing call(plan, {Address(bytes), Address(bytes), 8});
  EXPECT_EQ(call.word(0), call.word(1));
  EXPECT_EQ(call.space().blocks(), 1u);
  call.Arg<std::uint8_t>(1)[3] = 1;
  call.Return();
  EXPECT_EQ(bytes[3], 1);
}

TEST(Sharing, OverlappingRangesShareOneCopyAndKeepTheirDistance) {
  std::uint8_t bytes[32] = {};
  const Signature signature =
      MakeSignature({kBytes, kBytes, kBytes, kInt32},
                    {Counted(0, 3, kUint8), Counted(1, 3, kUint8), Counted(2, 3, kUint8)});
  Crossing call(MakePlan(signature), {Address(bytes + 12), Address(bytes), Address(bytes + 6), 8});
  EXPECT_EQ(call.word(2) - call.word(1), 6u);
  EXPECT_EQ(call.word(0) - call.word(1), 12u);
  EXPECT_EQ(call.space().blocks(), 1u);
  call.Arg<std::uint8_t>(1)[7] = 5;  // == argument 2's [1]
  EXPECT_EQ(call.Arg<std::uint8_t>(2)[1], 5);
  call.Return();
  EXPECT_EQ(bytes[7], 5);
}

TEST(Sharing, NeighboursThatOnlyTouchAreNotMixedUp) {
  std::uint8_t bytes[16] = {};
  const Signature signature =
      MakeSignature({kBytes, kBytes, kInt32}, {Counted(0, 2, kUint8), Counted(1, 2, kUint8)});
  Crossing call(MakePlan(signature), {Address(bytes), Address(bytes + 8), 8});
  std::memset(call.Arg<std::uint8_t>(0), 1, 8);
  std::memset(call.Arg<std::uint8_t>(1), 2, 8);
  call.Return();
  EXPECT_EQ(bytes[7], 1);
  EXPECT_EQ(bytes[8], 2);
}

TEST(Sharing, CopiesAreAlignedForTheirTypeAlsoWhereRangesOverlap) {
  alignas(16) std::uint8_t bytes[64] = {};
  const Signature signature =
      MakeSignature({kBytes, Type::Pointer(kDouble), kInt32}, {Counted(0, 2, kUint8), Counted(1, 2, kDouble)});
  for (int before = 0; before <= 16; ++before) {
    Crossing call(MakePlan(signature), {Address(bytes + 16 - before), Address(bytes + 16), 4});
    ASSERT_TRUE(call) << call.error();
    EXPECT_EQ((call.word(1)) % 8, 0u) << "the doubles' copy, " << before << " bytes after the others'";
  }
  Crossing odd(MakePlan(MakeSignature({Type::Pointer(kDouble)})), {Address(bytes + 3)});
  EXPECT_EQ(odd.word(0) % 16, 0u) << "a single copy is aligned whatever the original was";
}

TEST(Sharing, BytesOfAStructBesideTheStructItselfLeaveItsPointerAlone) {
  std::int16_t pixels[] = {1, 2};
  Image image{pixels, 2, 1};
  Signature signature = MakeSignature({Type::Pointer(kImage), kBytes, kInt32}, {kImageData, Counted(1, 2, kUint8)});
  Crossing call(MakePlan(signature), {Address(&image), Address(&image), sizeof image});
  ASSERT_TRUE(call) << call.error();
  EXPECT_EQ(call.word(0), call.word(1));
  call.Arg<Image>(0)->data[1] = 22;
  call.Return();
  EXPECT_EQ(image.data, pixels) << "not an address of the frame";
  EXPECT_EQ(pixels[1], 22);
}

TEST(Sharing, OverlappingStructsOfDifferentLayoutAreRefused) {
  WideImage images[2] = {};
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(kImage), kBytes}, {kImageData}), Abi::kSysv64, Abi::kWin32Msvc);
  Crossing call(plan, {Address(images), Address(images) + 8});
  ASSERT_FALSE(call);
  EXPECT_EQ(call.code(), ErrorCode::kUnsupported);
  EXPECT_NE(call.error().find("arguments 0 and 1 overlap"), std::string::npos) << call.error();
}

TEST(Sharing, MemoryThatBothSidesSeeIsNotCopied) {
  FencedSpace shared;
  auto* image = reinterpret_cast<Image*>(*shared.Allocate(sizeof(Image), 16));
  std::int16_t pixels[] = {1, 2};
  *image = {pixels, 2, 1};
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(kImage)}, {kImageData}));
  std::uint64_t words[] = {Address(image), 0};
  std::vector<Instance> instances;
  FencedSpace space;
  ASSERT_TRUE(Pack(plan, words, Road{&space, 0, shared.region()}, &instances));
  EXPECT_EQ(words[0], Address(image));
  EXPECT_NE(image->data, pixels) << "the callee cannot follow our pointer";
  EXPECT_EQ(image->data[1], 2);
  image->data[1] = 3;
  CopyBack(plan, instances, Rewrite::kChanged, [](void*, std::uint64_t address) { return address; }, nullptr);
  EXPECT_EQ(image->data, pixels);
  EXPECT_EQ(pixels[1], 3);
}

}  // namespace
}  // namespace bridge
