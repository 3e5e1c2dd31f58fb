// SPDX-License-Identifier: MIT
#include "bridge/core/table.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace bridge {
namespace {

struct Counted {
  explicit Counted(int value) : value(value) { ++alive; }
  ~Counted() { --alive; }
  int value;
  static inline std::atomic<int> alive{0};
};

TEST(Table, FindsWhatWasAddedAndNothingElse) {
  Table<int> table;
  EXPECT_EQ(table.Find(0), nullptr);
  const std::uint32_t first = *table.Add(std::make_unique<int>(7)), second = *table.Add(std::make_unique<int>(8));
  EXPECT_EQ(*table.Find(first), 7);
  EXPECT_EQ(*table.Find(second), 8);
  EXPECT_EQ(table.Find(second + 1), nullptr);
  EXPECT_EQ(table.Find(UINT32_MAX), nullptr);
}

TEST(Table, RemovesOnceAndUsesTheNumberAgain) {
  Table<int> table;
  const std::uint32_t id = *table.Add(std::make_unique<int>(7));
  EXPECT_EQ(*table.Remove(id), 7);
  EXPECT_EQ(table.Find(id), nullptr);
  EXPECT_EQ(table.Remove(id), nullptr);
  EXPECT_EQ(table.Remove(12345), nullptr);
  EXPECT_EQ(*table.Add(std::make_unique<int>(9)), id);
  EXPECT_EQ(*table.Find(id), 9);
}

TEST(Table, EndsWhatItStillHolds) {
  {
    Table<Counted> table;
    std::set<std::uint32_t> ids;
    for (int i = 0; i < 1000; ++i) ids.insert(*table.Add(std::make_unique<Counted>(i)));
    EXPECT_EQ(ids.size(), 1000u);
    for (std::uint32_t id = 0; id < 1000; id += 3) table.Remove(id);
    EXPECT_EQ(Counted::alive, 666);
    EXPECT_EQ(table.Find(256)->value, 256);
  }
  EXPECT_EQ(Counted::alive, 0);
}

TEST(Table, RefusesBeyondAMillion) {
  Table<char> table;
  for (std::uint32_t i = 0; i < Table<char>::kBlock * Table<char>::kBlocks; ++i)
    ASSERT_TRUE(table.Add(std::make_unique<char>('a')));
  auto more = table.Add(std::make_unique<char>('b'));
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, ErrorCode::kUnsupported);
  table.Remove(77);
  EXPECT_EQ(*table.Add(std::make_unique<char>('c')), 77u);
}

TEST(Table, ReadersSeeWholeEntriesWhileAnotherThreadAdds) {
  Table<std::uint32_t> table;
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (std::uint32_t i = 0; i < 20000; ++i) (void)table.Add(std::make_unique<std::uint32_t>(i * 3));
    done = true;
  });
  std::uint64_t wrong = 0;
  while (!done)
    for (std::uint32_t id = 0; id < 20000; id += 37)
      if (const auto* entry = table.Find(id)) wrong += *entry != id * 3;
  writer.join();
  EXPECT_EQ(wrong, 0u);
}

}  // namespace
}  // namespace bridge
