// SPDX-License-Identifier: MIT
// Memory that is not there, as an Access says it that knows one range of memory alone.
#include "bridge/core/access.h"

#include <gtest/gtest.h>

#include <array>

#include "bridge/core/testing.h"

namespace bridge::testing {
namespace {

// What there is to read, and from where on it cannot be written.
struct World {
  const std::byte *begin = nullptr, *read_only = nullptr, *end = nullptr;
};
World g_world;

const std::byte* Unreadable(const std::byte* at, std::uint64_t bytes) {
  if (at < g_world.begin || at >= g_world.end) return at;
  return bytes > static_cast<std::uint64_t>(g_world.end - at) ? g_world.end : nullptr;
}

const std::byte* Write(std::byte* to, const std::byte* from, std::uint64_t bytes) {
  if (const std::byte* failed = Unreadable(to, bytes)) return failed;
  if (to + bytes > g_world.read_only) return std::max<const std::byte*>(to, g_world.read_only);
  std::memcpy(to, from, bytes);
  return nullptr;
}

const Access kAccess{Unreadable, Write};

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() { World(sizeof room_); }
  // Only so many bytes of the room are there, and so many can be written.
  void World(std::size_t bytes, std::size_t writable = sizeof room_) {
    const auto* begin = reinterpret_cast<const std::byte*>(room_.data());
    g_world = {begin, begin + writable, begin + bytes};
  }
  Expected<void> Pack(const Signature& signature, std::vector<std::uint64_t> words, Region shared = {}) {
    plan_ = MakePlan(signature);
    words.resize(plan_.words);
    instances_.clear();
    auto packed = bridge::Pack(plan_, words.data(), Road{&space_, 0, shared, {&kAccess, "sum"}}, &instances_);
    words_ = std::move(words);
    return packed;
  }
  Expected<void> Return() {
    return CopyBack(plan_, instances_, Rewrite::kChanged, [](void*, std::uint64_t address) { return address; }, nullptr, {&kAccess, "sum"});
  }
  std::string Why(const Expected<void>& refused) {
    if (refused) return "it was not refused";
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    return refused.error().message;
  }
  std::string Hex(const void* p) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(Address(p)));
    return text;
  }

  alignas(16) std::array<std::int32_t, 16> room_{};
  FencedSpace space_;
  Plan plan_;
  std::vector<std::uint64_t> words_;
  std::vector<Instance> instances_;
};

const Type kInts = Type::Pointer(kInt32);
// What to do about it.
const std::string kNothing = ": let it lead to memory of this process, or declare it void* where it is an address of the DLL's own";
const std::string kReadOnly = ": let it lead to memory that may be written";

TEST_F(AccessTest, AWildPointerIsRefusedWithItsArgumentAndWhatWasWanted) {
  const Signature signature = MakeSignature({kInt32, kInts}, {Counted(1, 0, kInt32)});
  EXPECT_EQ(Why(Pack(signature, {10, 0xdeadbee0})), "argument 1 of `sum`: 0xdeadbee0 cannot be read (40 bytes are wanted)" + kNothing);
  EXPECT_TRUE(instances_.empty());
  EXPECT_TRUE(Pack(signature, {0, 0xdeadbee0})) << "nothing is wanted there";
  EXPECT_TRUE(Pack(signature, {10, Address(room_.data())}));
}

TEST_F(AccessTest, ABufferThatIsShorterThanItsLengthSaysWhereItEnds) {
  World(8 * 4);
  const Signature signature = MakeSignature({kInts, kInt32}, {Counted(0, 1, kInt32)});
  EXPECT_TRUE(Pack(signature, {Address(room_.data()), 8}));
  EXPECT_EQ(Why(Pack(signature, {Address(room_.data()), 9})),
            "argument 0 of `sum`: " + Hex(room_.data() + 8) + " cannot be read (36 bytes are wanted from " + Hex(room_.data()) + " on): let its length say no more than is there");
}

