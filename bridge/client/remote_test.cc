// SPDX-License-Identifier: MIT
// Memory that DLLs own, on real Wine.
#include <gtest/gtest.h>

#include "bridge/client/nd_array.h"
#include "bridge/client/wine_testing.h"

namespace bridge::testing {

struct Record {
  std::int16_t number;
  double value;
  RemoteAddress<Record> before;
};
struct PointerRecord {
  std::int16_t number;
  float* numbers;
};

}  // namespace bridge::testing

BRIDGE_STRUCT(bridge::testing::Record, number, value, before);
BRIDGE_STRUCT(bridge::testing::PointerRecord, number, numbers);

namespace bridge::testing {
namespace {

class RemoteTest : public ::testing::Test {
 protected:
  Session session_ = Start();
  Module dll_ = session_.Load(Dll("ownership_cdecl"));
  Function<Remote<float>(int)> make_ = dll_.Function<Remote<float>(int)>("return_floats");
  Function<void(Remote<void>)> give_back_ = dll_.Function<void(Remote<void>)>("give_back");
  Function<int()> alive_ = dll_.Function<int()>("blocks_alive");
};

TEST_F(RemoteTest, WhatADllAllocatedIsReadWrittenAndGivenBack) {
  auto floats = make_(10);
  ASSERT_TRUE(floats);
  EXPECT_EQ(floats.Read(), 0.5f);
  EXPECT_EQ(floats.Read(9), 9.5f);
  EXPECT_EQ(floats.Read(2, 3), (std::vector<float>{2.5f, 3.5f, 4.5f}));
  EXPECT_EQ((floats + 4).Read(), 4.5f);
  EXPECT_EQ((floats + 4 - 1).Read(-1), 2.5f);
  floats.Write(1, 100);
  floats.Write(2, std::vector<float>{200, 300});
  auto sum = dll_.Function<double(Remote<const float>, int)>("sum_floats");
  EXPECT_EQ(sum(floats.As<const float>(), 4), 0.5 + 100 + 200 + 300);
  dll_.Function<void(Remote<float>, int)>("double_floats")(floats, 2);
  EXPECT_EQ(floats.Read(0, 2), (std::vector<float>{1, 200})) << "read anew, not kept";
  EXPECT_EQ(alive_(), 1);
  give_back_(floats.As<void>());
  EXPECT_EQ(alive_(), 0);
}

TEST_F(RemoteTest, AFailedAllocationIsNullAndNullIsRefusedByName) {
  auto none = make_(-1);
  EXPECT_FALSE(none);
  EXPECT_EQ(none, nullptr);
  EXPECT_TRUE(Says(Refused([&] { none.Read(); }), {"null pointer"}));
  EXPECT_TRUE(Says(Refused([&] { none.Write(0, 1); }), {"null pointer"}));
  give_back_(nullptr);
  EXPECT_EQ(alive_(), 0);
}

TEST_F(RemoteTest, MemoryThatIsGoneIsAnErrorThatNamesItsAddress) {
  auto page = dll_.Function<Remote<std::uint8_t>()>("map_page")();
  page.Write(4095, 7);
  EXPECT_EQ(page.Read(4095), 7);
  dll_.Function<void(Remote<std::uint8_t>)>("unmap_page")(page);
  char address[24];
  std::snprintf(address, sizeof address, "0x%llx", static_cast<unsigned long long>(page.address()));
  for (const Error& error : {Refused([&] { page.Read(0); }), Refused([&] { page.Write(0, 1); }),
                             Refused([&] { page.ReadText(); })}) {
    EXPECT_EQ(error.code, ErrorCode::kFault);
    EXPECT_EQ(error.address, page.address());
    EXPECT_TRUE(Says(error, {address, "freed"}));
  }
  EXPECT_EQ(alive_(), 0) << "the host lives on";
}

TEST_F(RemoteTest, TheFirstByteThatCannotBeTouchedIsNamed) {
  auto page = dll_.Function<Remote<std::uint8_t>()>("map_page")();
  const auto next = session_.At(RemoteAddress<std::uint8_t>(page.address() + 4096));
  if (next.TryRead()) GTEST_SKIP() << "something lies behind the page";
  EXPECT_EQ(Refused([&] { page.Read(4000, 200); }).address, page.address() + 4096);
}

TEST_F(RemoteTest, TextsEndAtTheirTerminator) {
  EXPECT_EQ(dll_.Function<Remote<const char>()>("narrow_text")().ReadText(), "kept by the DLL");
  EXPECT_EQ(dll_.Function<Remote<const char16_t>()>("wide_text")().ReadText(), u"gr\u00fc\u00dfe");
  auto page = dll_.Function<Remote<std::uint8_t>()>("map_page")();
  page.Write(0, std::vector<std::uint8_t>(4096, 'a'));
  EXPECT_TRUE(Says(Refused([&] { page.ReadText(100); }), {"no terminator", "100"}));
  page.Write(4095, 0);
  EXPECT_EQ(page.ReadText(), std::string(4095, 'a')) << "nothing behind the page is read";
  page.Write(4094, 0);
  EXPECT_EQ(page.As<char16_t>().ReadText().size(), 2047u);
}

TEST_F(RemoteTest, StructsAreConvertedAndTheirAddressesFollowed) {
  auto records = dll_.Function<Remote<Record>(int)>("make_records")(5);
  const Record last = records.Read(4);
  EXPECT_EQ(last.number, 4);
  EXPECT_EQ(last.value, 6.0);
  EXPECT_EQ(last.before, RemoteAddress<Record>(records + 3));
  EXPECT_EQ(session_.At(last.before).Read().number, 3);
  records.Write(0, {.number = 10, .value = 0.25, .before = records + 4});
  EXPECT_EQ(records.Read().before, RemoteAddress<Record>(records + 4));
  EXPECT_EQ(dll_.Function<double(Remote<Record>, int)>("sum_records")(records, 1), 10.25);
  give_back_(records.As<void>());
}

TEST_F(RemoteTest, RangesBeyondReasonAreRefusedBeforeTheyCross) {
  auto page = dll_.Function<Remote<std::uint32_t>()>("map_page")();
  EXPECT_TRUE(Says(Refused([&] { page.Read(0, std::size_t{1} << 60); }), {"reading", "1152921504606846976 elements", "beyond reason"}));
  const Remote<std::uint32_t> last = session_.At(RemoteAddress<std::uint32_t>(UINT64_MAX - 2));
  EXPECT_TRUE(Says(Refused([&] { last.Read(); }), {"reading 4 bytes at 0xfffffffffffffffd", "beyond the address space"}));
  EXPECT_TRUE(Says(Refused([&] { last.Write(0, 1); }), {"writing 4 bytes at 0xfffffffffffffffd", "beyond the address space"}));
}

TEST_F(RemoteTest, APointerOfThisProcessInRemoteMemoryIsRefusedByName) {
  auto records = dll_.Function<Remote<PointerRecord>(int)>("make_records")(1);
  EXPECT_TRUE(Says(Refused([&] { records.Read(); }), {"PointerRecord", "numbers", "RemoteAddress<T>"}));
}

TEST_F(RemoteTest, HandlesComeBackAsTheyWere) {
  auto invalid = dll_.Function<Remote<void>()>("invalid_handle")();
  EXPECT_TRUE(invalid.IsInvalidHandle());
  auto is_invalid = dll_.Function<int(Remote<void>)>("is_invalid_handle");
  EXPECT_EQ(is_invalid(invalid), 1);
  EXPECT_EQ(is_invalid(Remote<void>({}, UINT64_MAX)), 1);
  EXPECT_EQ(is_invalid(nullptr), 0);
  EXPECT_EQ(dll_.Function<int(void*)>("is_invalid_handle")(reinterpret_cast<void*>(-1)), 1);
}

TEST_F(RemoteTest, ACallbackMayLookAtTheDllsOwnMemory) {
  std::vector<float> seen;
  auto look = session_.MakeCallback<void(Remote<float>, int)>([&](Remote<float> floats, int n) {
    seen = floats.Read(0, static_cast<std::size_t>(n));
    floats.Write(0, 10);
  });
  EXPECT_EQ(dll_.Function<double(Callback<void(Remote<float>, int)>, int)>("show_floats")(look, 3), 10 + 1.5 + 2.5);
  EXPECT_EQ(seen, (std::vector<float>{0.5f, 1.5f, 2.5f}));
}

TEST_F(RemoteTest, ExportedDataIsReadAndWritten) {
  auto counter = dll_.Data<int>("counter");
  EXPECT_EQ(counter.Read(), 41);
  EXPECT_EQ(dll_.Function<int()>("count_up")(), 42);
  EXPECT_EQ(counter.Read(), 42) << "what the DLL wrote meanwhile";
  counter.Write(0, 99);
  EXPECT_EQ(dll_.Function<int()>("count_up")(), 100);
  EXPECT_EQ(dll_.Data<double>("table").Read(0, 4), (std::vector<double>{0.25, 0.5, 1, 2}));
  EXPECT_EQ(dll_.Data<Record>("first_record").Read().value, 3.5);
  EXPECT_EQ(session_.At(dll_.Data<RemoteAddress<const char>>("version_text").Read()).ReadText(), "1.2.3");
}

TEST_F(RemoteTest, DataThatIsNotThereIsNamed) {
  const Error error = Refused([&] { dll_.Data<int>("countre"); });
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_TRUE(Says(error, {"countre", "ownership_cdecl"}));
  Module other = dll_;
  other.Unload();
  EXPECT_TRUE(Says(Refused([&] { dll_.Data<int>("counter"); }), {"unloaded"}));
}

TEST_F(RemoteTest, AnAddressOutlivesItsSessionAsANumberOnly) {
  Remote<int> counter;
  {
    auto session = Start();
    counter = session.Load(Dll("ownership_cdecl")).Data<int>("counter");
    EXPECT_EQ(counter.Read(), 41);
  }
  EXPECT_TRUE(counter);
  EXPECT_TRUE(Says(Refused([&] { counter.Read(); }), {"session", "ended"}));
  EXPECT_TRUE(Says(Refused([&] { counter + 1; }), {"session", "ended"}));
}

TEST_F(RemoteTest, AnArrayCrossesWithItsShapeAndStrides) {
  auto sum = dll_.Function<double(const float*, int, const int*, const int*)>("sum_strided",
                                                                              {.memsync = ValueOrThrow(NdMemsync(0, 3, kFloat))});
  std::vector<float> numbers(24);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i);
  NdArray array = NdView(numbers.data(), {2, 3, 4});
  const NdPointer demands{.dtype = "<f4", .ndim = 3, .flags = "C_CONTIGUOUS", .make_contiguous = true};
  auto whole = demands.Check(array);
  EXPECT_EQ(sum(static_cast<float*>(whole.data()), whole.ndim(), whole.shape(), whole.strides()), 276);
  array.shape[2] = 2;
  array.strides[2] = 8;
  auto half = demands.Check(array);
  EXPECT_EQ(sum(static_cast<float*>(half.data()), half.ndim(), half.shape(), half.strides()), 132);
}

TEST_F(RemoteTest, AnotherSignatureTakesEffectForNewHandles) {
  auto as_int = dll_.Function<int()>("count_up");
  auto as_short = dll_.Function<std::int16_t()>("count_up");
  dll_.Data<int>("counter").Write(0, 0x1234ffff - 1);
  EXPECT_EQ(as_int(), 0x1234ffff);
  dll_.Data<int>("counter").Write(0, 0x1234ffff - 1);
  EXPECT_EQ(as_short(), -1);
  dll_.Data<int>("counter").Write(0, 1);
  EXPECT_EQ(as_int(), 2) << "and not for the old one";
}

}  // namespace
}  // namespace bridge::testing
