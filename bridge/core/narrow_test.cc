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
using testing::MakePlan;
using testing::MakeSignature;
using testing::NarrowImage;
using testing::WideImage;
using testing::kImage;
using testing::kImageData;

TEST(Narrow, StructsAreLaidOutAnewForWin32) {
  std::int16_t pixels[] = {1, 2, 3, 4};
  WideImage image{Address(pixels), 2, 2, 0x5a5a5a5a};
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(kImage)}, {kImageData}), Abi::kSysv64, Abi::kWin32Msvc);
  Crossing call(plan, {Address(&image)}, Crossing::kLow);
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<NarrowImage>(0);
  EXPECT_LT(call.word(0), 0x200000u);
  EXPECT_EQ(seen->width, 2);
  auto* data = call.Seen<std::int16_t>(seen->data);
  EXPECT_EQ(data[3], 4);
  data[3] = 44;
  seen->width = 20;
  call.Return();
  EXPECT_EQ(pixels[3], 44);
  EXPECT_EQ(image.width, 20);
  EXPECT_EQ(image.data, Address(pixels));
  EXPECT_EQ(image.pad, 0x5a5a5a5a);
}

TEST(Narrow, UnionsAndOpaquePointersFitTheNarrowSide) {
  const Type either = Type::Union("U", {{"i", kInt32}, {"b", Type::Array(kInt8, 3)}});
  const Type type = Type::Struct("S", {{"p", Type::Pointer(kVoid)}, {"u", either}, {"f", Type(Kind::kFunction)}});
  struct Wide {
    std::uint64_t p;
    std::int32_t u, pad;
    std::uint64_t f;
  } wide[2] = {{0x1000, 7, 0, 0x2000}, {0x3000, 8, 0, 0x4000}};
  struct Narrow {
    std::uint32_t p;
    std::int32_t u;
    std::uint32_t f;
  };
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(type), kInt32}, {Counted(0, 1, type)}), Abi::kSysv64, Abi::kWin32Msvc);
  Crossing call(plan, {Address(wide), 2});
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<Narrow>(0);
  EXPECT_EQ(seen[1].p, 0x3000u);
  EXPECT_EQ(seen[1].u, 8);
  EXPECT_EQ(seen[1].f, 0x4000u);
  seen[0].p = 0xf0000000;
  call.Return();
  EXPECT_EQ(wide[0].p, 0xf0000000u);
  EXPECT_EQ(wide[1].f, 0x4000u);
}

TEST(Narrow, StructsThatOverlapAsElementsShareOneCopy) {
  std::int16_t pixels[] = {1, 2, 3, 4};
  WideImage images[3] = {{Address(pixels), 1, 1, 0}, {Address(pixels + 1), 1, 1, 0}, {0, 0, 0, 0}};
  const Signature signature = MakeSignature({Type::Pointer(kImage), Type::Pointer(kImage), kInt32}, {kImageData, Counted(1, 2, kImage)});
  Crossing call(MakePlan(signature, Abi::kSysv64, Abi::kWin32Msvc), {Address(&images[1]), Address(images), 3}, Crossing::kLow);
  ASSERT_TRUE(call) << call.error();
  EXPECT_EQ(call.word(0) - call.word(1), sizeof(NarrowImage));
  call.Arg<NarrowImage>(0)->width = 7;
  EXPECT_EQ(call.Arg<NarrowImage>(1)[1].width, 7);
  call.Return();
  EXPECT_EQ(images[1].width, 7);
  EXPECT_EQ(images[1].data, Address(pixels + 1));
}

}  // namespace
}  // namespace bridge
