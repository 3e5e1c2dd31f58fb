// SPDX-License-Identifier: MIT
#include "bridge/client/nd_array.h"

#include <gtest/gtest.h>

#include <numeric>

namespace bridge {
namespace {

class NdArrayTest : public ::testing::Test {
 protected:
  NdArrayTest() { std::iota(numbers_.begin(), numbers_.end(), 0.0f); }

  // What the demands say against the array.
  static std::string Refused(const NdPointer& demands, const NdArray& array) {
    auto checked = demands.TryCheck(array);
    EXPECT_FALSE(checked);
    if (checked) return "";
    EXPECT_EQ(checked.error().code, ErrorCode::kInvalidArgument);
    return checked.error().message;
  }
  static bool Has(const std::string& text, std::initializer_list<const char*> parts) {
    for (const char* part : parts)
      if (text.find(part) == text.npos) return ADD_FAILURE() << part << " is not in: " << text, false;
    return true;
  }

  std::vector<float> numbers_ = std::vector<float>(24);
  NdArray array_ = NdView(numbers_.data(), {2, 3, 4});
};

TEST_F(NdArrayTest, StridesAreTheSeedsOwn) {
  EXPECT_EQ(ContiguousStrides({2, 3, 4}, 8), (std::vector<std::int64_t>{96, 32, 8}));
  EXPECT_EQ(ContiguousStrides({2, 3, 4}, 8, true), (std::vector<std::int64_t>{8, 16, 48}));
  EXPECT_EQ(array_.strides, (std::vector<std::int64_t>{48, 16, 4}));
  std::vector<double> doubles(24);
  auto ready = NdPointer{}.Check(NdView(doubles.data(), {2, 3, 4}));
  EXPECT_EQ(ready.ndim(), 3);
  EXPECT_EQ(std::vector<int>(ready.shape(), ready.shape() + 3), (std::vector<int>{2, 3, 4}));
  EXPECT_EQ(std::vector<int>(ready.strides(), ready.strides() + 3), (std::vector<int>{96, 32, 8}));
}

TEST_F(NdArrayTest, DtypesHaveNamesAndByteOrders) {
  EXPECT_EQ(ValueOrThrow(DType::Parse("<f4")), (DType{'f', 4, false}));
  EXPECT_EQ(ValueOrThrow(DType::Parse("f4")), DTypeOf<float>());
  EXPECT_EQ(ValueOrThrow(DType::Parse(">i4")), (DType{'i', 4, true}));
  EXPECT_EQ(ValueOrThrow(DType::Parse("c_int")), DTypeOf<int>());
  EXPECT_EQ(ValueOrThrow(DType::Parse("c_long")).size, 4u) << "as on Windows";
  EXPECT_EQ(ValueOrThrow(DType::Parse("float")), DTypeOf<double>()) << "as in Python";
  EXPECT_EQ(ValueOrThrow(DType::Parse(">u1")), DTypeOf<std::uint8_t>()) << "one byte has no order";
  EXPECT_EQ(ValueOrThrow(DType::Parse("bool")).Spell(), "|b1");
  for (const char* wrong : {"f3", "i5", "b2", "f1", "<", "", "x4", "<f16", "flaot32"}) EXPECT_FALSE(DType::Parse(wrong)) << wrong;
  EXPECT_TRUE(Has(DType::Parse("flaot32").error().message, {"flaot32", "float32"}));
}

TEST_F(NdArrayTest, WhatFitsIsPassedAsItIs) {
  const NdPointer demands{.dtype = "<f4", .ndim = 3, .shape = std::vector<std::int64_t>{2, 3, 4}, .flags = "CONTIGUOUS, ALIGNED,WRITEABLE"};
  auto ready = demands.Check(array_);
  EXPECT_EQ(ready.data(), numbers_.data());
  EXPECT_FALSE(ready.is_copy());
  EXPECT_EQ(NdPointer{}.Data<float>(array_), numbers_.data());
}

TEST_F(NdArrayTest, EachMismatchSaysWhatWasAskedAndWhatCame) {
  EXPECT_TRUE(Has(Refused({.dtype = "<f8"}, array_), {"<f8", "<f4 array", "convert"}));
  EXPECT_TRUE(Has(Refused({.dtype = ">f4"}, array_), {">f4", "<f4 array", "swap the bytes"}));
  EXPECT_TRUE(Has(Refused({.ndim = 2}, array_), {"2 dimensions", "shape (2, 3, 4)", "reshape"}));
  EXPECT_TRUE(Has(Refused({.shape = std::vector<std::int64_t>{10, 10}}, array_), {"shape (10, 10)", "shape (2, 3, 4)"}));
  EXPECT_TRUE(Has(Refused({.flags = "F_CONTIGUOUS"}, array_), {"F_CONTIGUOUS", "make_contiguous"}));
  const std::vector<float> fixed(4);
  EXPECT_TRUE(Has(Refused({.flags = "W"}, NdView(fixed.data(), {4})), {"WRITEABLE", "copy"}));
  NdArray odd = NdView(numbers_.data(), {5});
  odd.data = reinterpret_cast<std::byte*>(numbers_.data()) + 1;
  EXPECT_TRUE(Has(Refused({.flags = "ALIGNED"}, odd), {"ALIGNED", "make_contiguous"}));
}

TEST_F(NdArrayTest, WrongDemandsAreToldApartFromWrongArrays) {
  EXPECT_TRUE(Has(Refused({.flags = "C_CONTIGOUS"}, array_), {"C_CONTIGOUS", "C_CONTIGUOUS"}));
  EXPECT_TRUE(Has(Refused({.dtype = "f44"}, array_), {"f44", "no dtype"}));
  array_.strides.pop_back();
  EXPECT_TRUE(Has(Refused({}, array_), {"no array", "3 dimensions and 2 strides"}));
  array_ = NdView(numbers_.data(), {2, -1});
  EXPECT_TRUE(Has(Refused({}, array_), {"(2, -1)"}));
  array_ = NdView(numbers_.data(), {std::int64_t{1} << 40, std::int64_t{1} << 40});
  EXPECT_TRUE(Has(Refused({}, array_), {"beyond reason"}));
  EXPECT_TRUE(Has(Refused({}, NdView(static_cast<float*>(nullptr), {3})), {"null"}));
}

TEST_F(NdArrayTest, AViewThatIsNotContiguousIsRefusedOrCopiedAndWrittenBack) {
  NdArray columns = array_;  // every second of the last dimension
  columns.shape = {2, 3, 2};
  columns.strides = {48, 16, 8};
  EXPECT_FALSE(columns.c_contiguous());
  EXPECT_TRUE(Has(Refused({.flags = "C"}, columns), {"C_CONTIGUOUS", "strides (48, 16, 8)", "make_contiguous"}));
  {
    auto ready = NdPointer{.flags = "C", .make_contiguous = true}.Check(columns);
    ASSERT_TRUE(ready.is_copy());
    auto* copy = static_cast<float*>(ready.data());
    EXPECT_EQ(std::vector<float>(copy, copy + 12), (std::vector<float>{0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22}));
    EXPECT_EQ(std::vector<int>(ready.strides(), ready.strides() + 3), (std::vector<int>{24, 8, 4}));
    copy[1] = 100;
    EXPECT_EQ(numbers_[2], 2) << "not before it ends";
  }
  EXPECT_EQ(numbers_[2], 100);
  EXPECT_EQ(numbers_[1], 1);
}

TEST_F(NdArrayTest, ReversedAndFortranOrdersAreCopiedRight) {
  NdArray reversed = NdView(numbers_.data(), {4});
  reversed.data = numbers_.data() + 3;
  reversed.strides = {-4};
  {
    auto ready = NdPointer{.make_contiguous = true}.Check(reversed);
    auto* copy = static_cast<float*>(ready.data());
    EXPECT_EQ(std::vector<float>(copy, copy + 4), (std::vector<float>{3, 2, 1, 0}));
  }
  auto fortran = NdPointer{.flags = "F", .make_contiguous = true}.Check(NdView(numbers_.data(), {2, 3}));
  auto* copy = static_cast<float*>(fortran.data());
  EXPECT_EQ(std::vector<float>(copy, copy + 6), (std::vector<float>{0, 3, 1, 4, 2, 5}));
}

TEST_F(NdArrayTest, EmptyAndSingleDimensionsAreContiguous) {
  NdArray array = NdView(numbers_.data(), {3, 1, 4});
  array.strides[1] = 999;
  EXPECT_TRUE(array.c_contiguous());
  array = NdView(numbers_.data(), {0, 5});
  array.strides = {7, 7};
  EXPECT_TRUE(array.c_contiguous());
  EXPECT_EQ(NdPointer{.flags = "C,F"}.Check(array).ndim(), 2);
}

TEST_F(NdArrayTest, DirectivesForDataShapeAndStridesAreMade) {
  auto directives = ValueOrThrow(NdMemsync(0, 2, kFloat));
  ASSERT_EQ(directives.size(), 3u);
  EXPECT_EQ(directives[0].length, (std::vector<Path>{{2, 0}, {2, 1}}));
  EXPECT_TRUE(Has(NdMemsync(0, 5, kFloat).error().message, {"5 dimensions"}));
}

}  // namespace
}  // namespace bridge
