// SPDX-License-Identifier: MIT
#include "harness/run/plan.h"

#include <gtest/gtest.h>

#include <map>

#include "harness/run/stable_hash.h"

namespace spanproof {
namespace {

std::vector<CaseFile> Files(std::size_t count) {
  std::vector<CaseFile> files(count);
  for (std::size_t i = 0; i < count; ++i) {
    files[i].path = "/suite/area/file" + std::to_string(i) + ".json";
    for (const char* name : {"first", "second"}) {
      files[i].cases.emplace_back().id = "area.file" + std::to_string(i) + "." + name;
    }
  }
  return files;
}

std::vector<std::string> Ids(const std::vector<PlannedFile>& planned) {
  std::vector<std::string> ids;
  for (const PlannedFile& file : planned) {
    for (const Case* one : file.cases) ids.push_back(one->id);
  }
  return ids;
}

TEST(StableHash, IsTheSameForEver) {
  EXPECT_EQ(StableHash(""), 0xf52a15e9a9b5e89bu);
  EXPECT_EQ(StableHash("callback/qsort.json"), 0xeb15ea298aed2acfu);
}

TEST(Plan, EveryFileIsInExactlyOneShard) {
  const auto files = Files(40);
  std::map<std::string, int> seen;
  for (std::uint32_t number = 1; number <= 3; ++number) {
    const auto ids = Ids(PlanFiles(files, "/suite", {.shard = {number, 3}}));
    EXPECT_GT(ids.size(), 0u);
    for (const std::string& id : ids) ++seen[id];
  }
  EXPECT_EQ(seen.size(), 80u);
  for (const auto& [id, times] : seen) EXPECT_EQ(times, 1) << id;
}

TEST(Plan, AShardIsTheSameWhereverTheSuiteLies) {
  auto files = Files(10);
  const auto here = Ids(PlanFiles(files, "/suite", {.shard = {1, 2}}));
  for (CaseFile& file : files) file.path = "/elsewhere" / file.path.relative_path();
  EXPECT_EQ(Ids(PlanFiles(files, "/elsewhere/suite/", {.shard = {1, 2}})), here);
}

TEST(Plan, TheFilterLeavesOutFilesWithoutACase) {
  const auto files = Files(3);
  const auto planned = PlanFiles(files, "/suite", {.filter = "*.file1.second"});
  ASSERT_EQ(planned.size(), 1u);
  EXPECT_EQ(planned[0].name, "area/file1.json");
  EXPECT_EQ(Ids(planned), std::vector<std::string>{"area.file1.second"});
}

TEST(Shards, AreWrittenAsNumberOfCount) {
  EXPECT_EQ(ParseShard("2/3").value(), (Shard{2, 3}));
  EXPECT_EQ(ParseShard("2/3").value().Spell(), "2/3");
  EXPECT_TRUE(ParseShard("").value().whole());
  for (const char* wrong : {"0/3", "4/3", "3", "/", "1/", "/2", "a/b", "1/2/3", "1/ 2", "-1/2", "1/1001", "+1/2"}) {
    EXPECT_FALSE(ParseShard(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace spanproof
