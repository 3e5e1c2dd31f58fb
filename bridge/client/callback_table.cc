// SPDX-License-Identifier: MIT
#include "bridge/client/callback_table.h"

namespace bridge {

Expected<std::uint32_t> CallbackTable::Add(std::shared_ptr<const CallbackState> state) {
  Entry* entry = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (free_.size() > kResting) {
      entry = entries_.Find(free_.front());
      free_.pop_front();
    }
  }
  if (entry == nullptr) {
    auto made = std::make_unique<Entry>();
    entry = made.get();
    auto token = entries_.Add(std::move(made));
    if (!token) return token;
    entry->token = *token;
  }
  entry->state = std::move(state);
  entry->released.store(false, std::memory_order_relaxed);
  entry->users.store(1, std::memory_order_release);
  return entry->token;
}

void CallbackTable::Release(std::uint32_t token) {
  Entry* entry = entries_.Find(token);
  if (entry == nullptr) return;
  entry->released.store(true, std::memory_order_relaxed);
  Drop(entry);
}

void CallbackTable::End(Entry* entry) {
  entry->state.reset();  // a handler's captures may release further callbacks
  const std::lock_guard lock(mutex_);
  free_.push_back(entry->token);
}

}  // namespace bridge
