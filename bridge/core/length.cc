// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstring>

#include "bridge/core/marshal.h"

namespace bridge {
namespace {

std::int64_t LoadInteger(const std::byte* at, Kind kind) {
  const auto read = [at]<typename T>(T value) {
    std::memcpy(&value, at, sizeof value);
    return static_cast<std::int64_t>(value);
  };
  switch (kind) {
    case Kind::kInt8: return read(std::int8_t{});
    case Kind::kBool:
    case Kind::kUint8: return read(std::uint8_t{});
    case Kind::kInt16: return read(std::int16_t{});
    case Kind::kChar16:
    case Kind::kUint16: return read(std::uint16_t{});
    case Kind::kInt32: return read(std::int32_t{});
    case Kind::kUint32: return read(std::uint32_t{});
    default: return read(std::int64_t{});
  }
}

template <typename Unit>
Expected<std::uint64_t> Terminated(const std::byte* text, const Plan& plan, std::uint32_t word) {
  Unit unit;
  for (std::uint64_t units = 0; units < kMaxExtentBytes; ++units) {
    std::memcpy(&unit, text + units * sizeof unit, sizeof unit);
    if (unit == 0) return units + 1;
  }
  return BadLength(plan, word, "the text has no terminator");
}

Expected<std::int64_t> RunLoad(const Plan& plan, std::uint32_t word, const Load& load, const std::uint64_t* words,
                               Side side, std::uint64_t delta) {
  const auto* at = reinterpret_cast<const std::byte*>(words + load.word);
  bool first = true;
  for (const Load::Hop& hop : load.hops) {
    if (hop.dereference) {
      const std::uint8_t width = first ? 8 : side == Side::kLocal ? plan.local_pointer : plan.frame_pointer;
      std::uint64_t pointer = LoadPointer(at, width);
      if (pointer == 0) return BadLength(plan, word, "its length lies behind a null pointer: let it lead to a number");
      if (side == Side::kFrame) pointer -= delta;
      at = reinterpret_cast<const std::byte*>(pointer);
    }
    at += side == Side::kLocal ? hop.local_offset : hop.frame_offset;
    first = false;
  }
  if (load.kind == Kind::kPointer)  // size_t
    return static_cast<std::int64_t>(LoadPointer(at, side == Side::kLocal ? plan.local_pointer : plan.frame_pointer));
  return LoadInteger(at, load.kind);
}

}  // namespace

tl::unexpected<Error> BadLength(const Plan& plan, std::uint32_t word, const std::string& why) {
  const std::string whose = word + 1 == plan.words ? "the result" : "argument " + std::to_string(word);
  return Fail(ErrorCode::kInvalidArgument, "memsync of " + whose + ": " + why);
}

Expected<std::uint64_t> Count(const Plan& plan, const Node& node, std::uint32_t word, const std::uint64_t* words,
                              const std::byte* pointer, Side side, std::uint64_t delta) {
  switch (node.extent) {
    case Extent::kFixed: return node.count;
    case Extent::kTerminated8: return Terminated<std::uint8_t>(pointer, plan, word);
    case Extent::kTerminated16: return Terminated<std::uint16_t>(pointer, plan, word);
    case Extent::kComputed: break;
  }
  std::array<std::int64_t, 8> few;
  std::vector<std::int64_t> many;
  if (node.loads.size() > few.size()) many.resize(node.loads.size());
  std::int64_t* lengths = many.empty() ? few.data() : many.data();
  for (std::size_t i = 0; i < node.loads.size(); ++i) {
    auto length = RunLoad(plan, word, node.loads[i], words, side, delta);
    if (!length) return tl::unexpected(length.error());
    lengths[i] = *length;
  }
  std::int64_t count = lengths[0];
  if (node.func) {
    auto result = node.func->Evaluate({lengths, node.loads.size()});
    if (!result) return BadLength(plan, word, result.error().message);
    count = *result;
  }
  if (count < 0) return BadLength(plan, word, "the length is negative: " + std::to_string(count));
  if (static_cast<std::uint64_t>(count) > kMaxExtentBytes / std::max({node.local_size, node.frame_size, 1u}))
    return BadLength(plan, word, "the length is beyond reason: " + std::to_string(count) + " elements");
  return static_cast<std::uint64_t>(count);
}

}  // namespace bridge
