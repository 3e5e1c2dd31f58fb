// SPDX-License-Identifier: MIT
#include "harness/model/type.h"

#include <gtest/gtest.h>

namespace spanproof {
namespace {

TEST(TypeTable, SpellsWhatItParsed) {
  TypeTable types;
  for (const char* spelling : {"int", "float*", "char**", "int[10]", "int16_t[2][3]", "void*",
                               "double*[4]", "unsigned int", "long double", "wchar_t*"}) {
    const auto id = types.Parse(spelling);
    ASSERT_TRUE(id) << id.error().message;
    EXPECT_EQ(types.Spell(*id), spelling);
  }
}

TEST(TypeTable, GivesOneIdToAllSpellingsOfAType) {
  TypeTable types;
  EXPECT_EQ(*types.Parse("short"), *types.Parse("int16_t"));
  EXPECT_EQ(*types.Parse("unsigned long long"), *types.Parse("uint64_t"));
  EXPECT_EQ(*types.Parse("const char *"), *types.Parse("char*"));
  EXPECT_NE(*types.Parse("long"), *types.Parse("int"));
}

TEST(TypeTable, OffersTheNearestName) {
  TypeTable types;
  const auto id = types.Parse("flaot*");
  ASSERT_FALSE(id);
  EXPECT_NE(id.error().message.find("did you mean \"float\"?"), std::string::npos) << id.error().message;
}

TEST(TypeTable, RefusesWhatIsNoType) {
  TypeTable types;
  for (const char* spelling : {"", "*", "int[", "int[0]", "int[x]", "int x y", "void[3]", "int*name",
                               "int[99999999999999999999]"}) {
    EXPECT_FALSE(types.Parse(spelling)) << spelling;
  }
}

TEST(TypeTable, LetsStructsPointAtThemselvesAndDefinesOnce) {
  TypeTable types;
  ASSERT_TRUE(types.DeclareStruct("Node"));
  const auto pointer = types.Parse("Node*");
  ASSERT_TRUE(pointer);
  const std::vector<Field> fields = {{"next", *pointer, 0}, {"value", *types.Parse("int"), 0}};
  ASSERT_TRUE(types.DefineStruct("Node", fields));
  EXPECT_TRUE(types.DefineStruct("Node", fields));
  EXPECT_FALSE(types.DefineStruct("Node", {{"value", *types.Parse("int"), 0}}));
  EXPECT_EQ(*LayoutOf(types, *types.Parse("Node"), Abi::kWin64Gnu), (Layout{16, 8}));
  EXPECT_EQ(*LayoutOf(types, *types.Parse("Node"), Abi::kWin32Gnu), (Layout{8, 4}));
}

TEST(Layout, DiffersBetweenNamedAbis) {
  TypeTable types;
  const auto size = [&](const char* spelling, Abi abi) {
    return LayoutOf(types, *types.Parse(spelling), abi)->size;
  };
  EXPECT_EQ(size("long", Abi::kWin64Gnu), 4u);
  EXPECT_EQ(size("long", Abi::kSysv64), 8u);
  EXPECT_EQ(size("wchar_t", Abi::kWin32Gnu), 2u);
  EXPECT_EQ(size("wchar_t", Abi::kSysv64), 4u);
  EXPECT_EQ(size("size_t", Abi::kWin32Msvc), 4u);
  EXPECT_EQ(size("long double", Abi::kWin64Gnu), 16u);
  EXPECT_EQ(size("long double", Abi::kWin32Gnu), 12u);
  EXPECT_EQ(size("long double", Abi::kWin64Msvc), 8u);
  EXPECT_EQ(size("int[2][3]", Abi::kWin64Gnu), 24u);
  EXPECT_FALSE(LayoutOf(types, *types.Parse("void"), Abi::kWin64Gnu));
}

TEST(Layout, PadsAndPacks) {
  TypeTable types;
  const TypeId c = *types.Parse("char");
  const TypeId d = *types.Parse("double");
  const TypeId plain = *types.DefineStruct("Plain", {{"c", c, 0}, {"d", d, 0}, {"e", c, 0}});
  const TypeId packed = *types.DefineStruct("Packed", {{"c", c, 0}, {"d", d, 0}, {"e", c, 0}}, 2);
  const TypeId both = *types.DefineStruct("Both", {{"c", c, 0}, {"d", d, 0}}, 0, true);
  EXPECT_EQ(*LayoutOf(types, plain, Abi::kWin32Gnu), (Layout{24, 8}));
  EXPECT_EQ(*FieldOffsets(types, plain, Abi::kWin64Gnu), (std::vector<std::uint64_t>{0, 8, 16}));
  EXPECT_EQ(*LayoutOf(types, packed, Abi::kWin64Gnu), (Layout{12, 2}));
  EXPECT_EQ(*LayoutOf(types, both, Abi::kWin64Gnu), (Layout{8, 8}));
}

TEST(Layout, RefusesWhatContainsItselfAndBitFields) {
  TypeTable types;
  const TypeId self = *types.DeclareStruct("Self");
  ASSERT_TRUE(types.DefineStruct("Self", {{"again", self, 0}}));
  EXPECT_FALSE(LayoutOf(types, self, Abi::kWin64Gnu));
  const TypeId bits = *types.DefineStruct("Bits", {{"flag", *types.Parse("int"), 3}});
  EXPECT_EQ(LayoutOf(types, bits, Abi::kWin64Gnu).error().code, ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace spanproof
