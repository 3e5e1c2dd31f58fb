// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "bridge/core/marshal.h"

// For the tests of core/ alone: a frame's memory, and plans without ceremony.
namespace bridge::testing {

#if defined(_WIN64)
inline constexpr Abi kHere = Abi::kWin64Gnu;
#elif defined(_WIN32)
inline constexpr Abi kHere = Abi::kWin32Gnu;
#else
inline constexpr Abi kHere = Abi::kSysv64;
#endif

inline std::uint64_t Address(const void* p) { return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(p)); }

template <typename T>
T* At(std::uint64_t address) {
  return reinterpret_cast<T*>(static_cast<std::uintptr_t>(address));
}

// Blocks with fences between them; Intact() tells whether one was overrun.
class FencedSpace final : public Space {
 public:
  explicit FencedSpace(std::size_t bytes = 1 << 20) : bytes_(bytes, std::byte{0xcd}) {}

  Expected<std::byte*> Allocate(std::uint64_t bytes, std::uint64_t align) override {
    const std::uint64_t start = Address(bytes_.data());
    const std::uint64_t place = (start + used_ + kFence + align - 1) / align * align - start;
    if (bytes > bytes_.size() || place + bytes + kFence > bytes_.size())
      return Fail(ErrorCode::kInternal, "the test's space is full");
    blocks_.push_back({place, bytes});
    used_ = place + bytes;
    return bytes_.data() + place;
  }

  ::testing::AssertionResult Intact() const {
    std::uint64_t at = 0;
    for (std::size_t i = 0; i <= blocks_.size(); ++i) {
      const std::uint64_t end = i < blocks_.size() ? blocks_[i].begin : bytes_.size();
      for (; at < end; ++at)
        if (bytes_[at] != std::byte{0xcd})
          return ::testing::AssertionFailure() << "byte " << at << " beside the blocks was written";
      if (i < blocks_.size()) at = blocks_[i].begin + blocks_[i].bytes;
    }
    return ::testing::AssertionSuccess();
  }

  Region region() const { return {bytes_.data(), bytes_.data() + bytes_.size()}; }
  std::byte* begin() { return bytes_.data(); }
  std::size_t blocks() const { return blocks_.size(); }

 private:
  static constexpr std::uint64_t kFence = 32;
  struct Block {
    std::uint64_t begin, bytes;
  };
  std::vector<std::byte> bytes_;
  std::vector<Block> blocks_;
  std::uint64_t used_ = 0;
};

inline Plan MakePlan(const Signature& signature, Abi local = kHere, Abi frame = kHere, Phase phase = Phase::kBefore) {
  auto plan = CompilePlan(signature, local, frame, phase);
  EXPECT_TRUE(plan) << (plan ? "" : plan.error().message);
  return plan.value_or(Plan{});
}

inline Signature MakeSignature(std::vector<Type> arguments, std::vector<Memsync> memsync = {}, Type result = kVoid,
                               std::vector<bool> read_only = {}) {
  return Signature{.result = result,
                   .arguments = std::move(arguments),
                   .read_only = std::move(read_only),
                   .memsync = std::move(memsync)};
}

}  // namespace bridge::testing
