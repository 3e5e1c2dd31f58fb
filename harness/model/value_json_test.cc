// SPDX-License-Identifier: MIT
#include "harness/model/value_json.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>

#include <nlohmann/json.hpp>

#include "harness/model/type_json.h"

namespace spanproof {
namespace {

using nlohmann::json;

TEST(ValueJson, ReadsBackWhatItWrote) {
  const std::vector<Value> values = {
      Value{},
      Value{Scalar{Kind::kInt32, 4, 12}},
      Value{Scalar{Kind::kFloat, 4, 0x40b7ae14}},
      Value{Scalar{Kind::kWchar, 2, 0x6f}},
      Value{Packed{Kind::kInt16, 2, {0x00, 0x01, 0xff, 0xff}}},
      Value{Packed{Kind::kChar, 1, {}}},
      Value{Pointer{}},
      Value{Pointer{Pointer::To::kObject, "values", 8, 0}},
      Value{Pointer{Pointer::To::kObject, "values", -8, 0}},
      Value{Pointer{Pointer::To::kForeign, "dll1", 4, 0}},
      Value{Pointer{Pointer::To::kCallback, "edge", 0, 0}},
      Value{Pointer{Pointer::To::kOpaque, "", 0, 0x7fff0010}},
      Value{Array{{Value{Pointer{}}, Value{Scalar{Kind::kUint8, 1, 255}}}}},
      Value{Record{{{"width", Value{Scalar{Kind::kInt16, 2, 3}}}, {"data", Value{Pointer{}}}}}},
  };
  for (const Value& value : values) {
    const json encoded = EncodeValue(value);
    const auto decoded = DecodeValue(encoded);
    ASSERT_TRUE(decoded) << encoded << ": " << decoded.error().message;
    EXPECT_EQ(*decoded, value) << encoded;
  }
}

TEST(ValueJson, WritesTheFormsOfTheProtocol) {
  EXPECT_EQ(EncodeValue(Value{Scalar{Kind::kInt32, 4, 12}}), "i32:0000000c");
  EXPECT_EQ(EncodeValue(Value{Scalar{Kind::kLong, 4, 12}}), "i32:0000000c");
  EXPECT_EQ(EncodeValue(Value{Scalar{Kind::kSize, 8, 1}}), "u64:0000000000000001");
  EXPECT_EQ(EncodeValue(Value{Packed{Kind::kInt16, 2, {0x00, 0x01, 0xff, 0xff}}}), "i16[2]:0001ffff");
  EXPECT_EQ(EncodeValue(Value{Pointer{Pointer::To::kObject, "values", 8, 0}}), "ptr:&values+8");
}

TEST(ValueJson, RefusesWhatIsNotExact) {
  for (const char* text : {"12", "true", "\"i32:c\"", "\"i32:0000000g\"", "\"i99:00\"", "\"i16[2]:00\"",
                           "\"i16[1]:0000ff\"", "\"ptr:\"", "\"ptr:&x\"", "\"ptr:&x+\"", "\"ptr:&x+1z\"",
                           "\"ptr:dll+0\"", "\"fn:\"", "\"\"", "\"i32[:\"", "\"u8[18446744073709551615]:00\"",
                           "[1]", "{\"a\": 2}"}) {
    EXPECT_FALSE(DecodeValue(json::parse(text))) << text;
  }
  json deep = nullptr;
  for (int i = 0; i < 40; ++i) deep = json::array({deep});
  EXPECT_FALSE(DecodeValue(deep));
}

TEST(Value, ComparesMembersByNameAndScalarsByTag) {
  const Value one{Scalar{Kind::kInt32, 4, 1}};
  const Value two{Scalar{Kind::kInt32, 4, 2}};
  EXPECT_EQ((Value{Record{{{"a", one}, {"b", two}}}}), (Value{Record{{{"b", two}, {"a", one}}}}));
  EXPECT_NE((Value{Record{{{"a", one}, {"b", two}}}}), (Value{Record{{{"a", two}, {"b", one}}}}));
  EXPECT_EQ((Scalar{Kind::kLong, 4, 1}), (Scalar{Kind::kInt32, 4, 1}));
  EXPECT_NE((Scalar{Kind::kUint32, 4, 1}), (Scalar{Kind::kInt32, 4, 1}));
}

TEST(Value, ShowsFloatsShortestAndExact) {
  EXPECT_EQ(Show(Value{Scalar{Kind::kFloat, 4, 0x40b7ae14}}), "5.74");
  EXPECT_EQ(Show(Value{Scalar{Kind::kFloat, 4, 0x7fc00001}}), "nan(0x7fc00001)");
  EXPECT_EQ(Show(Value{Scalar{Kind::kFloat, 4, 0x80000000}}), "-0");
  EXPECT_EQ(Show(Value{Scalar{Kind::kInt16, 2, 0xffff}}), "-1");
  EXPECT_EQ(Show(Value{Packed{Kind::kChar, 1, {'h', 'i', 0, 0}}}), "\"hi\"");
}

TEST(Value, TakesTheWidthsOfAnAbi) {
  const auto narrow = ForAbi(Value{Scalar{Kind::kSize, 8, 5}}, Abi::kWin32Gnu);
  ASSERT_TRUE(narrow);
  EXPECT_EQ(EncodeValue(*narrow), "u32:00000005");
  EXPECT_FALSE(ForAbi(Value{Scalar{Kind::kSize, 8, 1ull << 32}}, Abi::kWin32Gnu));
  const auto wide = ForAbi(Value{Scalar{Kind::kLong, 4, 0xffffffff}}, Abi::kSysv64);
  ASSERT_TRUE(wide);
  EXPECT_EQ(EncodeValue(*wide), "i64:ffffffffffffffff");
  EXPECT_EQ(EncodeValue(*ForAbi(Value{Packed{Kind::kWchar, 2, {'a', 0}}}, Abi::kSysv64)), "c32[1]:61000000");
}

TEST(DirectiveJson, TakesOneLengthOrSeveralAndRefusesMisspelling) {
  const auto one = DecodeDirective({{"pointer", {0}}, {"length", {1}}, {"type", "float"}});
  ASSERT_TRUE(one) << one.error().message;
  ASSERT_EQ(one->length.size(), 1u);
  const auto two = DecodeDirective(json::parse(
      R"({"pointer": [0, "data"], "length": [[0, "width"], [0, "height"]], "func": "lambda x, y: x * y"})"));
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(two->length.size(), 2u);
  EXPECT_EQ(*DecodeDirective(EncodeDirective(*two)), *two);
  const auto wrong = DecodeDirective({{"pointer", {0}}, {"lenght", {1}}});
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("\"length\""), std::string::npos);
  EXPECT_FALSE(DecodeDirective({{"length", {0}}}));
  EXPECT_TRUE(CheckDirective(*two));
  EXPECT_FALSE(CheckDirective(*DecodeDirective({{"pointer", {0}}})));
  EXPECT_FALSE(CheckDirective(*DecodeDirective(json::parse(R"({"pointer": [0], "length": [[1], [2]]})"))));
}

TEST(TypeJson, ReadsBackWhatItWrote) {
  TypeTable types;
  const auto read = DecodeTypes(json::parse(R"({
    "structs": {"Image": {"fields": [["data", "int16_t*"], ["next", "Image*"], ["f", "filter_t"]], "pack": 1},
                "Flags": {"fields": [["a", "unsigned int", 3], ["", "int", 0], ["", "Image"], ["rest", "char[]"]], "align": 16}},
    "prototypes": {"print_t": {"convention": "cdecl", "args": ["char*", "...", "int"], "result": "int"},
                   "say_t": {"convention": "cdecl", "args": ["char*", "..."], "result": "int"},
                   "filter_t": {"convention": "stdcall", "args": ["Image*", "filter_t"], "result": "int16_t",
                                "memsync": [{"pointer": [0, "data"], "length": [0, "next"]}]}}})"), &types);
  ASSERT_TRUE(read) << read.error().message;
  TypeTable again;
  ASSERT_TRUE(DecodeTypes(EncodeTypes(types), &again));
  EXPECT_EQ(EncodeTypes(again), EncodeTypes(types));
  EXPECT_EQ(again[*again.Parse("Flags")].fields[1].bits, 0);
  EXPECT_EQ(again[*again.Parse("print_t")].prototype.variadic, 1u);
  EXPECT_EQ(again[*again.Parse("say_t")].prototype.variadic, 1u);
  EXPECT_FALSE(DecodePrototype(json::parse(R"({"args": ["..."], "result": "int"})"), &again));
  EXPECT_FALSE(DecodePrototype(json::parse(R"({"args": ["int", "...", "..."], "result": "int"})"), &again));
}

TEST(ValueJson, SaysLongDoublesByTheirTenBytes) {
  const auto third = DecodeValue("f80:3ffdaaaaaaaaaaaaaaab");
  ASSERT_TRUE(third) << third.error().message;
  EXPECT_EQ(std::get<Scalar>(third->data).high, 0x3ffd);
  EXPECT_EQ(EncodeValue(*third), "f80:3ffdaaaaaaaaaaaaaaab");
  EXPECT_FALSE(ForAbi(*third, Abi::kWin64Msvc));  // no double holds it
  const auto two = DecodeValue("f80[2]:00000000000000a00040" "0000000000000080ff3f");
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(Show(*two), "[2.5, 1]");
  EXPECT_EQ(EncodeValue(*ForAbi(*two, Abi::kWin32Msvc)), "f64[2]:0000000000000440000000000000f03f");
}

TEST(X87, HoldsEveryDoubleAndGivesItBack) {
  for (const std::uint64_t bits : {0x0ull, 0x8000000000000000ull, 0x1ull, 0x000fffffffffffffull, 0x0010000000000000ull,
                                   0x3ff8000000000000ull, 0xffefffffffffffffull, 0x7ff0000000000000ull,
                                   0x7ff8000000000001ull}) {
    const Scalar wide = WidenToX87(bits);
    EXPECT_EQ(NarrowToDouble(wide), bits) << std::hex << bits;
    const long double native = std::bit_cast<double>(bits);
    std::uint8_t bytes[kX87Width];
    std::memcpy(bytes, &native, sizeof bytes);
    Packed packed{Kind::kLongDouble, kX87Width, {bytes, bytes + sizeof bytes}};
    EXPECT_EQ(ElementOf(packed, 0), wide) << std::hex << bits;
  }
}

}  // namespace
}  // namespace spanproof