TEST_F(AccessTest, MemoryThatIsNotCopiedIsNotLookedAt) {
  const Signature signature = MakeSignature({kInts, kInt32}, {Counted(0, 1, kInt32)});
  const Region shared{g_world.begin, g_world.end};
  World(0);
  EXPECT_TRUE(Pack(signature, {Address(room_.data()), 16}, shared)) << "whatever its size, it costs the same";
}

TEST_F(AccessTest, SmallNumbersAreNoPointersWhateverTheAccessSays) {
  plan_ = MakePlan(MakeSignature({kInts}));
  std::uint64_t words[2] = {0xfff0, 0};
  const auto packed = bridge::Pack(plan_, words, Road{&space_, 0, {}, {}}, &instances_);
  EXPECT_EQ(Why(packed), "argument 0: 0xfff0 cannot be read (4 bytes are wanted)" + kNothing);
}

TEST_F(AccessTest, ARangeThatRunsOverTheEndOfAllAddressesIsRefused) {
  const std::uint64_t last = Address(At<int>(~std::uint64_t{7}));
  EXPECT_NE(Why(Pack(MakeSignature({kInts, kInt32}, {Counted(0, 1, kInt32)}), {last, 4})).find("cannot be read"), std::string::npos);
  const Signature both = MakeSignature({kInts, kInts, kInt32}, {Counted(0, 2, kInt32), Counted(1, 2, kInt32)});
  EXPECT_NE(Why(Pack(both, {Address(room_.data()), last, 4})).find("argument 1 of `sum`"), std::string::npos) << "before it is compared with others";
}

TEST_F(AccessTest, ATextWithoutEndIsRefusedWhereItsMemoryEnds) {
  room_.fill(0x41414141);
  const Type text = Type::Pointer(kInt8, true);
  const Signature signature = MakeSignature({text}, {{.pointer = {0}, .null = true}});
  EXPECT_EQ(Why(Pack(signature, {0xdeadbee0})), "argument 0 of `sum`: 0xdeadbee0 cannot be read (1 byte is wanted)" + kNothing);
  room_[15] = 0x00414141;
  EXPECT_TRUE(Pack(signature, {Address(room_.data())}));
}

TEST_F(AccessTest, AWildPointerOnTheWayToALengthIsRefused) {
  const Signature signature = MakeSignature({kInts, kInts}, {{.pointer = {0}, .length = {{1, -1}}, .type = kInt32}});
  EXPECT_EQ(Why(Pack(signature, {Address(room_.data()), 0xdeadbee0})), "argument 1 of `sum`: 0xdeadbee0 cannot be read (4 bytes are wanted)" + kNothing);
}

TEST_F(AccessTest, AWildPointerInAStructIsRefusedUnlessBothSidesSeeTheStruct) {
  auto* image = reinterpret_cast<Image*>(room_.data());
  *image = {At<std::int16_t>(0xdeadbee0), 2, 3};
  const Signature signature = MakeSignature({Type::Pointer(kImage)}, {kImageData});
  EXPECT_EQ(Why(Pack(signature, {Address(image)})), "argument 0 of `sum`: 0xdeadbee0 cannot be read (12 bytes are wanted)" + kNothing);
  const Region shared{g_world.begin, g_world.end};
  ASSERT_TRUE(Pack(signature, {Address(image)}, shared)) << "the other side may have put it there";
  EXPECT_EQ(words_[0], Address(image));
  EXPECT_EQ(Address(image->data), 0xdeadbee0u);
  EXPECT_TRUE(Return());
  EXPECT_EQ(Address(image->data), 0xdeadbee0u);
}

TEST_F(AccessTest, WhatCannotBeWrittenIsSaidAndTheRestIsCopiedBack) {
  World(sizeof room_, 8 * 4);
  const Signature signature = MakeSignature({kInts, kInts, kInt32}, {Counted(0, 2, kInt32), Counted(1, 2, kInt32)});
  ASSERT_TRUE(Pack(signature, {Address(room_.data() + 8), Address(room_.data()), 2}));
  EXPECT_TRUE(Return()) << "nothing was changed";
  *At<std::int32_t>(words_[1]) = 5;
  EXPECT_TRUE(Return());
  *At<std::int32_t>(words_[0]) = 6;
  *At<std::int32_t>(words_[1]) = 7;
  EXPECT_EQ(Why(Return()), "argument 0 of `sum`: " + Hex(room_.data() + 8) + " cannot be written (8 bytes are wanted)" + kReadOnly + "; the call was made");
  EXPECT_EQ(room_[0], 7);
  EXPECT_EQ(room_[8], 0);
}

