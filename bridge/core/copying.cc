// SPDX-License-Identifier: MIT
#include "bridge/core/copying.h"

#include <cstring>

namespace bridge {
namespace {

const std::byte* Store(std::byte* to, const std::byte* from, std::uint64_t bytes, const Access* access) {
  if (access != nullptr) return access->write(to, from, bytes);
  std::memcpy(to, from, bytes);
  return nullptr;
}

const std::byte* StoreIfChanged(std::byte* to, const void* from, std::uint32_t bytes, const Access* access) {
  return std::memcmp(to, from, bytes) == 0 ? nullptr : Store(to, static_cast<const std::byte*>(from), bytes, access);
}

Placed BitsAt(std::uint8_t first_bit, std::uint8_t bits) { return {.first_bit = first_bit, .bits = bits}; }

// The same for both directions: from one side's offsets to the other's.
struct Sizes {
  std::uint32_t Node::* size;
  std::uint32_t Run::* run;
  std::uint32_t Spot::* slot;
};
constexpr Sizes kLocal{&Node::local_size, &Run::local_offset, &Spot::local_offset};
constexpr Sizes kFrame{&Node::frame_size, &Run::frame_offset, &Spot::frame_offset};

std::uint64_t MapOffset(const Node& node, std::uint64_t offset, const Sizes& from, const Sizes& to) {
  if (node.same) return offset;
  const std::uint64_t element = offset / (node.*from.size) * (node.*to.size), within = offset % (node.*from.size);
  for (const Run& run : node.runs) {
    const std::uint64_t bytes = run.pointer ? 1 : run.bytes;  // of a pointer only the start is the same thing
    if (within >= run.*from.run && within - run.*from.run < bytes) return element + (run.*to.run) + (within - run.*from.run);
  }
  for (const Spot& slot : node.slots)
    if (within == slot.*from.slot) return element + (slot.*to.slot);
  return element;
}

}  // namespace

std::uint64_t LoadPointer(const std::byte* at, std::uint8_t width) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, width);
  return value;
}

void StorePointer(std::byte* at, std::uint64_t value, std::uint8_t width) { std::memcpy(at, &value, width); }

void CopyToFrame(const Plan& plan, const Node& node, std::byte* frame, const std::byte* local, std::uint64_t count) {
  if (node.flat) {
    std::memcpy(frame, local, count * node.local_size);
    return;
  }
  for (std::uint64_t i = 0; i < count; ++i, frame += node.frame_size, local += node.local_size)
    for (const Run& run : node.runs) {
      if (run.pointer)
        StorePointer(frame + run.frame_offset, LoadPointer(local + run.local_offset, plan.local_pointer),
                     plan.frame_pointer);
      else if (run.bits != 0)
        WriteBits(frame + run.frame_offset, BitsAt(run.frame_bit, run.bits),
                  ReadBits(local + run.local_offset, BitsAt(run.local_bit, run.bits)));
      else
        std::memcpy(frame + run.frame_offset, local + run.local_offset, run.bytes);
    }
}

const std::byte* StorePointer(std::byte* at, std::uint64_t value, std::uint8_t width, const Access* access) {
  return Store(at, reinterpret_cast<const std::byte*>(&value), width, access);
}

const std::byte* CopyToLocal(const Plan& plan, const Node& node, std::byte* local, const std::byte* frame, std::uint64_t count,
                             const Access* access) {
  if (node.flat) return Store(local, frame, count * node.local_size, access);
  for (std::uint64_t i = 0; i < count; ++i, frame += node.frame_size, local += node.local_size)
    for (const Run& run : node.runs) {
      std::byte* const to = local + run.local_offset;
      const std::byte* failed = nullptr;
      if (run.pointer) {
        const std::uint64_t value = LoadPointer(frame + run.frame_offset, plan.frame_pointer);
        failed = StoreIfChanged(to, &value, plan.local_pointer, access);
      } else if (run.bits != 0) {
        const Placed here = BitsAt(run.local_bit, run.bits);
        const std::uint64_t value = ReadBits(frame + run.frame_offset, BitsAt(run.frame_bit, run.bits));
        if (ReadBits(to, here) == value) continue;
        std::byte bytes[16];
        const std::uint32_t touched = (run.local_bit + run.bits + 7u) / 8;
        std::memcpy(bytes, to, touched);
        WriteBits(bytes, here, value);
        failed = Store(to, bytes, touched, access);
      } else {
        failed = StoreIfChanged(to, frame + run.frame_offset, run.bytes, access);
      }
      if (failed != nullptr) [[unlikely]] return failed;
    }
  return nullptr;
}

std::uint64_t ToLocalOffset(const Node& node, std::uint64_t offset) { return MapOffset(node, offset, kFrame, kLocal); }

std::uint64_t ToFrameOffset(const Node& node, std::uint64_t offset) { return MapOffset(node, offset, kLocal, kFrame); }

}  // namespace bridge
