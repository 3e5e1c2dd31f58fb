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

tl::unexpected<Error> Unended(const Plan& plan, std::uint32_t word, const Caller& caller, const std::byte* failed, std::uint64_t bytes) {
  Error error = CannotBe(Done::kRead, caller, word, plan.words, failed, failed, 1);
  error.message.resize(error.message.find(" (1 byte"));
  error.message += ": the text that begins " + std::to_string(bytes) + " bytes before has no terminator";
  return tl::unexpected<Error>(std::move(error));
}

// Page by page: behind the terminator there may be nothing to read.
template <typename Unit>
Expected<std::uint64_t> Terminated(const std::byte* text, const Plan& plan, std::uint32_t word, const Caller* caller) {
  constexpr std::uint64_t kPage = 4096, kMost = kMaxExtentBytes / sizeof(Unit);
  Unit unit;
  for (std::uint64_t units = 0, known = 0; units < kMost; ++units) {
    const std::byte* const at = text + units * sizeof unit;
    if (units == known) {
      if (caller != nullptr)
        if (auto there = CheckReadable(*caller, word, plan.words, at, sizeof unit); !there) {
          if (units == 0) return tl::unexpected(there.error());
          return tl::unexpected(Unended(plan, word, *caller, at, units * sizeof unit));
        }
      // Of the next unit's page nothing is known, and one that is not aligned may lie in two.
      const std::uint64_t left = kPage - reinterpret_cast<std::uintptr_t>(at) % kPage;
      known += std::max<std::uint64_t>(left / sizeof unit, 1);
    }
    std::memcpy(&unit, at, sizeof unit);
    if (unit == 0) return units + 1;
  }
  return BadLength(plan, word, "the text has no terminator");
}

Expected<std::int64_t> RunLoad(const Plan& plan, std::uint32_t word, const Load& load, const std::uint64_t* words,
                               Side side, std::uint64_t delta, const Caller& caller) {
  const std::uint8_t width = side == Side::kLocal ? plan.local_pointer : plan.frame_pointer;
  const auto* at = reinterpret_cast<const std::byte*>(words + load.word);
  const auto unreadable = [&, in_words = at](std::uint32_t bytes) -> const std::byte* {
    return side == Side::kFrame || at == in_words ? nullptr : FirstUnreadable(caller.access, at, bytes);
  };
  const auto refuse = [&](const std::byte* failed, std::uint32_t bytes) {
    return tl::unexpected<Error>(CannotBe(Done::kRead, caller, load.word, plan.words, failed, at, bytes));
  };
  bool first = true;
  for (const Load::Hop& hop : load.hops) {
    if (hop.dereference) {
      if (const std::byte* failed = unreadable(width)) [[unlikely]] return refuse(failed, width);
      std::uint64_t pointer = LoadPointer(at, first ? 8 : width);
      if (pointer == 0) return BadLength(plan, word, "its length lies behind a null pointer: let it lead to a number");
      if (side == Side::kFrame) pointer -= delta;
      at = reinterpret_cast<const std::byte*>(pointer);
    }
    at += side == Side::kLocal ? hop.local_offset : hop.frame_offset;
    first = false;
  }
  const std::uint32_t bytes = ScalarBytes(load.kind, width);
  if (const std::byte* failed = unreadable(bytes)) [[unlikely]] return refuse(failed, bytes);
  if (load.kind == Kind::kPointer) return static_cast<std::int64_t>(LoadPointer(at, width));  // size_t
  return LoadInteger(at, load.kind);
}

}  // namespace

tl::unexpected<Error> BadLength(const Plan& plan, std::uint32_t word, const std::string& why) {
  const std::string whose = word + 1 == plan.words ? "the result" : "argument " + std::to_string(word);
  return Fail(ErrorCode::kInvalidArgument, "memsync of " + whose + ": " + why);
}

Expected<std::uint64_t> Count(const Plan& plan, const Node& node, std::uint32_t word, const std::uint64_t* words,
                              const std::byte* pointer, Side side, std::uint64_t delta, const Caller& caller) {
  const Caller* const of_text = side == Side::kLocal ? &caller : nullptr;
  switch (node.extent) {
    case Extent::kFixed: return node.count;
    case Extent::kTerminated8: return Terminated<std::uint8_t>(pointer, plan, word, of_text);
    case Extent::kTerminated16: return Terminated<std::uint16_t>(pointer, plan, word, of_text);
    case Extent::kComputed: break;
  }
  std::array<std::int64_t, 8> few;
  std::vector<std::int64_t> many;
  if (node.loads.size() > few.size()) many.resize(node.loads.size());
  std::int64_t* lengths = many.empty() ? few.data() : many.data();
  for (std::size_t i = 0; i < node.loads.size(); ++i) {
    auto length = RunLoad(plan, word, node.loads[i], words, side, delta, caller);
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
