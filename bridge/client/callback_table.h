// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "bridge/client/callback_state.h"
#include "bridge/core/table.h"

namespace bridge {

// The callbacks of a session by the tokens that the host says. One that is released is not found any more, and ends with
// its last pin. Tokens are used again in their order and late. Thread-safe; finding takes no lock.
class CallbackTable {
  struct Entry {
    std::atomic<std::uint32_t> users{0};  // one is its owner; 0: free
    std::atomic<bool> released{false};
    std::shared_ptr<const CallbackState> state;
    std::uint32_t token = 0;
  };

 public:
  static constexpr std::size_t kResting = 256;  // so many tokens at least are not in use, once they were

  // Keeps a callback alive, while it runs and where it is likely to run again: taking and dropping one costs two locked
  // instructions, 10 ns.
  class Pin {
   public:
    Pin() = default;
    ~Pin() { Drop(); }
    Pin(Pin&& other) noexcept : table_(other.table_), entry_(std::exchange(other.entry_, nullptr)) {}
    Pin& operator=(Pin&& other) noexcept {
      Entry* const entry = std::exchange(other.entry_, nullptr);
      Drop();
      table_ = other.table_;
      entry_ = entry;
      return *this;
    }
    // It is this one, and was not released.
    bool Holds(std::uint32_t token) const { return entry_ != nullptr && entry_->token == token && usable(); }
    bool usable() const { return !entry_->released.load(std::memory_order_relaxed); }
    explicit operator bool() const { return entry_ != nullptr; }
    const CallbackState* operator->() const { return entry_->state.get(); }

   private:
    friend class CallbackTable;
    Pin(CallbackTable* table, Entry* entry) : table_(table), entry_(entry) {}
    // A handler's captures may come to this pin again while they end.
    void Drop() {
      if (Entry* entry = std::exchange(entry_, nullptr)) table_->Drop(entry);
    }
    CallbackTable* table_ = nullptr;
    Entry* entry_ = nullptr;
  };

  Expected<std::uint32_t> Add(std::shared_ptr<const CallbackState> state);
  void Release(std::uint32_t token);
  // Empty where there is none, or it was released.
  Pin Find(std::uint32_t token) {
    Entry* entry = entries_.Find(token);
    if (entry == nullptr || entry->released.load(std::memory_order_relaxed)) [[unlikely]] return {};
    std::uint32_t users = entry->users.load(std::memory_order_relaxed);
    do {
      if (users == 0) [[unlikely]] return {};
    } while (!entry->users.compare_exchange_weak(users, users + 1, std::memory_order_acquire, std::memory_order_relaxed));
    return {this, entry};
  }

 private:
  void Drop(Entry* entry) {
    if (entry->users.fetch_sub(1, std::memory_order_acq_rel) == 1) [[unlikely]] End(entry);
  }
  void End(Entry* entry);

  Table<Entry> entries_;  // none is ever removed
  std::mutex mutex_;      // of the next
  std::deque<std::uint32_t> free_;
};

}  // namespace bridge
