// SPDX-License-Identifier: MIT
// Types that point at themselves: lists, trees and rings of any length.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "bridge/core/testing.h"

namespace bridge {
namespace {

using testing::Address;
using testing::At;
using testing::Crossing;
using testing::FencedSpace;
using testing::kHere;
using testing::MakePlan;
using testing::MakeSignature;

// A list both ways, as C programs have it.
struct Item {
  Item *next, *previous;
  std::int32_t value;
};
// The same as sysv64 lays it out, whatever compiles this test, and as win32 does.
struct WideItem {
  std::uint64_t next, previous;
  std::int32_t value, pad;
};
struct NarrowItem {
  std::uint32_t next, previous;
  std::int32_t value;
};

Type ItemType() {
  static const Type declared = Type::Declare("Item");
  static const Type whole = Type::Define(
      declared, {{"next", Type::Pointer(declared)}, {"previous", Type::Pointer(declared)}, {"value", kInt32}});
  return whole;
}

Plan ItemPlan(Abi local = kHere, Abi frame = kHere) {
  return MakePlan(MakeSignature({Type::Pointer(ItemType()), Type::Pointer(ItemType())}), local, frame);
}

std::vector<Item> List(std::size_t count, bool ring = false) {
  std::vector<Item> items(count);
  for (std::size_t i = 0; i < count; ++i) {
    items[i].value = static_cast<std::int32_t>(i);
    items[i].next = i + 1 < count ? &items[i + 1] : ring ? &items[0] : nullptr;
    items[i].previous = i > 0 ? &items[i - 1] : ring ? &items[count - 1] : nullptr;
  }
  return items;
}

TEST(Recursion, ATypeThatPointsAtItselfIsOneNode) {
  const Plan plan = ItemPlan();
  ASSERT_EQ(plan.nodes.size(), 4u);  // the list, its two pointers, the second argument
  EXPECT_TRUE(plan.recursive);
  EXPECT_EQ(plan.nodes[0].same_as, Node::kNone);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(plan.nodes[i].same_as, 0);
  EXPECT_EQ(plan.roots, (std::vector<std::uint32_t>{0, 3}));
}

TEST(Recursion, ALongListCrossesAndComesBack) {
  for (std::uint64_t delta : {std::uint64_t{0}, std::uint64_t{0x10000000}}) {
    auto items = List(10000);
    Crossing call(ItemPlan(), {Address(items.data()), Address(&items.back())}, delta);
    ASSERT_TRUE(call) << call.error();
    std::size_t met = 0;
    for (auto* at = call.Arg<Item>(0); at != nullptr; at = call.Seen<Item>(Address(at->next)), ++met) {
      ASSERT_EQ(at->value, static_cast<std::int32_t>(met));
      at->value = -at->value;
      if (at->next == nullptr) {
        EXPECT_EQ(Address(at) + delta, call.word(1)) << "both arguments lead into the same copy";
        break;
      }
    }
    EXPECT_EQ(met, 9999u);
    call.Return();
    for (std::size_t i = 0; i < items.size(); ++i) {
      ASSERT_EQ(items[i].value, -static_cast<std::int32_t>(i));
      ASSERT_EQ(items[i].next, i + 1 < items.size() ? &items[i + 1] : nullptr);
    }
  }
}

TEST(Recursion, AnErrorNamesTheArgumentThatLedToASharedNode) {
  const Abi other = kHere == Abi::kWin32Gnu ? Abi::kWin64Gnu : Abi::kWin32Gnu;
  const Type list = Type::Pointer(ItemType());
  const Plan plan = MakePlan(MakeSignature({list, list, Type::Pointer(kInt32)}), kHere, other);
  auto items = List(2);
  Item apart{};
  Crossing call(plan, {Address(&apart), Address(items.data()), Address(&items[1].value)});
  EXPECT_NE(call.error().find("arguments 1 and 2 overlap"), std::string::npos) << call.error();
}

TEST(Recursion, ARingIsOneCopyOfEach) {
  auto items = List(3, true);
  Crossing call(ItemPlan(), {Address(items.data()), 0});
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<Item>(0);
  EXPECT_EQ(seen->next->next->next, seen);
  EXPECT_EQ(seen->previous->previous->previous, seen);
  EXPECT_EQ(seen->next->previous, seen);
  seen->previous->value = 77;
  call.Return();
  EXPECT_EQ(items[2].value, 77);
  EXPECT_EQ(items[2].next, &items[0]);
  EXPECT_EQ(items[0].previous, &items[2]);
}

TEST(Recursion, AnItemThatIsItsOwnNeighbour) {
  Item one{nullptr, nullptr, 5};
  one.next = one.previous = &one;
  Crossing call(ItemPlan(), {Address(&one), Address(&one)});
  ASSERT_TRUE(call) << call.error();
  EXPECT_EQ(call.word(0), call.word(1));
  EXPECT_EQ(call.Arg<Item>(0)->next, call.Arg<Item>(0));
  EXPECT_EQ(call.space().blocks(), 1u);
  call.Return();
  EXPECT_EQ(one.next, &one);
}

TEST(Recursion, AListThatTheCalleeTurnedRoundIsTurnedRoundHere) {
  for (std::size_t count : {std::size_t{3}, std::size_t{5000}}) {
    auto items = List(count);
    Crossing call(ItemPlan(), {Address(items.data()), 0}, 0x7000);
    ASSERT_TRUE(call) << call.error();
    for (auto* at = call.Arg<Item>(0);;) {
      Item* const next = at->next;
      std::swap(at->next, at->previous);
      if (next == nullptr) break;
      at = call.Seen<Item>(Address(next));
    }
    call.Return();
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(items[i].next, i > 0 ? &items[i - 1] : nullptr);
      ASSERT_EQ(items[i].previous, i + 1 < count ? &items[i + 1] : nullptr);
    }
  }
}

TEST(Recursion, ARingCrossesToNarrowPointers) {
  WideItem items[3] = {{Address(items + 1), Address(items + 2), 0, 1},
                       {Address(items + 2), Address(items + 0), 1, 2},
                       {Address(items + 0), Address(items + 1), 2, 3}};
  Crossing call(ItemPlan(Abi::kSysv64, Abi::kWin32Gnu), {Address(items), Address(items + 2)}, Crossing::kLow);
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<NarrowItem>(0);
  EXPECT_EQ(seen->value, 0);
  EXPECT_EQ(call.word(1), seen->previous);
  EXPECT_EQ(call.Seen<NarrowItem>(seen->next)->next, call.word(1));
  auto* last = call.Arg<NarrowItem>(1);
  last->value = 22;
  std::swap(last->next, last->previous);
  call.Return();
  EXPECT_EQ(items[2].value, 22);
  EXPECT_EQ(items[2].next, Address(items + 1));
  EXPECT_EQ(items[2].previous, Address(items + 0));
  EXPECT_EQ(items[0].next, Address(items + 1));
  EXPECT_EQ(items[1].pad, 2);
}

TEST(Recursion, TwoTypesThatPointAtEachOther) {
  struct Owner;
  struct Pet {
    Owner* owner;
    std::int32_t age;
  };
  struct Owner {
    Pet *first, *second;
  };
  const Type pet = Type::Declare("Pet"), owner = Type::Declare("Owner");
  const Type whole_pet = Type::Define(pet, {{"owner", Type::Pointer(owner)}, {"age", kInt32}});
  const Type whole_owner = Type::Define(owner, {{"first", Type::Pointer(pet)}, {"second", Type::Pointer(pet)}});
  Owner anna{};
  Pet cat{&anna, 3}, dog{&anna, 4};
  anna = {&cat, &dog};
  Crossing call(MakePlan(MakeSignature({Type::Pointer(whole_pet)})), {Address(&cat)});
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<Pet>(0);
  EXPECT_EQ(seen->owner->first, seen);
  EXPECT_EQ(seen->owner->second->owner, seen->owner);
  seen->owner->second->age = 40;
  call.Return();
  EXPECT_EQ(dog.age, 40);
  EXPECT_EQ(cat.owner, &anna);
}

TEST(Recursion, ADirectiveOfTheFirstElementHoldsForItAlone) {
  struct Blob {
    Blob* next;
    std::uint8_t* data;
    std::int32_t size;
  };
  const Type declared = Type::Declare("Blob");
  const Type whole = Type::Define(declared, {{"next", Type::Pointer(declared)}, {"data", Type::Pointer(kUint8)}, {"size", kInt32}});
  std::uint8_t bytes[2][4] = {{1, 2, 3, 4}, {5, 6, 7, 8}};
  Blob second{nullptr, bytes[1], 4}, first{&second, bytes[0], 4};
  const Signature signature = MakeSignature({Type::Pointer(whole)}, {{.pointer = {0, "data"}, .length = {{0, "size"}}}});
  Crossing call(MakePlan(signature), {Address(&first)});
  ASSERT_TRUE(call) << call.error();
  auto* seen = call.Arg<Blob>(0);
  std::fill_n(seen->data, 4, std::uint8_t{9});
  seen->next->data[0] = 9;
  call.Return();
  EXPECT_EQ(bytes[0][3], 9);
  EXPECT_EQ(bytes[1][0], 9) << "one element, as without any directive";
  EXPECT_EQ(bytes[1][1], 6);
}

TEST(Recursion, ADirectiveForTextHoldsForEveryElement) {
  struct Name {
    char* text;
    Name* next;
  };
  const Type declared = Type::Declare("Name");
  const Type whole = Type::Define(declared, {{"text", Type::Pointer(kInt8)}, {"next", Type::Pointer(declared)}});
  char texts[3][8] = {"one", "two", "three"};
  Name names[3] = {{texts[0], names + 1}, {texts[1], names + 2}, {texts[2], nullptr}};
  Crossing call(MakePlan(MakeSignature({Type::Pointer(whole)}, {{.pointer = {0, "text"}, .null = true}})), {Address(names)});
  ASSERT_TRUE(call) << call.error();
  auto* last = call.Arg<Name>(0)->next->next;
  EXPECT_STREQ(last->text, "three");
  last->text[4] = 'a';
  call.Return();
  EXPECT_STREQ(texts[2], "threa");
}

TEST(Recursion, CallbacksReadListsAndWriteThemBack) {
  FencedSpace segment, scratch;
  const std::uint64_t delta = 0x5000;
  auto* items = reinterpret_cast<Item*>(*segment.Allocate(3 * sizeof(Item), 16));
  const auto theirs = [&](Item* item) { return At<Item>(Address(item) + delta); };
  for (int i = 0; i < 3; ++i) items[i] = {theirs(items + (i + 1) % 3), theirs(items + (i + 2) % 3), i};
  const Plan plan = ItemPlan();
  std::uint64_t words[3] = {Address(items) + delta, 0, 0};
  std::vector<Instance> instances;
  ASSERT_TRUE(Unpack(plan, words, {segment.region(), delta}, &scratch, &instances));
  auto* own = At<Item>(words[0]);
  EXPECT_EQ(own->next->next->next, own);
  EXPECT_EQ(own->previous, own->next->next);
  own->previous->value = 22;
  WriteBack(plan, instances);
  EXPECT_EQ(items[2].value, 22);
  EXPECT_EQ(items[2].next, theirs(items)) << "their pointers are left alone";
  EXPECT_TRUE(segment.Intact());
  EXPECT_TRUE(scratch.Intact());
}

}  // namespace
}  // namespace bridge
