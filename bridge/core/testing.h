// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "bridge/core/marshal.h"
#include "bridge/core/unmarshal.h"

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

// The struct of the seeds, and its memsync where it is argument 0.
struct Image {
  std::int16_t* data;
  std::int16_t width, height;
};
inline const Type kImage = Type::Struct("Image", {{"data", Type::Pointer(kInt16)}, {"width", kInt16}, {"height", kInt16}});
inline const Memsync kImageData{.pointer = {0, "data"},
                         .length = {{0, "width"}, {0, "height"}},
                         .func = "lambda x, y: x * y",
                         .type = kInt16};

inline const Type kFloats = Type::Pointer(kFloat);
inline const Type kBytes = Type::Pointer(kUint8);

inline Memsync Counted(int pointer, int length, Type type) {
  return {.pointer = {pointer}, .length = {{length}}, .type = std::move(type)};
}

// The client's structs as sysv64 lays them out, whatever compiles this test.
struct WideImage {
  std::uint64_t data;
  std::int16_t width, height;
  std::int32_t pad;
};
struct NarrowImage {
  std::uint32_t data;
  std::int16_t width, height;
};

// One call: Pack, then what the callee does, then CopyBack.
class Crossing {
 public:
  // As delta: the callee sees the frame from 0x10000 on, as a 32-bit one does.
  static constexpr std::uint64_t kLow = 1;

  Crossing(Plan plan, std::vector<std::uint64_t> words, std::uint64_t delta = 0)
      : plan_(std::move(plan)), words_(std::move(words)), delta_(delta == kLow ? 0x10000 - Address(space_.begin()) : delta) {
    words_.resize(plan_.words);
    packed_ = Pack(plan_, words_.data(), Road{&space_, delta_, {}}, &instances_);
  }
  explicit operator bool() const { return packed_.has_value(); }
  std::string error() const { return packed_ ? "no error" : packed_.error().message; }
  ErrorCode code() const { return packed_.error().code; }
  std::uint64_t word(std::size_t i) const { return words_[i]; }
  // What the callee sees behind an address of its own.
  template <typename T>
  T* Seen(std::uint64_t address) const {
    return At<T>(address - delta_);
  }
  template <typename T>
  T* Arg(std::size_t i) const {
    return Seen<T>(words_[i]);
  }
  void Return() {
    CopyBack(plan_, instances_, Rewrite::kLargeToo, [](void* self, std::uint64_t address) {
      auto* here = static_cast<Crossing*>(self);
      return Own(address, {here->space_.region(), here->delta_}, here->instances_);
    }, this);
    EXPECT_TRUE(space_.Intact());
  }
  FencedSpace& space() { return space_; }
  const std::vector<Instance>& instances() const { return instances_; }

 private:
  FencedSpace space_;
  const Plan plan_;
  std::vector<std::uint64_t> words_;
  const std::uint64_t delta_;
  std::vector<Instance> instances_;
  Expected<void> packed_;
};

}  // namespace bridge::testing
