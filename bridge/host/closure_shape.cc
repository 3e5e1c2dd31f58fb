// SPDX-License-Identifier: MIT
#include "bridge/host/closure_shape.h"

#include <cstring>

namespace bridge::host {
namespace {

constexpr bool kIs64 = sizeof(void*) == 8;
constexpr std::uint32_t kEcx = 0, kEdx = 4;
constexpr std::uint32_t kStack = kIs64 ? 48 : 24;
constexpr std::uint32_t kVectorRegisters = 4;

bool IsFloating(Kind kind) { return kind == Kind::kFloat || kind == Kind::kDouble; }

}  // namespace

ClosureShape MakeClosureShape(const Binding& binding) {
  ClosureShape shape;
  const bool in_memory = binding.result.in == ResultIn::kMemory;
  std::uint32_t stack = 0;
  for (std::uint32_t i = 0; i < binding.arguments.size(); ++i) {
    const Passed& passed = binding.arguments[i];
    std::uint32_t offset = kStack + stack;
    if (kIs64) {
      if (IsFloating(passed.kind) && i < kVectorRegisters) offset = i * 8;
      stack += 8;
    } else if (passed.in != Register::kNone) {
      offset = passed.in == Register::kEcx ? kEcx : kEdx;
    } else {
      stack += (passed.bytes + 3) / 4 * 4;
    }
    if (in_memory && i == binding.hidden)
      shape.hidden = offset;
    else
      shape.arguments.push_back({passed.kind, passed.travel, offset});
  }
  if (!kIs64 && binding.convention != Convention::kCdecl) shape.removes = stack;
  if (!kIs64 && binding.result.in == ResultIn::kFloating) shape.floating_bytes = binding.result.bytes;
  shape.in_line = FitsMessages(binding);
  return shape;
}

std::uint64_t ReadScalar(Kind kind, const std::byte* at) {
  const auto read = [at]<typename T>(T value) {
    std::memcpy(&value, at, sizeof value);
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  };
  switch (kind) {
    case Kind::kInt8: return read(std::int8_t{});
    case Kind::kBool:
    case Kind::kUint8: return read(std::uint8_t{});
    case Kind::kInt16: return read(std::int16_t{});
    case Kind::kUint16:
    case Kind::kChar16: return read(std::uint16_t{});
    case Kind::kInt32: return read(std::int32_t{});
    case Kind::kUint32:
    case Kind::kFloat: return read(std::uint32_t{});
    case Kind::kPointer:
    case Kind::kFunction: return read(std::uintptr_t{});
    default: return read(std::uint64_t{});
  }
}

}  // namespace bridge::host
