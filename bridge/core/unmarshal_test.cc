// SPDX-License-Identifier: MIT
#include "bridge/core/unmarshal.h"

#include <gtest/gtest.h>

#include <string>

#include "bridge/core/testing.h"

namespace bridge {
namespace {

using testing::Address;
using testing::At;
using testing::FencedSpace;
using testing::Image;
using testing::kImage;
using testing::kImageData;
using testing::MakePlan;
using testing::MakeSignature;
using testing::NarrowImage;
using testing::WideImage;

const Signature kFilter = MakeSignature({Type::Pointer(kImage)}, {kImageData});

// A segment that the other side sees `delta` further on, with an Image in it.
struct Callback {
  explicit Callback(std::uint64_t delta = 0) : origin{segment.region(), delta} {
    image = reinterpret_cast<Image*>(*segment.Allocate(sizeof(Image), 16));
    data = reinterpret_cast<std::int16_t*>(*segment.Allocate(8, 16));
    for (std::int16_t i = 0; i < 4; ++i) data[i] = static_cast<std::int16_t>(i + 1);
    *image = {At<std::int16_t>(Address(data) + delta), 2, 2};
    words[0] = Address(image) + delta;
  }
  Expected<void> Enter(const Plan& plan) { return Unpack(plan, words, origin, &scratch, &instances); }
  void Leave(const Plan& plan) {
    WriteBack(plan, instances);
    EXPECT_TRUE(segment.Intact());
    EXPECT_TRUE(scratch.Intact());
  }

  FencedSpace segment, scratch;
  FrameOrigin origin;
  Image* image;
  std::int16_t* data;
  std::uint64_t words[2] = {};
  std::vector<Instance> instances;
};

TEST(Unmarshal, HandsMemoryOutInPlaceWhereBothSidesAgree) {
  const Plan plan = MakePlan(kFilter);
  Callback call;
  ASSERT_TRUE(call.Enter(plan));
  EXPECT_EQ(call.words[0], Address(call.image));
  EXPECT_EQ(call.scratch.blocks(), 0u);
  call.data[0] = 9;
  call.Leave(plan);
  EXPECT_EQ(call.data[0], 9);
}

TEST(Unmarshal, HandsOutACopyWhereAddressesDiffer) {
  const Plan plan = MakePlan(kFilter);
  Callback call(0x5000);
  ASSERT_TRUE(call.Enter(plan));
  auto* image = At<Image>(call.words[0]);
  EXPECT_NE(image, call.image);
  EXPECT_EQ(image->width, 2);
  EXPECT_EQ(image->data[3], 4);
  image->data[3] = 44;
  image->width = 1;
  call.Leave(plan);
  EXPECT_EQ(call.data[3], 44);
  EXPECT_EQ(call.image->width, 1);
  EXPECT_EQ(Address(call.image->data), Address(call.data) + 0x5000) << "the other side's pointer is left alone";
}

TEST(Unmarshal, ConstIsNotWrittenBack) {
  Signature filter = kFilter;
  filter.read_only = {true};
  const Plan plan = MakePlan(filter);
  Callback call(0x5000);
  ASSERT_TRUE(call.Enter(plan));
  At<Image>(call.words[0])->width = 7;
  call.Leave(plan);
  EXPECT_EQ(call.image->width, 2);
}

TEST(Unmarshal, NullAndWhatLiesOutsideTheSegmentStayAsTheyAre) {
  const Plan plan = MakePlan(kFilter);
  for (std::uint64_t word : {std::uint64_t{0}, std::uint64_t{0x1234}}) {
    Callback call(0x5000);
    call.words[0] = word;
    ASSERT_TRUE(call.Enter(plan));
    EXPECT_EQ(call.words[0], word);
    EXPECT_TRUE(call.instances.empty());
  }
  Callback field;
  field.image->data = nullptr;
  ASSERT_TRUE(field.Enter(plan));
  EXPECT_EQ(At<Image>(field.words[0])->data, nullptr);
}

TEST(Unmarshal, WhatTheOtherSideSaysCannotLeadOutOfTheSegment) {
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(kUint8), kInt32},
                                           {{.pointer = {0}, .length = {{1}}, .type = kUint8}}));
  Callback call(0x5000);
  std::uint64_t words[3] = {Address(call.segment.region().end) - 10 + 0x5000, 1000, 0};
  ASSERT_TRUE(Unpack(plan, words, call.origin, &call.scratch, &call.instances));
  ASSERT_EQ(call.instances.size(), 1u);
  EXPECT_EQ(call.instances[0].count, 10u);
  std::uint64_t negative[3] = {Address(call.data) + 0x5000, static_cast<std::uint64_t>(-5), 0};
  EXPECT_FALSE(Unpack(plan, negative, call.origin, &call.scratch, &call.instances));
}

