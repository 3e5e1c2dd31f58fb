// SPDX-License-Identifier: MIT
#include "harness/cli/commands.h"
#include "harness/cli/report_folder.h"
#include "harness/model/read_file.h"
#include "harness/run/merge.h"
#include "reports/report.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;

Expected<ShardReport> ReadShard(const fs::path& folder) {
  const fs::path file = folder / "results.json";
  const auto text = ReadFile(file);
  if (!text) return tl::unexpected(text.error());
  auto results = ParseResults(*text);
  if (!results) return Fail(results.error().code, file.string() + ": " + results.error().message);
  return ShardReport{folder, std::move(*results)};
}

}  // namespace

int MergeReports(const std::vector<fs::path>& folders, const fs::path& output) {
  std::vector<ShardReport> shards;
  for (const fs::path& folder : folders) {
    std::error_code ignored;
    if (fs::equivalent(folder, output, ignored)) {
      return Complain({ErrorCode::kInvalidArgument, output.string() + " is one of the shards; give another --output"});
    }
    auto shard = ReadShard(folder);
    if (!shard) return Complain(shard.error());
    shards.push_back(std::move(*shard));
  }
  const auto folder = ReportFolder::Take(output);
  if (!folder) return Complain(folder.error());
  if (auto made = MakeFolder(output / "traces"); !made) return Complain(made.error());
  const auto merged = MergeShards(std::move(shards), output);
  if (!merged) return Complain(merged.error());
  return Report(*merged, output);
}

}  // namespace spanproof
