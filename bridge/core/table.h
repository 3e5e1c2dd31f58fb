// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "bridge/core/error.h"

namespace bridge {

// A table that many threads read without a lock while one at a time appends.
// Entries live until they are removed or the table ends.
template <typename T, typename Mutex = std::mutex>
class Table {
 public:
  static constexpr std::uint32_t kBlock = 256, kBlocks = 4096;

  Table() = default;
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  ~Table() {
    for (std::uint32_t id = 0; id < size_.load(); ++id) delete blocks_[id / kBlock]->entries[id % kBlock].load();
  }

  T* Find(std::uint32_t id) const {
    if (id >= size_.load(std::memory_order_acquire)) return nullptr;
    return blocks_[id / kBlock]->entries[id % kBlock].load(std::memory_order_acquire);
  }
  // kUnsupported when a million are alive.
  Expected<std::uint32_t> Add(std::unique_ptr<T> entry) {
    const std::lock_guard lock(mutex_);
    std::uint32_t id = 0;
    if (!free_.empty()) {
      id = free_.back();
      free_.pop_back();
    } else {
      id = size_.load(std::memory_order_relaxed);
      if (id == kBlock * kBlocks) return Fail(ErrorCode::kUnsupported, "more than a million bindings are alive: keep what you bound instead of binding for each call");
      if (id % kBlock == 0) blocks_[id / kBlock] = std::make_unique<Block>();
    }
    blocks_[id / kBlock]->entries[id % kBlock].store(entry.release(), std::memory_order_release);
    if (id == size_.load(std::memory_order_relaxed)) size_.store(id + 1, std::memory_order_release);
    return id;
  }
  std::unique_ptr<T> Remove(std::uint32_t id) {
    const std::lock_guard lock(mutex_);
    if (id >= size_.load(std::memory_order_relaxed)) return nullptr;
    std::unique_ptr<T> entry(blocks_[id / kBlock]->entries[id % kBlock].exchange(nullptr));
    if (entry) free_.push_back(id);
    return entry;
  }

 private:
  struct Block {
    std::array<std::atomic<T*>, kBlock> entries{};
  };
  Mutex mutex_;
  std::atomic<std::uint32_t> size_{0};
  std::array<std::unique_ptr<Block>, kBlocks> blocks_;
  std::vector<std::uint32_t> free_;
};

}  // namespace bridge