// An enclosing call: our own pixels, whose copy stands in the segment.
struct Enclosing {
  explicit Enclosing(Callback* call, Image* own, bool read_only = false)
      : plan(MakePlan(MakeSignature({Type::Pointer(kImage)}, {kImageData}, kVoid, {read_only}))) {
    std::uint64_t words[] = {Address(own), 0};
    EXPECT_TRUE(Pack(plan, words, Road{&call->segment, call->origin.delta, call->origin.segment}, &call->instances));
    image = At<Image>(words[0] - call->origin.delta);
    call->words[0] = words[0];
  }
  const Plan plan;
  Image* image;
};

TEST(Unmarshal, OwnMemoryComesBackAsItselfAndUpToDate) {
  for (std::uint64_t delta : {std::uint64_t{0}, std::uint64_t{0x5000}}) {
    std::int16_t pixels[4] = {1, 2, 3, 4};
    Image own{pixels, 2, 2};
    const Plan plan = MakePlan(kFilter);
    Callback call(delta);
    const Enclosing outer(&call, &own);
    At<std::int16_t>(Address(outer.image->data) - delta)[2] = 33;  // the DLL wrote before it called back
    const std::size_t base = call.instances.size();
    ASSERT_TRUE(call.Enter(plan));
    EXPECT_EQ(call.words[0], Address(&own));
    EXPECT_EQ(own.data, pixels);
    EXPECT_EQ(pixels[2], 33);
    pixels[0] = -1;
    WriteBack(plan, {call.instances.data() + base, call.instances.size() - base});
    EXPECT_EQ(At<std::int16_t>(Address(outer.image->data) - delta)[0], -1);
  }
}

TEST(Unmarshal, APointerIntoTheMiddleOfOwnMemoryKeepsItsDistance) {
  std::int16_t pixels[4] = {1, 2, 3, 4};
  Image own{pixels, 2, 2};
  Callback call(0x5000);
  const Enclosing outer(&call, &own);
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(Type::Array(kInt16, 2))}));
  call.words[0] = Address(outer.image->data) + 4;
  ASSERT_TRUE(call.Enter(plan));
  EXPECT_EQ(call.words[0], Address(pixels + 2));
}

TEST(Unmarshal, APointerIntoTheMiddleOfAnElementThatDiffersIsRefused) {
  const Type handle = Type::Struct("Handle", {{"p", Type::Pointer(kVoid)}, {"n", kInt32}});  // 16 bytes here, 8 there
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(handle)}), Abi::kSysv64, Abi::kWin32Gnu);
  std::byte own[32] = {};
  for (const std::uint64_t offset : {0, 8, 4}) {
    Callback call(0x5000);
    std::byte* frame = *call.segment.Allocate(16, 16);
    call.instances.push_back(Instance{.node = &plan.nodes[0], .local = own, .frame = frame, .count = 2});
    std::uint64_t words[2] = {Address(frame) + offset + 0x5000, 0};
    const auto entered = Unpack(plan, words, call.origin, &call.scratch, &call.instances);
    call.instances.clear();
    if (offset != 4) {
      ASSERT_TRUE(entered);
      EXPECT_EQ(words[0], Address(own) + offset * 2);
      continue;
    }
    ASSERT_FALSE(entered);
    EXPECT_NE(entered.error().message.find("have the DLL pass the address of a whole element"), std::string::npos);
  }
}

TEST(Unmarshal, MoreThanOwnMemoryHoldsIsCutOff) {
  std::int16_t pixels[4] = {1, 2, 3, 4}, behind = 77;
  Image own{pixels, 2, 2};
  Callback call;
  const Enclosing outer(&call, &own);
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(kInt16), kInt32},
                                           {{.pointer = {0}, .length = {{1}}, .type = kInt16}}));
  std::uint64_t words[3] = {Address(outer.image->data) + 2, 1000, 0};
  ASSERT_TRUE(Unpack(plan, words, call.origin, &call.scratch, &call.instances));
  EXPECT_EQ(words[0], Address(pixels + 1));
  EXPECT_EQ(call.instances.back().count, 3u);
  EXPECT_EQ(behind, 77);
}

TEST(Unmarshal, OwnConstMemoryIsNotBroughtUpToDate) {
  static std::int16_t pixels[4] = {1, 2, 3, 4};
  static const Image own{pixels, 2, 2};  // where nothing may write
  Callback call;
  const Enclosing outer(&call, const_cast<Image*>(&own), true);
  Signature filter = kFilter;
  filter.read_only = {true};
  ASSERT_TRUE(call.Enter(MakePlan(filter)));
  EXPECT_EQ(call.words[0], Address(&own));
}

TEST(Unmarshal, PointersRewrittenInPlaceArePutBack) {
  // The DLL's own Image in the segment, whose data is memory that we passed.
  std::int16_t pixels[4] = {1, 2, 3, 4};
  Image own{pixels, 2, 2};
  Callback call;
  const Enclosing outer(&call, &own);
  call.image->data = outer.image->data;
  call.words[0] = Address(call.image);
  const Plan plan = MakePlan(kFilter);
  const std::size_t base = call.instances.size();
  ASSERT_TRUE(call.Enter(plan));
  EXPECT_EQ(call.words[0], Address(call.image));
  EXPECT_EQ(call.image->data, pixels) << "the handler sees its own pixels";
  WriteBack(plan, {call.instances.data() + base, call.instances.size() - base});
  EXPECT_EQ(call.image->data, outer.image->data) << "and the DLL its copy of them";
}

