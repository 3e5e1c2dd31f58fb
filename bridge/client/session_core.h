// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "bridge/client/connection.h"

namespace bridge {

// What of a session outlasts its hosts: what handles hold. A Connection is one host's life;
// what was made in one says its serial, and is made again where the connection of now has another. Thread-safe.
class SessionCore : public std::enable_shared_from_this<SessionCore> {
 public:
  static Expected<std::shared_ptr<SessionCore>> Start(SessionOptions options);
  explicit SessionCore(std::shared_ptr<Connection> connection)
      : options_(connection->options()), abi_(connection->abi()), serial_(connection->serial()), connection_(std::move(connection)) {}
  SessionCore(const SessionCore&) = delete;
  SessionCore& operator=(const SessionCore&) = delete;

  // The calling thread's conversation with the host of now.
  Expected<Conversation*> Here() {
    if (Conversation* cached = Connection::Cached(serial_.load(std::memory_order_acquire))) [[likely]] return cached;
    return HereSlowly();
  }
  std::shared_ptr<Connection> connection() const;
  // Ends the host, and the session for good: open and later calls are kCancelled. Any thread.
  void Stop();
  const SessionOptions& options() const { return options_; }
  Abi abi() const { return abi_; }

 private:
  Expected<Conversation*> HereSlowly();

  const SessionOptions options_;
  const Abi abi_;
  std::atomic<std::uint64_t> serial_;  // connection_'s
  mutable std::mutex mutex_;           // of the next
  std::shared_ptr<Connection> connection_;
};

}  // namespace bridge
