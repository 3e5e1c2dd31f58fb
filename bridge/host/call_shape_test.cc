// SPDX-License-Identifier: MIT
#include "bridge/host/call_shape.h"

#include <gtest/gtest.h>

#include "bridge/core/testing.h"

namespace bridge::host {
namespace {

Binding MakeTestBinding(Convention convention, std::vector<Type> arguments, Type result = kVoid) {
  Signature signature = testing::MakeSignature(std::move(arguments), {}, std::move(result));
  signature.convention = convention;
  auto call = PassCall(signature, Abi::kWin32Gnu);
  EXPECT_TRUE(call) << (call ? "" : call.error().message);
  return {.convention = convention, .result = call->result, .arguments = std::move(call->arguments), .plan = {}};
}

using Stack = std::vector<std::uint16_t>;
const Type kFiveChars = Type::Struct("FiveChars", {{"c", Type::Array(kInt8, 5)}});

TEST(CallShape, WordsTakeOneSlotOrTwo) {
  const CallShape shape = MakeCallShape(MakeTestBinding(Convention::kCdecl, {kInt8, kInt64, kFloat, kDouble}));
  EXPECT_EQ(shape.stack, (Stack{0, 2, 3, 4, 6, 7}));
  EXPECT_EQ(shape.removes, 0u);
  EXPECT_FALSE(shape.has_aggregates);
}

TEST(CallShape, WhatTravelsInARegisterHasNoSlotAndIsNotRemoved) {
  const CallShape shape = MakeCallShape(MakeTestBinding(Convention::kFastcall, {kFloat, kInt32, kInt32, kInt32}));
  EXPECT_EQ(shape.ecx, 2);
  EXPECT_EQ(shape.edx, 4);
  EXPECT_EQ(shape.stack, (Stack{0, 6}));
  EXPECT_EQ(shape.removes, 8u);
}

TEST(CallShape, AggregatesStandBehindTheWordsRoundedUpToSlots) {
  const Binding binding = MakeTestBinding(Convention::kStdcall, {kFiveChars, kInt32, kFiveChars});
  const CallShape shape = MakeCallShape(binding);
  EXPECT_EQ(shape.stack, (Stack{6, 7, 2, 8, 9}));
  EXPECT_EQ(shape.removes, 20u);
  EXPECT_EQ(shape.pieces, 10u);
  const std::byte bytes[10] = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}, std::byte{5},
                               std::byte{6}, std::byte{7}, std::byte{8}, std::byte{9}, std::byte{10}};
  const std::uint64_t words[] = {testing::Address(bytes), 77, testing::Address(bytes + 5)};
  std::vector<std::uint32_t> pieces(shape.pieces, 0xcccccccc);
  ASSERT_TRUE(GatherPieces(binding, words, {bytes, bytes + 10}, pieces.data()));
  EXPECT_EQ(pieces[2], 77u);
  EXPECT_EQ((std::vector<std::uint32_t>(pieces.begin() + 6, pieces.end())),
            (std::vector<std::uint32_t>{0x04030201, 5, 0x09080706, 10}));
}

TEST(CallShape, AnAggregateThatLeavesTheSegmentIsRefused) {
  const Binding binding = MakeTestBinding(Convention::kCdecl, {kFiveChars});
  const std::byte bytes[16] = {};
  std::uint32_t pieces[4];
  for (const std::byte* at : {bytes + 12, bytes + 16, static_cast<const std::byte*>(nullptr)}) {
    const std::uint64_t word = testing::Address(at);
    auto gathered = GatherPieces(binding, &word, {bytes, bytes + 16}, pieces);
    ASSERT_FALSE(gathered);
    EXPECT_EQ(gathered.error().code, ErrorCode::kCorrupt);
  }
  const std::uint64_t last = testing::Address(bytes + 11);
  EXPECT_TRUE(GatherPieces(binding, &last, {bytes, bytes + 16}, pieces));
}

}  // namespace
}  // namespace bridge::host
