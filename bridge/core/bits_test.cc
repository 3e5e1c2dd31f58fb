// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "bridge/core/type.h"

namespace bridge {
namespace {

constexpr Abi kAll[] = {Abi::kWin64Msvc, Abi::kWin64Gnu, Abi::kWin32Msvc, Abi::kWin32Gnu, Abi::kSysv64};
constexpr Abi kWindows[] = {Abi::kWin64Msvc, Abi::kWin64Gnu, Abi::kWin32Msvc, Abi::kWin32Gnu};

Placed At(const Type& type, const char* name, Abi abi) {
  const auto found = FindMember(type, name, abi);
  EXPECT_TRUE(found) << found.error().message;
  return found ? found->at : Placed{};
}
std::uint64_t Size(const Type& type, Abi abi) { return LayoutOf(type, abi).value_or(Layout{}).size; }

TEST(Bits, FieldsOfOneSizeShareAUnit) {
  const Type type = Type::Struct("S", {{"a", kInt32, 3}, {"b", kUint32, 5}, {"c", kInt32, 30}});
  for (Abi abi : kAll) {
    EXPECT_EQ(At(type, "a", abi), (Placed{0, 0, 3, true}));
    EXPECT_EQ(At(type, "b", abi), (Placed{0, 3, 5, false}));
    EXPECT_EQ(At(type, "c", abi), (Placed{4, 0, 30, true}));
    EXPECT_EQ(Size(type, abi), 8u);
  }
}

TEST(Bits, FieldsOfOtherSizesOpenUnitsOnWindowsOnly) {
  const Type type = Type::Struct("S", {{"a", kUint8, 3}, {"b", kUint32, 5}});
  for (Abi abi : kWindows) EXPECT_EQ(At(type, "b", abi), (Placed{4, 0, 5, false}));
  EXPECT_EQ(At(type, "b", Abi::kSysv64), (Placed{0, 3, 5, false}));
}

TEST(Bits, AUnionsFieldCountsWholeWithMsvc) {
  const Type type = Type::Union("U", {{"a", kInt32, 3}, {"b", kInt8}}, 1);
  EXPECT_EQ(LayoutOf(type, Abi::kWin64Msvc), (Layout{4, 1}));
  EXPECT_EQ(LayoutOf(type, Abi::kWin64Gnu), (Layout{1, 1}));
}

TEST(Bits, PackDoesNotLowerWhatMsvcWasAskedFor) {
  const Type aligned = Type::Struct("A", {{"x", kInt8}}, 0, 16);
  const Type packed = Type::Struct("P", {{"c", kInt8}, {"a", aligned}}, 1);
  EXPECT_EQ(At(packed, "a", Abi::kWin32Msvc).offset, 16u);
  EXPECT_EQ(At(packed, "a", Abi::kWin32Gnu).offset, 1u);
}

TEST(Bits, LongDoubleIsTheAbisOwn) {
  const Type type = Type::Struct("S", {{"c", kInt8}, {"x", kLongDouble}});
  EXPECT_EQ(LayoutOf(kLongDouble, Abi::kWin64Gnu), (Layout{16, 16}));
  EXPECT_EQ(LayoutOf(kLongDouble, Abi::kWin32Gnu), (Layout{12, 4}));
  EXPECT_EQ(LayoutOf(kLongDouble, Abi::kWin32Msvc), (Layout{8, 8}));
  EXPECT_EQ(At(type, "x", Abi::kWin32Gnu).offset, 4u);
  EXPECT_EQ(kLongDouble.Spell(), "long double");
}

TEST(Bits, WritingLeavesTheNeighboursAlone) {
  std::array<unsigned char, 4> object;
  object.fill(0xff);
  const Placed at{1, 3, 7, true};
  EXPECT_EQ(at.bytes(), 2u);
  WriteBits(object.data(), at, 0x15);
  EXPECT_EQ(object, (std::array<unsigned char, 4>{0xff, 0xaf, 0xfc, 0xff}));
  EXPECT_EQ(ReadBits(object.data(), at), 0x15u);
}

TEST(Bits, ReadingExtendsTheSignOfSignedFieldsOnly) {
  std::array<unsigned char, 16> object{};
  for (const int value : {-8, -1, 0, 7}) {
    WriteBits(object.data(), {2, 5, 4, true}, static_cast<std::uint64_t>(static_cast<std::int64_t>(value)));
    EXPECT_EQ(static_cast<std::int64_t>(ReadBits(object.data(), {2, 5, 4, true})), value);
    EXPECT_EQ(ReadBits(object.data(), {2, 5, 4, false}), static_cast<std::uint64_t>(value) & 15);
  }
  WriteBits(object.data(), {1, 7, 64, true}, 0x8123456789abcdef);
  EXPECT_EQ(ReadBits(object.data(), {1, 7, 64, true}), 0x8123456789abcdefu) << "nine bytes, as sysv64 packs them";
}

TEST(Members, AreFoundInsideAnonymousOnesToo) {
  const Type inner = Type::Union("", {{"number", kInt32}, {"bits", kUint32, 5}});
  const Type type = Type::Struct("S", {{"a", kInt8}, {"", kInt8, 0}, {"", Type::Struct("", {{"x", kInt64}, {"", inner}})}});
  for (Abi abi : kAll) {
    EXPECT_EQ(At(type, "number", abi).offset, 16u);
    EXPECT_EQ(At(type, "bits", abi), (Placed{16, 0, 5, false}));
    EXPECT_EQ(FindMember(type, "x", abi)->type, kInt64);
  }
}

TEST(Members, AWrongNameGetsTheNearestOne) {
  const Type type = Type::Struct("Image", {{"data", Type::Pointer(kInt16)}, {"", Type::Struct("", {{"width", kInt16}})}});
  const auto found = FindMember(type, "widht", Abi::kWin64Msvc);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(found.error().message, "'Image' has no member 'widht' (did you mean 'width'?)");
  EXPECT_NE(FindMember(kInt32, "x", Abi::kWin64Msvc).error().message.find("an int32 has no members"), std::string::npos);
}

}  // namespace
}  // namespace bridge
