// SPDX-License-Identifier: MIT
#include "harness/model/run_plan.h"

#include <charconv>

namespace spanproof {
namespace {

constexpr std::uint32_t kMostShards = 1000;

bool Read(const std::string& text, std::size_t from, std::size_t to, std::uint32_t* number) {
  const char* end = text.data() + to;
  const auto [stopped, error] = std::from_chars(text.data() + from, end, *number);
  return error == std::errc() && stopped == end && *number > 0;
}

}  // namespace

std::string Shard::Spell() const {
  return whole() ? std::string() : std::to_string(number) + "/" + std::to_string(count);
}

Expected<Shard> ParseShard(const std::string& text) {
  Shard shard;
  if (text.empty()) return shard;
  const std::size_t slash = text.find('/');
  const bool good = slash != std::string::npos && Read(text, 0, slash, &shard.number) &&
                    Read(text, slash + 1, text.size(), &shard.count) && shard.count <= kMostShards &&
                    shard.number <= shard.count;
  if (good) return shard;
  return Fail(ErrorCode::kInvalidArgument, "\"" + text + "\" is no shard; write 2/3 for the second of three, of at most " +
                                               std::to_string(kMostShards));
}

}  // namespace spanproof
