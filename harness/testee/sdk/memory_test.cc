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

}  // namespace
}  // namespace spanproof
