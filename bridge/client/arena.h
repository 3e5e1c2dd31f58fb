// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

#include "bridge/core/marshal.h"

namespace bridge {

struct Block {
  std::byte* begin = nullptr;
  std::uint64_t bytes = 0;
};

// Hands out the segment's memory behind its fixed part. Pages are reserved with
// posix_fallocate before they are handed out, so that a full tmpfs is an error and not
// a SIGBUS. Thread-safe. First fit; not for the warm path.
class Arena {
 public:
  Arena(int descriptor, std::byte* segment, std::uint64_t offset, std::uint64_t segment_bytes);

  // Aligned to 64; kInternal with what is left where it does not fit.
  Expected<Block> Allocate(std::uint64_t bytes);
  void Free(Block block);

 private:
  const int descriptor_;
  std::byte* const segment_;
  const std::uint64_t end_;
  std::mutex mutex_;
  std::map<std::uint64_t, std::uint64_t> free_;  // offset to bytes
  std::uint64_t committed_;                      // bytes of the segment that have pages
};

// Frames of one conversation: a stack of copies that grows out of the arena and
// is re-used by the next call (DESIGN 12).
class FrameSpace final : public Space {
 public:
  explicit FrameSpace(Arena* arena) : arena_(arena) {}
  ~FrameSpace();
  FrameSpace(const FrameSpace&) = delete;
  FrameSpace& operator=(const FrameSpace&) = delete;

  Expected<std::byte*> Allocate(std::uint64_t bytes, std::uint64_t align) override;

  // No extents: nothing is in use. Which extent is then the first may have changed when the mark is released.
  struct Mark {
    std::size_t extents = 0;
    std::byte* top = nullptr;
  };
  Mark mark() const { return count_ <= 1 && top_ == extents_[0].begin ? Mark{} : Mark{count_, top_}; }
  // Gives back all that was taken since; keeps the largest extent for next time.
  void Release(Mark mark) {
    if (mark.extents == 0 && count_ <= 1) [[likely]]
      top_ = extents_[0].begin;
    else if (mark.extents == count_)
      top_ = mark.top;
    else
      Shrink(mark);
  }

 private:
  static constexpr std::size_t kMaxExtents = 48;
  void Shrink(Mark mark);

  Arena* const arena_;
  Block extents_[kMaxExtents];
  std::size_t count_ = 0;
  std::byte* top_ = nullptr;
  std::byte* end_ = nullptr;
};

}  // namespace bridge
