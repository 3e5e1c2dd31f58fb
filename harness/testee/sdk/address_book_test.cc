// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/address_book.h"

#include <gtest/gtest.h>

namespace spanproof {
namespace {

constexpr std::uint64_t kSomewhere = 0x7f1200001000;

std::uint64_t At(AddressBook::Object* object) { return reinterpret_cast<std::uintptr_t>(object->at); }

TEST(AddressBook, NamesObjectsByContainmentWithOnePastTheEnd) {
  AddressBook book;
  AddressBook::Object* a = *book.AddObject("a", 0, 40);
  ASSERT_TRUE(book.AddObject("b", 0, 8));
  EXPECT_EQ(At(a) % 16, 0u);
  EXPECT_EQ(Show(Value{book.Name(At(a) + 8)}), "&a+8");
  EXPECT_EQ(Show(Value{book.Name(At(a) + 40)}), "&a+40");
  EXPECT_EQ(*book.Address(book.Name(At(a) + 8)), At(a) + 8);
  EXPECT_FALSE(book.AddObject("a", 0, 8));
  EXPECT_TRUE(book.DropObject("a"));
  EXPECT_FALSE(book.Address(Pointer{Pointer::To::kObject, "a", 0, 0}));
}

TEST(AddressBook, NumbersForeignMemoryInOrderOfAppearance) {
  AddressBook book;
  EXPECT_EQ(Show(Value{book.Name(kSomewhere)}), "dll1+0");
  EXPECT_EQ(Show(Value{book.Name(kSomewhere + 64)}), "dll2+0");
  EXPECT_EQ(Show(Value{book.Name(kSomewhere)}), "dll1+0");
  EXPECT_EQ(*book.Address(Pointer{Pointer::To::kForeign, "dll2", 4, 0}), kSomewhere + 68);
}

TEST(AddressBook, ForgetsWhatOnlyPassedThroughACallback) {
  AddressBook book;
  book.NameFor(1, false);
  book.Name(kSomewhere);
  book.NameFor(1, true);
  EXPECT_EQ(book.Name(kSomewhere + 64).name, "dll2");
  EXPECT_EQ(book.Name(kSomewhere + 128).name, "dll3");
  book.NameFor(1, false);
  EXPECT_EQ(book.Name(kSomewhere + 64).name, "dll2");
  book.EndCall(1);
  EXPECT_EQ(book.Name(kSomewhere + 64).name, "dll2");
  EXPECT_EQ(book.Name(kSomewhere + 256).name, "dll3");
}

TEST(AddressBook, ForgetsWhatPassedOnlyWithTheCallOfItsThread) {
  AddressBook book;
  book.NameFor(1, true);
  EXPECT_EQ(book.Name(kSomewhere).name, "dll1");
  book.NameFor(2, true);
  EXPECT_EQ(book.Name(kSomewhere + 64).name, "dll2");
  book.EndCall(1);
  EXPECT_FALSE(book.Address(Pointer{Pointer::To::kForeign, "dll1", 0, 0}));
  EXPECT_EQ(*book.Address(Pointer{Pointer::To::kForeign, "dll2", 0, 0}), kSomewhere + 64);
}

TEST(AddressBook, TakesSmallNumbersForNumbers) {
  AddressBook book;
  EXPECT_EQ(book.Name(0).to, Pointer::To::kNull);
  EXPECT_EQ(book.Name(5).to, Pointer::To::kOpaque);
  EXPECT_EQ(book.Name(~std::uint64_t{0}).to, Pointer::To::kOpaque);
  book.NameCallback("edge", kSomewhere);
  EXPECT_EQ(Show(Value{book.Name(kSomewhere)}), "fn:edge");
}

}  // namespace
}  // namespace spanproof