TEST(Unmarshal, NarrowStructsAreWidened) {
  const Plan plan = MakePlan(kFilter, Abi::kSysv64, Abi::kWin32Msvc);
  FencedSpace segment, scratch;
  const std::uint64_t delta = 0x10000 - Address(segment.begin());
  auto* image = reinterpret_cast<NarrowImage*>(*segment.Allocate(sizeof(NarrowImage), 16));
  auto* data = reinterpret_cast<std::int16_t*>(*segment.Allocate(4, 16));
  data[0] = 5, data[1] = 6;
  *image = {static_cast<std::uint32_t>(Address(data) + delta), 2, 1};
  std::uint64_t words[2] = {Address(image) + delta, 0};
  std::vector<Instance> instances;
  ASSERT_TRUE(Unpack(plan, words, {segment.region(), delta}, &scratch, &instances));
  auto* wide = At<WideImage>(words[0]);
  EXPECT_EQ(wide->height, 1);
  At<std::int16_t>(wide->data)[1] = 66;
  wide->width = 20;
  WriteBack(plan, instances);
  EXPECT_EQ(data[1], 66);
  EXPECT_EQ(image->width, 20);
  EXPECT_EQ(image->data, static_cast<std::uint32_t>(Address(data) + delta));
  EXPECT_TRUE(segment.Intact());
  EXPECT_TRUE(scratch.Intact());
}

TEST(Unmarshal, TheMiddleOfAnElementOfAnotherLayoutIsFoundOrRefused) {
  const Plan plan = MakePlan(kFilter, Abi::kSysv64, Abi::kWin32Msvc);
  FencedSpace segment, scratch;
  const std::uint64_t delta = 0x10000 - Address(segment.begin());
  WideImage own{0, 2, 1, 0};
  std::uint64_t words[2] = {Address(&own), 0};
  std::vector<Instance> instances;
  ASSERT_TRUE(Pack(plan, words, Road{&segment, delta, {}}, &instances));
  const FrameOrigin origin{segment.region(), delta};
  EXPECT_EQ(Own(words[0], origin, instances), Address(&own));
  const auto unpacked = [&](const Type& type, std::uint64_t offset) {
    std::uint64_t one[2] = {words[0] + offset, 0};
    const Plan inner = MakePlan(MakeSignature({Type::Pointer(type)}), Abi::kSysv64, Abi::kWin32Msvc);
    const std::size_t base = instances.size();
    auto done = Unpack(inner, one, origin, &scratch, &instances);
    instances.resize(base);  // they point into the plan
    if (!done) {
      EXPECT_EQ(done.error().code, ErrorCode::kUnsupported);
    }
    return done ? one[0] - Address(&own) : ~std::uint64_t{0};
  };
  EXPECT_EQ(unpacked(kInt16, 4), offsetof(WideImage, width)) << "a member stands elsewhere";
  EXPECT_EQ(unpacked(kInt16, 6), offsetof(WideImage, height));
  EXPECT_EQ(unpacked(Type::Array(kInt16, 2), 4), offsetof(WideImage, width));
  EXPECT_EQ(unpacked(kInt64, 0), ~std::uint64_t{0}) << "a pointer of 4 bytes and two members are no 8 bytes here";
  EXPECT_EQ(unpacked(kImage, 4), ~std::uint64_t{0});
}

TEST(OwnAndForeign, AreEachOthersInverse) {
  std::int16_t pixels[4] = {1, 2, 3, 4};
  Image own{pixels, 2, 2};
  Callback call(0x5000);
  const Enclosing outer(&call, &own);
  for (int i = 0; i < 4; ++i) {
    const std::uint64_t foreign = Foreign(Address(pixels + i), call.origin, call.instances);
    EXPECT_EQ(foreign, Address(outer.image->data) + 2u * static_cast<unsigned>(i));
    EXPECT_EQ(Own(foreign, call.origin, call.instances), Address(pixels + i));
  }
  EXPECT_EQ(Own(Address(call.data) + 0x5000, call.origin, call.instances), Address(call.data)) << "the segment's memory";
  EXPECT_EQ(Foreign(Address(call.data), call.origin, call.instances), Address(call.data) + 0x5000);
  EXPECT_EQ(Own(0x1234, call.origin, call.instances), 0x1234u) << "nobody's";
  EXPECT_EQ(Foreign(0x1234, call.origin, call.instances), 0x1234u);
}

TEST(OwnAndForeign, TheInnermostCallsCopyCounts) {
  std::int16_t pixels[4] = {1, 2, 3, 4};
  Image own{pixels, 2, 2};
  Callback call;
  const Enclosing outer(&call, &own), inner(&call, &own);
  ASSERT_NE(outer.image->data, inner.image->data);
  EXPECT_EQ(Foreign(Address(pixels), call.origin, call.instances), Address(inner.image->data));
  EXPECT_EQ(Own(Address(outer.image->data), call.origin, call.instances), Address(pixels));
}

}  // namespace
}  // namespace bridge
