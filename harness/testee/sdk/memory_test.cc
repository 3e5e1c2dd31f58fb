// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/memory.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "harness/model/value_json.h"

namespace spanproof {
namespace {

class MemoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(types_.DeclareStruct("Image"));
    ASSERT_TRUE(types_.DefineStruct("Image", {{"data", *types_.Parse("int16_t*")},
                                              {"size", *types_.Parse("int16_t[2]")},
                                              {"next", *types_.Parse("Image*")}}));
    view_ = {&types_, Abi::kWin64Gnu, &book_};
  }
  Value Decode(const char* text) { return *DecodeValue(nlohmann::json::parse(text)); }

  TypeTable types_;
  AddressBook book_;
  MemoryView view_;
};

TEST_F(MemoryTest, ReadsBackAStructThatPointsAtItself) {
  const TypeId image = *types_.Parse("Image");
  AddressBook::Object* object = *book_.AddObject("image", image, 24);
  const Value value = Decode(R"({"data": "ptr:null", "size": "i16[2]:0300feff", "next": "ptr:&image+0"})");
  ASSERT_TRUE(view_.Store(image, value, object->at));
  EXPECT_EQ(object->at[8], 3);
  EXPECT_EQ(*view_.Load(image, object->at), value);
}

TEST_F(MemoryTest, RefusesValuesOfAnotherType) {
  std::uint8_t bytes[32] = {};
  const auto refused = [&](const char* type, const char* value) {
    return !view_.Store(*types_.Parse(type), Decode(value), bytes);
  };
  EXPECT_TRUE(refused("int", "\"u32:00000001\""));
  EXPECT_TRUE(refused("int", "\"i64:0000000000000001\""));
  EXPECT_TRUE(refused("float*", "\"i64:0000000000000001\""));
  EXPECT_TRUE(refused("int[2]", "\"i32[1]:00000000\""));
  EXPECT_TRUE(refused("int[2]", "\"f32[2]:0000000000000000\""));
  EXPECT_TRUE(refused("Image", R"({"data": "ptr:null"})"));
  EXPECT_TRUE(refused("Image", R"({"data": "ptr:null", "size": "i16[2]:00000000", "nxet": "ptr:null"})"));
  EXPECT_TRUE(refused("char*", "\"ptr:&nobody+0\""));
  EXPECT_TRUE(refused("void", "null"));
}

TEST_F(MemoryTest, HoldsPointersOf32BitAbisToFourBytes) {
  view_ = {&types_, Abi::kWin32Gnu, &book_};
  std::uint8_t bytes[8] = {};
  ASSERT_TRUE(view_.Store(*types_.Parse("void*"), Decode("\"ptr:0x12345678\""), bytes));
  EXPECT_EQ(bytes[3], 0x12);
  EXPECT_EQ(bytes[4], 0);
  EXPECT_FALSE(view_.Store(*types_.Parse("void*"), Decode("\"ptr:0x112345678\""), bytes));
}

// What a 64-bit client of 32-bit DLLs has: values as the DLL's ABI says them, in
// memory with pointers of 8 bytes.
TEST_F(MemoryTest, SaysValuesAsTheDllHasThemWhereTheMemoryIsWider) {
  view_ = {&types_, Abi::kWin32Gnu, &book_, Abi::kSysv64Windows};
  const TypeId image = *types_.Parse("Image");
  AddressBook::Object* object = *book_.AddObject("image", image, 24);
  const Value value = Decode(R"({"data": "ptr:&image+4", "size": "i16[2]:0300feff", "next": "ptr:&image+0"})");
  ASSERT_TRUE(view_.Store(image, value, object->at));
  EXPECT_EQ(object->at[8], 3);
  EXPECT_EQ(*view_.Load(image, object->at), value);
  const auto size = view_.Address(std::get<Pointer>(std::get<Record>(value.data).fields[0].second.data));
  EXPECT_EQ(*size, reinterpret_cast<std::uintptr_t>(object->at) + 8);

  std::uint8_t sizes[16] = {};
  const Value two = Decode("\"u32[2]:01000000ffffffff\"");
  ASSERT_TRUE(view_.StoreElements(*types_.Parse("size_t"), 2, two, sizes));
  EXPECT_EQ(sizes[8], 0xff);
  EXPECT_EQ(sizes[12], 0);
  EXPECT_EQ(*view_.LoadElements(*types_.Parse("size_t"), 2, sizes), two);
  sizes[12] = 1;
  EXPECT_FALSE(view_.LoadElements(*types_.Parse("size_t"), 2, sizes));
}

