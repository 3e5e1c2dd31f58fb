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
  const std::vector<Field> fields = {{"next", *pointer}, {"value", *types.Parse("int")}};
  ASSERT_TRUE(types.DefineStruct("Node", fields));
  EXPECT_TRUE(types.DefineStruct("Node", fields));
  EXPECT_FALSE(types.DefineStruct("Node", {{"value", *types.Parse("int")}}));
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
  const TypeId plain = *types.DefineStruct("Plain", {{"c", c}, {"d", d}, {"e", c}});
  const TypeId packed = *types.DefineStruct("Packed", {{"c", c}, {"d", d}, {"e", c}}, 2);
  const TypeId both = *types.DefineStruct("Both", {{"c", c}, {"d", d}}, 0, true);
  EXPECT_EQ(*LayoutOf(types, plain, Abi::kWin32Gnu), (Layout{24, 8}));
  EXPECT_EQ(*FieldOffsets(types, plain, Abi::kWin64Gnu), (std::vector<std::uint64_t>{0, 8, 16}));
  EXPECT_EQ(*LayoutOf(types, packed, Abi::kWin64Gnu), (Layout{12, 2}));
  EXPECT_EQ(*LayoutOf(types, both, Abi::kWin64Gnu), (Layout{8, 8}));
}

TEST(Layout, RefusesWhatContainsItself) {
  TypeTable types;
  const TypeId self = *types.DeclareStruct("Self");
  ASSERT_TRUE(types.DefineStruct("Self", {{"again", self}}));
  EXPECT_FALSE(LayoutOf(types, self, Abi::kWin64Gnu));
}

// What compilers say of struct {char a:3; int b:5; int c:30;}: Microsoft's rule
// opens a unit for each type, gcc for Linux goes on in the same bytes.
TEST(Layout, PutsBitFieldsIntoUnitsOfTheirType) {
  TypeTable types;
  const TypeId c = *types.Parse("char"), i = *types.Parse("int");
  const TypeId bits = *types.DefineStruct("Bits", {{"a", c, 3}, {"b", i, 5}, {"c", i, 30}});
  EXPECT_EQ(*LayoutOf(types, bits, Abi::kWin64Msvc), (Layout{12, 4}));
  EXPECT_EQ(*FieldPlaces(types, bits, Abi::kWin64Gnu), (std::vector<FieldPlace>{{0, 0}, {4, 0}, {8, 0}}));
  EXPECT_EQ(*LayoutOf(types, bits, Abi::kSysv64), (Layout{8, 4}));
  EXPECT_EQ(*FieldPlaces(types, bits, Abi::kSysv64), (std::vector<FieldPlace>{{0, 0}, {0, 3}, {4, 0}}));
}

// A union of bit-fields: Microsoft's compiler does not align it.
TEST(Layout, TellsGnuFromMsvcWhereTheyDiffer) {
  TypeTable types;
  const TypeId i = *types.Parse("int");
  const TypeId bits = *types.DefineStruct("Bits", {{"a", i, 3}, {"b", i, 30}}, 0, true);
  EXPECT_EQ(*LayoutOf(types, bits, Abi::kWin64Gnu), (Layout{4, 4}));
  EXPECT_EQ(*LayoutOf(types, bits, Abi::kWin64Msvc), (Layout{4, 1}));
  const TypeId wide = *types.DefineStruct("Wide", {{"a", i}}, Shape{0, 16, false});
  const TypeId packed = *types.DefineStruct("Packed", {{"c", *types.Parse("char")}, {"w", wide}}, 1);
  EXPECT_EQ(*LayoutOf(types, packed, Abi::kWin64Gnu), (Layout{17, 1}));
  EXPECT_EQ(*LayoutOf(types, packed, Abi::kWin64Msvc), (Layout{32, 16}));
}

TEST(Layout, SaysMembersOfAnonymousOnesFlat) {
  TypeTable types;
  const TypeId i = *types.Parse("int");
  const TypeId inner = *types.DefineStruct("Inner", {{"x", i}, {"y", i}});
  const TypeId either = *types.DefineStruct("Either", {{"", inner}, {"both", *types.Parse("int64_t")}}, 0, true);
  const TypeId outer = *types.DefineStruct("Outer", {{"tag", i}, {"", i, 4}, {"", either}});
  const auto members = PlacedMembers(types, outer, Abi::kWin64Gnu);
  ASSERT_TRUE(members) << members.error().message;
  ASSERT_EQ(members->size(), 4u);
  EXPECT_EQ((*members)[2].name, "y");
  EXPECT_EQ((*members)[2].place, (FieldPlace{12, 0}));
  EXPECT_TRUE((*members)[2].choice);
  EXPECT_FALSE((*members)[0].choice);
  const TypeId twice = *types.DefineStruct("Twice", {{"x", i}, {"", inner}});
  EXPECT_FALSE(NamedMembers(types, twice));
}

TEST(Layout, EndsAStructWithAFlexibleArray) {
  TypeTable types;
  const TypeId c = *types.Parse("char");
  const TypeId packet = *types.DefineStruct("Packet", {{"count", c}, {"data", *types.Parse("int16_t[]")}});
  EXPECT_EQ(*LayoutOf(types, packet, Abi::kWin64Gnu), (Layout{2, 2}));
  EXPECT_EQ(types.Spell(*FlexibleElement(types, packet)), "int16_t");
  EXPECT_FALSE(types.DefineStruct("First", {{"data", *types.Parse("int[]")}, {"n", c}}));
  EXPECT_FALSE(types.DefineStruct("Alone", {{"data", *types.Parse("int[]")}}));
  EXPECT_FALSE(LayoutOf(types, *types.DefineStruct("Holder", {{"p", packet}}), Abi::kWin64Gnu));
  EXPECT_FALSE(types.Parse("int[]*"));
  EXPECT_EQ(types.Spell(*types.Parse("int[][3]")), "int[][3]");
}

TEST(Layout, RefusesBitFieldsThatNoCompilerTakes) {
  TypeTable types;
  auto refused = [&, n = 0](Field field) mutable {
    const auto id = types.DefineStruct("S" + std::to_string(n++), {{"a", *types.Parse("int")}, std::move(field)});
    return !id || !LayoutOf(types, *id, Abi::kWin64Gnu);
  };
  EXPECT_TRUE(refused({"wide", *types.Parse("int"), 33}));
  EXPECT_TRUE(refused({"wide", *types.Parse("long"), 33}));
  EXPECT_TRUE(refused({"truth", *types.Parse("bool"), 2}));
  EXPECT_TRUE(refused({"named", *types.Parse("int"), 0}));
  EXPECT_TRUE(refused({"real", *types.Parse("float"), 3}));
  EXPECT_TRUE(refused({"", *types.Parse("int")}));
  EXPECT_FALSE(refused({"", *types.Parse("int"), 0}));
}

}  // namespace
}  // namespace spanproof
