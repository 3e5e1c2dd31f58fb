// SPDX-License-Identifier: MIT
#include "bridge/host/call_shape.h"

#include <cstring>

namespace bridge::host {
namespace {

std::uint32_t Pieces(std::uint32_t bytes) { return (bytes + 3) / 4; }

}  // namespace

CallShape MakeCallShape(const Binding& binding) {
  CallShape shape;
  shape.pieces = static_cast<std::uint32_t>(binding.arguments.size()) * 2;
  std::uint32_t word = 0;
  for (const Passed& passed : binding.arguments) {
    std::uint32_t source = word;
    word += 2;
    if (passed.in == Register::kEcx) shape.ecx = static_cast<std::uint16_t>(source);
    if (passed.in == Register::kEdx) shape.edx = static_cast<std::uint16_t>(source);
    if (passed.in != Register::kNone) continue;
    const std::uint32_t count = Pieces(passed.bytes);
    if (passed.travel == Travel::kStack) {
      source = shape.pieces;
      shape.pieces += count;
      shape.has_aggregates = true;
    }
    for (std::uint32_t i = 0; i < count; ++i) shape.stack.push_back(static_cast<std::uint16_t>(source + i));
  }
  if (binding.convention != Convention::kCdecl) shape.removes = static_cast<std::uint32_t>(shape.stack.size()) * 4;
  return shape;
}

Expected<void> GatherPieces(const Binding& binding, const std::uint64_t* words, Region segment, std::uint32_t* pieces) {
  const std::size_t count = binding.arguments.size();
  std::memcpy(pieces, words, count * 8);
  pieces += count * 2;
  for (std::size_t i = 0; i < count; ++i) {
    const Passed& passed = binding.arguments[i];
    if (passed.travel != Travel::kStack) continue;
    const auto* bytes = reinterpret_cast<const std::byte*>(static_cast<std::uintptr_t>(words[i]));
    if (words[i] > UINTPTR_MAX || !segment.Contains(bytes) || passed.bytes > static_cast<std::size_t>(segment.end - bytes))
      return Fail(ErrorCode::kCorrupt, "an argument by value lies outside the segment");
    pieces[Pieces(passed.bytes) - 1] = 0;  // what a last piece has beyond the aggregate
    std::memcpy(pieces, bytes, passed.bytes);
    pieces += Pieces(passed.bytes);
  }
  return {};
}

}  // namespace bridge::host