TEST_F(AccessTest, WhatIsGoneWhenTheCallReturnsIsSaid) {
  ASSERT_TRUE(Pack(MakeSignature({kInts}), {Address(room_.data())}));
  World(0);
  EXPECT_NE(Why(Return()).find("cannot be written (4 bytes are wanted)" + kReadOnly + "; the call was made"), std::string::npos);
}

TEST_F(AccessTest, AStructThatCannotBeWrittenIsSaidPieceByPiece) {
  auto* image = reinterpret_cast<Image*>(room_.data());
  *image = {nullptr, 2, 3};
  World(sizeof room_, offsetof(Image, width));
  ASSERT_TRUE(Pack(MakeSignature({Type::Pointer(kImage)}), {Address(image)}));
  At<Image>(words_[0])->data = At<std::int16_t>(0x7000);
  EXPECT_TRUE(Return()) << "only the pointer changed";
  EXPECT_EQ(Address(image->data), 0x7000u);
  At<Image>(words_[0])->width = 9;
  EXPECT_EQ(Why(Return()), "argument 0 of `sum`: " + Hex(&image->width) + " cannot be written (" + std::to_string(sizeof *image) +
                               " bytes are wanted from " + Hex(image) + " on)" + kReadOnly + "; the call was made");
}

TEST_F(AccessTest, MemoryOfAnEnclosingCallThatCannotBeWrittenIsAnErrorOfTheCallback) {
  ASSERT_TRUE(Pack(MakeSignature({kInts}), {Address(room_.data())}));
  *At<std::int32_t>(words_[0]) = 5;
  std::vector<std::uint64_t> words{words_[0], 0};
  const FrameOrigin origin{space_.region(), 0, {}, &kAccess};
  const Plan plan = MakePlan(MakeSignature({kInts}));
  std::vector<Instance> instances = instances_;
  FencedSpace scratch;
  World(sizeof room_, 0);
  EXPECT_EQ(Why(Unpack(plan, words.data(), origin, &scratch, &instances)),
            "argument 0: " + Hex(room_.data()) + " cannot be written (4 bytes are wanted)" + kReadOnly);
  World(sizeof room_);
  words[0] = words_[0];
  instances = instances_;
  EXPECT_TRUE(Unpack(plan, words.data(), origin, &scratch, &instances));
  EXPECT_EQ(room_[0], 5);
}

TEST_F(AccessTest, MemoryThatAHandlerGaveBackIsAnErrorAndNotRead) {
  ASSERT_TRUE(Pack(MakeSignature({kInts}), {Address(room_.data())}));
  std::vector<std::uint64_t> words{words_[0], 0};
  const Plan plan = MakePlan(MakeSignature({kInts}));
  std::vector<Instance> instances = instances_;
  FencedSpace scratch;
  ASSERT_TRUE(Unpack(plan, words.data(), {space_.region(), 0, {}, &kAccess}, &scratch, &instances));
  room_[0] = 9;
  const auto mine = std::span<const Instance>(instances).subspan(instances_.size());
  World(0);
  EXPECT_EQ(Why(WriteBack(plan, mine, &kAccess)), "argument 0: " + Hex(room_.data()) + " cannot be read (4 bytes are wanted)" + kNothing);
  EXPECT_EQ(*At<std::int32_t>(words_[0]), 0);
  World(sizeof room_);
  EXPECT_TRUE(WriteBack(plan, mine, &kAccess));
  EXPECT_EQ(*At<std::int32_t>(words_[0]), 9);
}

}  // namespace
}  // namespace bridge::testing