// Bit patterns by gcc for Windows: {int a:3; unsigned b:10; int :0; char c;} with
// a = -2, b = 0x155, c = 'x'.
TEST_F(MemoryTest, StoresBitFieldsBesideOthersAndReadsTheirSigns) {
  const TypeId bits = *types_.DefineStruct("Bits", {{"a", *types_.Parse("int"), 3}, {"b", *types_.Parse("unsigned"), 10},
                                                    {"", *types_.Parse("int"), 0}, {"c", *types_.Parse("char")}});
  std::uint8_t bytes[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  const Value value = Decode(R"({"a": "i32:fffffffe", "b": "u32:00000155", "c": "c8:78"})");
  ASSERT_TRUE(view_.Store(bits, value, bytes));
  EXPECT_EQ(bytes[0], 0xae);
  EXPECT_EQ(bytes[1], 0xea);  // the bits of nobody stay
  EXPECT_EQ(bytes[4], 'x');
  EXPECT_EQ(*view_.Load(bits, bytes), value);
  EXPECT_FALSE(view_.Store(bits, Decode(R"({"a": "i32:00000004", "b": "u32:00000000", "c": "c8:78"})"), bytes));
  EXPECT_FALSE(view_.Store(bits, Decode(R"({"a": "i32:00000000", "b": "u32:00000400", "c": "c8:78"})"), bytes));
}

TEST_F(MemoryTest, SaysAnonymousMembersFlatAndSetsUnionsThroughAny) {
  const TypeId either = *types_.DefineStruct("Either", {{"i", *types_.Parse("int")}, {"f", *types_.Parse("float")}}, 0, true);
  const TypeId outer = *types_.DefineStruct("Outer", {{"tag", *types_.Parse("char")}, {"", either}});
  std::uint8_t bytes[8] = {};
  ASSERT_TRUE(view_.Store(outer, Decode(R"({"tag": "c8:41", "f": "f32:3f800000"})"), bytes));
  EXPECT_EQ(EncodeValue(*view_.Load(outer, bytes)),
            nlohmann::json::parse(R"({"tag": "c8:41", "i": "i32:3f800000", "f": "f32:3f800000"})"));
  EXPECT_FALSE(view_.Store(outer, Decode(R"({"f": "f32:3f800000"})"), bytes));
}

TEST_F(MemoryTest, HoldsFlexibleArraysToTheirRoom) {
  const TypeId packet = *types_.DefineStruct("Packet", {{"count", *types_.Parse("char")}, {"data", *types_.Parse("int16_t[]")}});
  std::uint8_t bytes[8] = {};
  const Value three = Decode(R"({"count": "c8:03", "data": "i16[3]:010002000300"})");
  EXPECT_EQ(view_.FlexibleCount(packet, three), 3u);
  EXPECT_EQ(*view_.SizeWith(packet, 3), 8u);
  EXPECT_FALSE(view_.Store(packet, three, bytes, 2));
  ASSERT_TRUE(view_.Store(packet, three, bytes, 3));
  EXPECT_EQ(*view_.Load(packet, bytes, 3), three);
  EXPECT_EQ(EncodeValue(*view_.Load(packet, bytes))["data"], "i16[0]:");
}

// x87's format has 16 bytes in memory here, 12 there, and none with msvc.
TEST_F(MemoryTest, SaysLongDoublesByTheDllsFormat) {
  const TypeId real = *types_.Parse("long double"), two = *types_.Parse("long double[2]");
  std::uint8_t bytes[32] = {};
  const Value third = Decode("\"f80:3ffdaaaaaaaaaaaaaaab\"");
  ASSERT_TRUE(view_.Store(real, third, bytes));
  EXPECT_EQ(bytes[9], 0x3f);
  EXPECT_EQ(*view_.Load(real, bytes), third);
  view_ = {&types_, Abi::kWin32Gnu, &book_};
  const Value pair = Decode("\"f80[2]:00000000000000a000400000000000000080ff3f\"");
  ASSERT_TRUE(view_.Store(two, pair, bytes));
  EXPECT_EQ(bytes[21], 0x3f);
  EXPECT_EQ(*view_.Load(two, bytes), pair);
  view_ = {&types_, Abi::kWin64Msvc, &book_, Abi::kSysv64Windows};
  ASSERT_TRUE(view_.Store(real, Decode("\"f64:4004000000000000\""), bytes));
  EXPECT_EQ(bytes[9], 0x40);
  EXPECT_EQ(EncodeValue(*view_.Load(real, bytes)), "f64:4004000000000000");
}

}  // namespace
}  // namespace spanproof
