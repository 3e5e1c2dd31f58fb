// SPDX-License-Identifier: MIT
#include "bridge/client/arena.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>

namespace bridge {
namespace {

constexpr std::uint64_t kGranule = 1 << 20;        // pages are reserved by the mebibyte
constexpr std::uint64_t kFirstExtent = 64 << 10;

std::uint64_t AlignUp(std::uint64_t value, std::uint64_t align) { return (value + align - 1) & ~(align - 1); }

}  // namespace

Arena::Arena(int descriptor, std::byte* segment, std::uint64_t offset, std::uint64_t segment_bytes)
    : descriptor_(descriptor), segment_(segment), end_(segment_bytes), committed_(offset) {
  free_[offset] = segment_bytes - offset;
}

Expected<Block> Arena::Allocate(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  if (bytes <= end_) bytes = AlignUp(std::max<std::uint64_t>(bytes, 64), 64);
  const auto fit = std::find_if(free_.begin(), free_.end(), [bytes](auto& range) { return range.second >= bytes; });
  if (fit == free_.end())
    return Fail(ErrorCode::kInternal, "no room for " + std::to_string(bytes) + " bytes in the shared segment of " +
                                          std::to_string(end_) + " bytes");
  const auto [offset, room] = *fit;
  if (const std::uint64_t needed = offset + bytes; needed > committed_) {
    const std::uint64_t target = std::min(end_, AlignUp(needed, kGranule));
    const int status = posix_fallocate(descriptor_, static_cast<off_t>(committed_), static_cast<off_t>(target - committed_));
    if (status != 0)
      return Fail(ErrorCode::kInternal, "shared memory cannot grow to " + std::to_string(target) + " bytes: " +
                                            std::strerror(status) + "; free memory or raise the limit");
    committed_ = target;
  }
  free_.erase(fit);
  if (room > bytes) free_[offset + bytes] = room - bytes;
  return Block{segment_ + offset, bytes};
}

void Arena::Free(Block block) {
  if (block.begin == nullptr) return;
  const std::lock_guard lock(mutex_);
  auto here = free_.emplace(static_cast<std::uint64_t>(block.begin - segment_), block.bytes).first;
  if (auto next = std::next(here); next != free_.end() && here->first + here->second == next->first) {
    here->second += next->second;
    free_.erase(next);
  }
  if (here == free_.begin()) return;
  if (auto before = std::prev(here); before->first + before->second == here->first) {
    before->second += here->second;
    free_.erase(here);
  }
}

FrameSpace::~FrameSpace() {
  for (std::size_t i = 0; i < count_; ++i) arena_->Free(extents_[i]);
}

Expected<std::byte*> FrameSpace::Allocate(std::uint64_t bytes, std::uint64_t align) {
  const auto aligned = [&](std::byte* top) {
    return reinterpret_cast<std::byte*>(AlignUp(reinterpret_cast<std::uint64_t>(top), align));
  };
  if (top_ == nullptr || bytes > static_cast<std::uint64_t>(end_ - top_) || aligned(top_) + bytes > end_) {
    if (count_ == kMaxExtents) return Fail(ErrorCode::kInternal, "calls are nested too deep for their frames");
    const std::uint64_t last = count_ ? extents_[count_ - 1].bytes : kFirstExtent / 2;
    auto block = arena_->Allocate(std::max({bytes + align, kFirstExtent, std::min<std::uint64_t>(last * 2, 16 << 20)}));
    if (!block) return tl::unexpected(block.error());
    extents_[count_++] = *block;
    top_ = block->begin;
    end_ = block->begin + block->bytes;
  }
  std::byte* place = aligned(top_);
  top_ = place + bytes;
  return place;
}

void FrameSpace::Shrink(Mark mark) {
  // Back at the bottom, only the largest extent is worth keeping.
  if (mark.extents == 0) {
    std::swap(extents_[0], *std::max_element(extents_, extents_ + count_,
                                             [](const Block& a, const Block& b) { return a.bytes < b.bytes; }));
    mark = {1, extents_[0].begin};
  }
  while (count_ > mark.extents) arena_->Free(extents_[--count_]);
  top_ = mark.top;
  end_ = count_ ? extents_[count_ - 1].begin + extents_[count_ - 1].bytes : nullptr;
}

}  // namespace bridge
