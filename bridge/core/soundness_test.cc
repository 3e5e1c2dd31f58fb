// SPDX-License-Identifier: MIT
#include "bridge/core/soundness.h"

#include <gtest/gtest.h>

namespace bridge {
namespace {

constexpr Abi kAll[] = {Abi::kWin64Msvc, Abi::kWin64Gnu, Abi::kWin32Msvc, Abi::kWin32Gnu, Abi::kSysv64};

using Members = std::vector<Type::Member>;

Type S(Members members, std::uint32_t pack = 0, std::uint32_t align = 0) {
  return Type::Struct("S", std::move(members), pack, align);
}

// Every ABI refuses, with this code; the message has all the parts.
void Refused(const Type& type, ErrorCode code, const std::vector<std::string>& parts) {
  for (Abi abi : kAll) {
    const auto layout = LayoutOf(type, abi);
    ASSERT_FALSE(layout) << Name(abi) << " gave it " << layout->size << " bytes";
    EXPECT_EQ(layout.error().code, code);
    for (const std::string& part : parts)
      EXPECT_NE(layout.error().message.find(part), std::string::npos) << layout.error().message << "\nlacks: " << part;
    EXPECT_FALSE(PlaceMembers(type, abi));
  }
}
void Invalid(const Type& type, const std::vector<std::string>& parts) { Refused(type, ErrorCode::kInvalidArgument, parts); }
void Unsupported(const Type& type, const std::vector<std::string>& parts) { Refused(type, ErrorCode::kUnsupported, parts); }

TEST(Soundness, AVoidMemberIsRefused) {
  Unsupported(S({{"a", kInt32}, {"v", kVoid}}), {"struct S", "member 'v'", "void, which has no size", "void*"});
}

TEST(Soundness, WhatTakesNoMemoryIsRefused) {
  const std::vector<std::string> parts = {"struct S", "no members that take memory", "leave it out"};
  Unsupported(S({}), parts);
  Unsupported(S({{"", kInt32, 3}}), parts);
  Unsupported(S({{"", kInt32, 0}}), parts);
  Unsupported(S({{"tail", Type::Array(kInt8, 0)}}), parts);
  Unsupported(Type::Union("U", {}), {"union U"});
}

TEST(Soundness, ABitFieldWiderThanItsTypeIsRefused) {
  Invalid(S({{"a", kInt8}, {"b", kInt8, 9}}), {"struct S", "member 'b' has 9 bits", "int8 has 8", "a wider type"});
  Invalid(S({{"", kInt32, 33}, {"a", kInt8}}), {"member 0 (unnamed)", "33", "int32 has 32"});
  Invalid(S({{"flag", Type(Kind::kBool), 2}}), {"'flag' has 2 bits", "bool has 1"});
  for (Abi abi : kAll) EXPECT_TRUE(LayoutOf(S({{"b", kInt64, 64}, {"c", kChar16, 16}}), abi));
}

TEST(Soundness, OnlyIntegersHaveBitFields) {
  for (const Type& type : {kFloat, kDouble, kLongDouble, kVoid, Type::Pointer(kInt32), Type(Kind::kFunction),
                           Type::Array(kInt8, 2), Type::Struct("Inner", {{"x", kInt32}})})
    Invalid(S({{"b", type, 3}}), {"struct S", "member 'b'", "a bit-field of " + type.Spell(), "drop the width"});
}

TEST(Soundness, OnlyUnnamedBitFieldsHaveNoWidth) {
  Invalid(S({{"a", kInt32, 3}, {"b", kInt32, 0}}), {"struct S", "member 'b' has no bits", "only an unnamed bit-field"});
}

TEST(Soundness, AlignmentsArePowersOfTwo) {
  for (std::uint32_t align : {3u, 6u, 100u, 16384u})
    Invalid(S({{"a", kInt8}}, 0, align), {"struct S", "align " + std::to_string(align), "no power of two up to 8192", "write 1, 2, 4"});
  EXPECT_EQ(LayoutOf(S({{"a", kInt8}}, 0, 8192), Abi::kWin64Gnu)->size, 8192u);
}

TEST(Soundness, PacksAreThoseOfCompilers) {
  for (std::uint32_t pack : {3u, 12u, 32u})
    Invalid(S({{"a", kInt8}}, pack), {"struct S", "pack " + std::to_string(pack), "write 1, 2, 4, 8 or 16"});
}

TEST(Soundness, AFlexibleArrayStandsLastAndInAStruct) {
  const Type flexible = Type::Array(kInt8, 0);
  Invalid(S({{"tail", flexible}, {"a", kInt8}}), {"struct S", "member 'tail'", "not the last member", "move it to the end"});
  Invalid(Type::Union("U", {{"a", kInt8}, {"tail", flexible}}), {"union U", "member 'tail'", "only a struct", "give it a length"});
  const Type ends = Type::Struct("Ends", {{"n", kInt32}, {"tail", flexible}});
  Invalid(S({{"inner", ends}}), {"struct S", "member 'inner'", "Ends", "write Ends*"});
  Invalid(S({{"inner", Type::Array(ends, 2)}}), {"member 'inner'", "write Ends*"});
  for (Abi abi : kAll) {
    EXPECT_EQ(LayoutOf(ends, abi), (Layout{4, 4}));
    EXPECT_EQ(FindMember(ends, "tail", abi)->at.offset, 4u);
  }
}

TEST(Soundness, OnlyAggregatesAndBitFieldsGoUnnamed) {
  Invalid(S({{"a", kInt8}, {"", kInt32}}), {"struct S", "member 1 (unnamed)", "int32", "may go unnamed"});
}

TEST(Soundness, TwoMembersOfOneNameAreRefusedThroughAnonymousOnesToo) {
  Invalid(S({{"a", kInt8}, {"a", kInt32}}), {"struct S", "two members are called 'a'", "another name"});
  const Type inner = Type::Union("", {{"a", kInt8}, {"b", kInt8}});
  Invalid(S({{"", inner}, {"b", kInt32}}), {"two members are called 'b'"});
  Invalid(S({{"", inner}, {"", Type::Struct("", {{"a", kInt32}})}}), {"two members are called 'a'"});
}

TEST(Soundness, WhatContainsItselfIsRefused) {
  const Type node = Type::Declare("Node");
  const Type named = Type::Define(node, {{"a", kInt8}, {"again", node}});
  Invalid(named, {"Node contains itself", "pointer"});
  const Type other = Type::Declare("Other");
  const Type anonymous = Type::Define(other, {{"a", kInt8}, {"", Type::Struct("", {{"b", kInt8}, {"", other}})}});
  Invalid(anonymous, {"contains itself", "pointer"});
  const Type array = Type::Declare("Array");
  const Type elements = Type::Define(array, {{"a", kInt8}, {"again", Type::Array(array, 2)}});
  Invalid(elements, {"Array contains itself"});
}

TEST(Soundness, WhatIsOnlyDeclaredIsRefusedWhereItsSizeIsNeeded) {
  const Type later = Type::Declare("Later");
  Unsupported(later, {"Later", "declared and nowhere defined"});
  Unsupported(S({{"inner", later}}), {"struct S", "member 'inner'", "Later", "define it first", "a pointer to it"});
  for (Abi abi : kAll) EXPECT_TRUE(LayoutOf(S({{"pointer", Type::Pointer(later)}}), abi));
}

TEST(Soundness, AMistakeInsideIsNamedWhereItStands) {
  const Type inner = Type::Struct("Inner", {{"bits", kFloat, 3}});
  Invalid(S({{"a", kInt8}, {"deep", Type::Array(inner, 3)}}), {"struct Inner", "member 'bits'"});
}

TEST(Soundness, TypesInsideEachOtherAreLaidOutOnceAndNotTooDeep) {
  Type twice = Type::Struct("T", {{"x", kInt8}});
  for (int i = 0; i < 40; ++i) twice = Type::Struct("T", {{"x", twice}, {"y", twice}});
  EXPECT_EQ(LayoutOf(twice, Abi::kWin64Gnu)->size, std::uint64_t{1} << 40);
  Type deep = kInt8;
  for (int i = 0; i < 300; ++i) deep = Type::Struct("D", {{"x", deep}});
  EXPECT_EQ(LayoutOf(deep, Abi::kWin64Gnu).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace bridge
