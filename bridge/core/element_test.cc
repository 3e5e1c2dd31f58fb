// SPDX-License-Identifier: MIT
// What elements hold beside plain members: bit-fields, unions, long doubles, arrays of unknown length.
#include "bridge/core/element.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bridge/core/testing.h"

namespace bridge {
namespace {

using testing::Address;
using testing::Crossing;
using testing::MakePlan;
using testing::MakeSignature;

std::string Refusal(const Signature& signature, Abi frame) {
  auto plan = CompilePlan(signature, Abi::kSysv64, frame, Phase::kBefore);
  return plan ? "no error" : plan.error().message;
}

TEST(BitFields, ThatLieAlikeAreCopiedByTheByte) {
  const Type flags = Type::Struct("Flags", {{"a", kUint32, 3}, {"b", kUint32, 9}, {"c", kInt32}});
  const Plan plan = MakePlan(MakeSignature({Type::Pointer(flags)}), Abi::kSysv64, Abi::kWin64Msvc);
  EXPECT_TRUE(plan.nodes[0].flat);
}

TEST(BitFields, ThatLieElsewhereAreCopiedByTheBit) {
  // sysv64 packs both into one byte, Microsoft's layout gives each type a unit of its own.
  const Type mixed = Type::Struct("Mixed", {{"a", kUint8, 3}, {"b", kUint32, 5}, {"last", kInt16}});
  const auto there = PlaceMembers(mixed, Abi::kWin64Msvc);
  ASSERT_TRUE(there);
  ASSERT_EQ((*there)[1].offset, 4u) << "else this test tests nothing";
  std::uint8_t local[16];
  for (int i = 0; i < 16; ++i) local[i] = 0xa5;
  ASSERT_LE(LayoutOf(mixed, Abi::kSysv64)->size, 8u);
  const auto here = *PlaceMembers(mixed, Abi::kSysv64);
  WriteBits(local, here[0], 5);
  WriteBits(local, here[1], 19);
  Crossing call(MakePlan(MakeSignature({Type::Pointer(mixed)}), Abi::kSysv64, Abi::kWin64Msvc), {Address(local)});
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<std::uint8_t>(0);
  EXPECT_EQ(ReadBits(seen, (*there)[0]), 5u);
  EXPECT_EQ(ReadBits(seen, (*there)[1]), 19u);
  WriteBits(seen, (*there)[0], 2);
  WriteBits(seen, (*there)[1], 30);
  call.Return();
  EXPECT_EQ(ReadBits(local, here[0]), 2u);
  EXPECT_EQ(ReadBits(local, here[1]), 30u);
  EXPECT_EQ(local[4], 0xa5) << "what stands beside them is left alone";
}

TEST(Unions, OfPointersAreOpaqueAndMayChangeTheirWidth) {
  const Type handle = Type::Union("Handle", {{"pointer", Type::Pointer(kInt32)}, {"function", Type(Kind::kFunction)}});
  const Type holder = Type::Struct("Holder", {{"handle", handle}, {"tag", kInt32}});
  struct Wide {
    std::uint64_t handle;
    std::int32_t tag, pad;
  } wide{0x1234, 5, 6};
  Crossing call(MakePlan(MakeSignature({Type::Pointer(holder)}), Abi::kSysv64, Abi::kWin32Gnu), {Address(&wide)}, Crossing::kLow);
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<std::uint32_t>(0);
  EXPECT_EQ(seen[0], 0x1234u) << "an address, which is not followed";
  EXPECT_EQ(seen[1], 5u);
  seen[0] = 0x4321;
  call.Return();
  EXPECT_EQ(wide.handle, 0x4321u);
}

TEST(Unions, WhoseMembersAreOtherBytesThereAreRefused) {
  const Type either = Type::Union("Either", {{"number", kInt32}, {"pointer", Type::Pointer(kFloat)}});
  const Signature signature = MakeSignature({Type::Pointer(either)});
  EXPECT_NE(Refusal(signature, Abi::kWin32Gnu).find("the members of union Either are not the same bytes on sysv64 and win32-gnu"),
            std::string::npos) << Refusal(signature, Abi::kWin32Gnu);
  EXPECT_EQ(Refusal(signature, Abi::kWin64Gnu), "no error");
}

TEST(LongDoubles, CrossByReferenceToCompilersThatHaveThem) {
  const Signature signature = MakeSignature({Type::Pointer(kLongDouble), kInt32}, {testing::Counted(0, 1, kLongDouble)});
  EXPECT_EQ(Refusal(signature, Abi::kWin64Gnu), "no error");
  EXPECT_NE(Refusal(signature, Abi::kWin32Msvc).find("long double is 8 bytes for win32-msvc and 10 for sysv64: describe it as a double"),
            std::string::npos) << Refusal(signature, Abi::kWin32Msvc);
  std::uint8_t local[32];
  for (int i = 0; i < 32; ++i) local[i] = static_cast<std::uint8_t>(i);
  Crossing call(MakePlan(signature, Abi::kSysv64, Abi::kWin32Gnu), {Address(local), 2}, Crossing::kLow);
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<std::uint8_t>(0);
  EXPECT_EQ(seen[9], 9);
  EXPECT_EQ(seen[12], 16) << "12 bytes apart";
  seen[12 + 9] = 99;
  call.Return();
  EXPECT_EQ(local[25], 99);
  EXPECT_EQ(local[15], 15);
}

struct Packet {
  std::int32_t count;
  std::int16_t values[1];
};
const Type kPacket = Type::Struct("Packet", {{"count", kInt32}, {"values", Type::Array(kInt16, 0)}});
const Memsync kValues{.pointer = {0, "values"}, .length = {{0, "count"}}, .type = kInt16};

TEST(Flexible, AnArrayOfTheStructsOwnLengthFollowsIt) {
  for (std::uint64_t delta : {std::uint64_t{0}, std::uint64_t{0x10000000}}) {
    std::int32_t memory[4] = {3, 0, 0, 0x5a5a5a5a};
    auto* values = reinterpret_cast<std::int16_t*>(memory + 1);
    for (std::int16_t i = 0; i < 3; ++i) values[i] = i;
    Crossing call(MakePlan(MakeSignature({Type::Pointer(kPacket)}, {kValues})), {Address(memory)}, delta);
    ASSERT_TRUE(call) << call.error();
    EXPECT_EQ(call.space().blocks(), 1u);
    auto* seen = call.Arg<Packet>(0);
    EXPECT_EQ(seen->count, 3);
    EXPECT_EQ(seen->values[2], 2);
    seen->values[2] = 22;
    seen->count = 1;
    call.Return();
    EXPECT_EQ(values[2], 22);
    EXPECT_EQ(memory[0], 1);
    EXPECT_EQ(memory[3], 0x5a5a5a5a);
  }
}

TEST(Flexible, WithoutADirectiveOnlyTheStructItselfCrosses) {
  std::int32_t memory[2] = {3, 0x01020304};
  Crossing call(MakePlan(MakeSignature({Type::Pointer(kPacket)})), {Address(memory)});
  ASSERT_TRUE(call) << call.error();
  EXPECT_EQ(call.instances()[0].frame_bytes(), 4u);
  call.Return();
}

TEST(Flexible, ItsElementsMayBePointersToo) {
  const Type rows = Type::Struct("Rows", {{"count", kInt32}, {"rows", Type::Array(Type::Pointer(kInt32), 0)}});
  const Memsync all{.pointer = {0, "rows"}, .length = {{0, "count"}}, .type = Type::Pointer(kInt32)};
  std::int32_t numbers[2] = {1, 2};
  std::uint64_t memory[4] = {3, Address(numbers), 0, Address(numbers + 1)};
  Crossing call(MakePlan(MakeSignature({Type::Pointer(rows)}, {all}), Abi::kSysv64, Abi::kWin32Gnu), {Address(memory)}, Crossing::kLow);
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<std::uint32_t>(0);
  EXPECT_EQ(seen[0], 3u);
  EXPECT_EQ(*call.Seen<std::int32_t>(seen[1]), 1);
  EXPECT_EQ(seen[2], 0u);
  *call.Seen<std::int32_t>(seen[3]) = 22;
  call.Return();
  EXPECT_EQ(numbers[1], 22);
  EXPECT_EQ(memory[3], Address(numbers + 1));
}

TEST(Flexible, BytesAreCountedForTheWholeWhereTheDirectiveNamesThePointer) {
  std::int32_t memory[3] = {2, 0x00020001, 7};
  const Memsync whole{.pointer = {0}, .length = {{1}}};
  Crossing call(MakePlan(MakeSignature({Type::Pointer(kPacket), kInt32}, {whole})), {Address(memory), 8});
  ASSERT_TRUE(call) << call.error();
  EXPECT_EQ(call.Arg<Packet>(0)->values[1], 2);
  call.Return();
  Memsync counted = whole;
  counted.type = kPacket;
  EXPECT_NE(Refusal(MakeSignature({Type::Pointer(kPacket), kInt32}, {counted}), Abi::kWin64Gnu).find("ends in an array of its own"),
            std::string::npos);
}

TEST(PointerArrays, EachElementHasTheDirectiveOfAll) {
  float rows[2][3] = {{1, 2, 3}, {4, 5, 6}};
  float* table[3] = {rows[0], nullptr, rows[1]};
  const Type type = Type::Struct("Table", {{"rows", Type::Array(Type::Pointer(kFloat), 3)}});
  const Memsync each{.pointer = {0, "rows", -1}, .length = {{1}}, .type = kFloat};
  Crossing call(MakePlan(MakeSignature({Type::Pointer(type), kInt32}, {each})), {Address(table), 3});
  ASSERT_TRUE(call) << call.error();
  auto** seen = call.Arg<float*>(0);
  EXPECT_EQ(seen[1], nullptr);
  EXPECT_EQ(seen[2][2], 6);
  seen[2][2] = 66;
  call.Return();
  EXPECT_EQ(rows[1][2], 66);
  EXPECT_EQ(table[2], rows[1]);
}

TEST(PointerArrays, RowsOfAMatrixEachWithItsLength) {
  float rows[2][3] = {{1, 2, 3}, {4, 5, 6}};
  float* table[2] = {rows[0], rows[1]};
  const Signature signature = MakeSignature({Type::Pointer(Type::Pointer(kFloat)), kInt32, kInt32},
                                            {{.pointer = {0}, .length = {{1}}, .type = Type::Pointer(kFloat)},
                                             {.pointer = {0, -1}, .length = {{2}}, .type = kFloat}});
  Crossing call(MakePlan(signature), {Address(table), 2, 3});
  ASSERT_TRUE(call) << call.error();
  call.Arg<float*>(0)[1][2] = 66;
  call.Return();
  EXPECT_EQ(rows[1][2], 66);
}

TEST(Anonymous, MembersAreReachedAsIfTheyStoodOutside) {
  const Type inner = Type::Struct("", {{"data", Type::Pointer(kUint8)}, {"size", kInt32}});
  const Type outer = Type::Struct("Outer", {{"tag", kInt32}, {"", inner}});
  struct {
    std::int32_t tag;
    std::uint8_t* data;
    std::int32_t size;
  } local{};
  std::uint8_t bytes[] = {1, 2, 3};
  local.data = bytes;
  local.size = 3;
  Crossing call(MakePlan(MakeSignature({Type::Pointer(outer)}, {{.pointer = {0, "data"}, .length = {{0, "size"}}}})), {Address(&local)});
  ASSERT_TRUE(call) << call.error();
  EXPECT_EQ(call.instances().back().count, 3u);
  call.Return();
}

}  // namespace
}  // namespace bridge
