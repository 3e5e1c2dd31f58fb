// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

#include "bridge/core/type.h"

namespace bridge {
namespace {

constexpr Abi kAll[] = {Abi::kWin64Msvc, Abi::kWin64Gnu, Abi::kWin32Msvc, Abi::kWin32Gnu, Abi::kSysv64};
constexpr bool Wide(Abi abi) { return abi != Abi::kWin32Msvc && abi != Abi::kWin32Gnu; }

Layout Of(const Type& type, Abi abi) {
  auto layout = LayoutOf(type, abi);
  EXPECT_TRUE(layout) << (layout ? "" : layout.error().message);
  return layout.value_or(Layout{});
}
std::vector<std::uint64_t> Offsets(const Type& type, Abi abi) {
  auto offsets = MemberOffsets(type, abi);
  EXPECT_TRUE(offsets) << (offsets ? "" : offsets.error().message);
  return offsets.value_or(std::vector<std::uint64_t>{});
}

const Type kImage = Type::Struct("Image", {{"data", Type::Pointer(kInt16)}, {"width", kInt16}, {"height", kInt16}});

TEST(Layout, ScalarsAreAsWideAsTheirNames) {
  for (Abi abi : kAll) {
    EXPECT_EQ(Of(Type(Kind::kBool), abi), (Layout{1, 1}));
    EXPECT_EQ(Of(kInt8, abi), (Layout{1, 1}));
    EXPECT_EQ(Of(kUint16, abi), (Layout{2, 2}));
    EXPECT_EQ(Of(kChar16, abi), (Layout{2, 2}));
    EXPECT_EQ(Of(kInt32, abi), (Layout{4, 4}));
    EXPECT_EQ(Of(kFloat, abi), (Layout{4, 4}));
    EXPECT_EQ(Of(kUint64, abi), (Layout{8, 8}));
    EXPECT_EQ(Of(kDouble, abi), (Layout{8, 8}));
  }
}

TEST(Layout, PointersAndFunctionsAreAsWideAsTheAbiSays) {
  for (Abi abi : kAll) {
    const std::uint64_t bytes = Wide(abi) ? 8 : 4;
    EXPECT_EQ(PointerSize(abi), bytes);
    EXPECT_EQ(Of(Type::Pointer(kVoid), abi), (Layout{bytes, bytes}));
    EXPECT_EQ(Of(Type(Kind::kFunction), abi), (Layout{bytes, bytes}));
  }
}

TEST(Layout, ImageShrinksWithItsPointerOnWin32) {
  for (Abi abi : kAll) {
    EXPECT_EQ(Of(kImage, abi), Wide(abi) ? (Layout{16, 8}) : (Layout{8, 4})) << Name(abi);
    EXPECT_EQ(Offsets(kImage, abi),
              Wide(abi) ? (std::vector<std::uint64_t>{0, 8, 10}) : (std::vector<std::uint64_t>{0, 4, 6}));
  }
}

TEST(Layout, DoublesInStructsAreAlignedToEightEverywhere) {
  const Type mixed =
      Type::Struct("Mixed", {{"c", kInt8}, {"d", kDouble}, {"s", kInt16}, {"q", kInt64}, {"tail", kInt8}});
  for (Abi abi : kAll) {
    EXPECT_EQ(Of(mixed, abi), (Layout{40, 8})) << Name(abi);
    EXPECT_EQ(Offsets(mixed, abi), (std::vector<std::uint64_t>{0, 8, 16, 24, 32}));
  }
}

TEST(Layout, AgreesWithTheCompilerOfThisTest) {
  struct Inner {
    char c;
    std::int16_t s;
  };
  struct Outer {
    char c;
    Inner inner[3];
    void* p;
    double d;
    std::uint8_t tail[5];
  };
  const Type inner = Type::Struct("Inner", {{"c", kInt8}, {"s", kInt16}});
  const Type outer = Type::Struct("Outer", {{"c", kInt8},
                                            {"inner", Type::Array(inner, 3)},
                                            {"p", Type::Pointer(kVoid)},
                                            {"d", kDouble},
                                            {"tail", Type::Array(kUint8, 5)}});
#if defined(_WIN64)
  const Abi here = Abi::kWin64Gnu;
#elif defined(_WIN32)
  const Abi here = Abi::kWin32Gnu;
#else
  const Abi here = Abi::kSysv64;
#endif
  EXPECT_EQ(Of(outer, here), (Layout{sizeof(Outer), alignof(Outer)}));
  EXPECT_EQ(Offsets(outer, here),
            (std::vector<std::uint64_t>{offsetof(Outer, c), offsetof(Outer, inner), offsetof(Outer, p),
                                        offsetof(Outer, d), offsetof(Outer, tail)}));
}

TEST(Layout, PackLowersAlignmentAndNeverRaisesIt) {
  const std::vector<Type::Member> members = {{"c", kInt8}, {"d", kDouble}, {"s", kInt16}};
  for (Abi abi : kAll) {
    EXPECT_EQ(Of(Type::Struct("P1", members, 1), abi), (Layout{11, 1}));
    EXPECT_EQ(Offsets(Type::Struct("P1", members, 1), abi), (std::vector<std::uint64_t>{0, 1, 9}));
    EXPECT_EQ(Of(Type::Struct("P2", members, 2), abi), (Layout{12, 2}));
    EXPECT_EQ(Offsets(Type::Struct("P2", members, 2), abi), (std::vector<std::uint64_t>{0, 2, 10}));
    EXPECT_EQ(Of(Type::Struct("P16", members, 16), abi), (Layout{24, 8}));
  }
}

TEST(Layout, PackOfAnOuterStructLeavesTheInnerOneAlone) {
  const Type inner = Type::Struct("Inner", {{"c", kInt8}, {"i", kInt32}});
  const Type outer = Type::Struct("Outer", {{"c", kInt8}, {"inner", inner}}, 1);
  EXPECT_EQ(Of(outer, Abi::kWin64Msvc), (Layout{9, 1}));
  EXPECT_EQ(Offsets(outer, Abi::kWin64Msvc), (std::vector<std::uint64_t>{0, 1}));
}

TEST(Layout, UnionsTakeTheLargestMemberAtOffsetZero) {
  const Type either = Type::Union("Either", {{"bytes", Type::Array(kInt8, 5)}, {"number", kInt32}});
  const Type pointer = Type::Union("P", {{"p", Type::Pointer(kVoid)}, {"i", kInt32}});
  for (Abi abi : kAll) {
    EXPECT_EQ(Of(either, abi), (Layout{8, 4}));
    EXPECT_EQ(Offsets(either, abi), (std::vector<std::uint64_t>{0, 0}));
    EXPECT_EQ(Of(pointer, abi).size, Wide(abi) ? 8u : 4u);
  }
}

TEST(Layout, WhatHasNoSizeIsRefused) {
  for (const Type& type : {kVoid, Type::Struct("Empty", {}), Type::Union("Empty", {}), Type::Array(kVoid, 3),
                           Type::Struct("Holds", {{"v", kVoid}})}) {
    auto layout = LayoutOf(type, Abi::kWin64Msvc);
    ASSERT_FALSE(layout);
    EXPECT_EQ(layout.error().code, ErrorCode::kUnsupported);
  }
}

TEST(Layout, WhatIsLargerThanMemoryIsRefusedInsteadOfWrappingRound) {
  const Type huge = Type::Array(kInt8, std::uint64_t{1} << 61);
  EXPECT_FALSE(LayoutOf(Type::Array(kInt64, UINT64_MAX / 8), Abi::kWin64Msvc));
  EXPECT_FALSE(LayoutOf(Type::Array(huge, 64), Abi::kWin64Msvc));
  std::vector<Type::Member> many;
  for (int i = 0; i < 8; ++i) many.push_back({"m" + std::to_string(i), huge});
  many.push_back({"last", kInt32});
  auto sum = LayoutOf(Type::Struct("Sum", many), Abi::kWin64Msvc);
  ASSERT_FALSE(sum) << "2^64 + 4 bytes became " << sum->size;
  EXPECT_EQ(sum.error().code, ErrorCode::kInvalidArgument);
}

TEST(Type, SpellsItselfLikeC) {
  EXPECT_EQ(Type::Pointer(kInt16).Spell(), "int16*");
  EXPECT_EQ(Type::Array(Type::Pointer(kFloat), 10).Spell(), "float*[10]");
  EXPECT_EQ(kImage.Spell(), "Image");
  EXPECT_EQ(kChar16.Spell(), "char16");
  EXPECT_EQ(Type(Kind::kFunction).Spell(), "function");
}

TEST(Type, ComparesByContent) {
  EXPECT_EQ(Type::Pointer(kInt16), Type::Pointer(kInt16));
  EXPECT_FALSE(Type::Pointer(kInt16) == Type::Pointer(kUint16));
  EXPECT_FALSE(Type::Array(kInt8, 3) == Type::Array(kInt8, 4));
  EXPECT_FALSE(Type::Struct("S", {{"a", kInt8}}, 1) == Type::Struct("S", {{"a", kInt8}}, 2));
  EXPECT_FALSE(Type::Struct("S", {{"a", kInt8}}) == Type::Struct("S", {{"b", kInt8}}));
  EXPECT_FALSE(Type::Struct("S", {{"a", kInt8}}) == Type::Union("S", {{"a", kInt8}}));
}

TEST(Type, PointsAtItselfWithoutComparingOrSpellingForever) {
  const auto list = [](const Type& payload) {
    const Type node = Type::Declare("Node");
    return std::pair(node, Type::Define(node, {{"next", Type::Pointer(node)}, {"value", payload}}));
  };
  const auto [handle, whole] = list(kInt32);
  const auto [other_handle, same] = list(kInt32);
  const auto [third_handle, different] = list(kInt64);
  EXPECT_EQ(whole, same);
  EXPECT_EQ(handle, whole);
  EXPECT_FALSE(whole == different);
  EXPECT_EQ(whole.members()[0].type.Spell(), "Node*");
  EXPECT_EQ(whole.members()[0].type.element().members()[1].type, kInt32);
  for (Abi abi : kAll) {
    EXPECT_EQ(Of(whole, abi), Of(same, abi));
    EXPECT_EQ(Of(handle, abi), Wide(abi) ? (Layout{16, 8}) : (Layout{8, 4}));
  }
}

TEST(Type, PointsAtAnotherThatPointsBack) {
  const auto pair = [](const Type& payload) {
    const Type parent = Type::Declare("Parent"), child = Type::Declare("Child", Kind::kUnion);
    return std::vector<Type>{Type::Define(parent, {{"first", Type::Pointer(child)}}),
                             Type::Define(child, {{"parent", Type::Pointer(parent)}, {"value", payload}})};
  };
  EXPECT_EQ(pair(kInt32), pair(kInt32));
  EXPECT_FALSE(pair(kInt32)[0] == pair(kInt8)[0]) << "both hold their definitions, and those differ";
}

TEST(Type, AHandleIsIncompleteBeforeAndAfterItsDefinition) {
  const Type node = Type::Declare("Node");
  EXPECT_FALSE(node.complete());
  EXPECT_EQ(LayoutOf(node, Abi::kWin64Gnu).error().code, ErrorCode::kUnsupported);
  {
    const Type whole = Type::Define(node, {{"next", Type::Pointer(node)}});
    EXPECT_TRUE(node.complete());
    EXPECT_EQ(node.kind(), Kind::kStruct);
  }
  EXPECT_FALSE(node.complete()) << "nobody keeps the definition any more";
  EXPECT_TRUE(node.members().empty());
  EXPECT_EQ(node.Spell(), "Node");
}

TEST(Type, ASharedTypeThatIsDescribedTwiceGivesOneLayout) {
  const auto point = [] { return Type::Struct("Point", {{"flag", kInt8, 3}, {"x", kDouble}}, 2, 16); };
  EXPECT_EQ(point(), point());
  for (Abi abi : kAll) EXPECT_EQ(Of(point(), abi), Of(point(), abi));
  EXPECT_FALSE(point() == Type::Struct("Point", {{"flag", kInt8, 4}, {"x", kDouble}}, 2, 16));
  EXPECT_FALSE(point() == Type::Struct("Point", {{"flag", kInt8, 3}, {"x", kDouble}}, 2));
}

TEST(Abi, NamesGoThereAndBack) {
  for (Abi abi : kAll) EXPECT_EQ(ParseAbi(Name(abi)), abi);
  EXPECT_EQ(ParseArch("win32"), Arch::kWin32);
  EXPECT_EQ(DefaultAbi(Arch::kWin32), Abi::kWin32Msvc);
  EXPECT_FALSE(ParseAbi("win64"));
  EXPECT_FALSE(ParseArch("win16"));
}

}  // namespace
}  // namespace bridge
