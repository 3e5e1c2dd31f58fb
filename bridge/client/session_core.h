// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "bridge/client/connection.h"

namespace bridge {

// What of a session outlasts its hosts: what handles hold. A Connection is one host's life;
// what was made in one says its serial, and is made again where the connection of now has another. Thread-safe.
class SessionCore {
 public:
  static Expected<std::shared_ptr<SessionCore>> Start(SessionOptions options);
  explicit SessionCore(SessionOptions options);
  SessionCore(const SessionCore&) = delete;
  SessionCore& operator=(const SessionCore&) = delete;

  // The calling thread's conversation with the host of now, started where the last one ended and options().restart says so.
  Expected<Conversation*> Here() {
    if (Conversation* cached = Connection::Cached(lasting_->serial.load(std::memory_order_acquire))) [[likely]] return cached;
    return HereSlowly();
  }
  // Of the host of now, or the last.
  std::shared_ptr<Connection> connection() const;
  bool Has(const Connection& connection) const { return connection.lasting() == lasting_; }
  // Ends the host, and the session for good: open and later calls are kCancelled. Any thread.
  void Stop();
  Expected<Text> TakeText();
  // How many hosts were started.
  unsigned starts() const { return starts_; }
  const SessionOptions& options() const { return options_; }
  Abi abi() const { return abi_; }

 private:
  Expected<Conversation*> HereSlowly();
  // The connection of now; a new one where that is due. Threads wait for the one that starts it.
  Expected<std::shared_ptr<Connection>> Connected();
  Expected<std::shared_ptr<Connection>> StartHost();
  // What the caller is told where that failed.
  Error Unstarted(Error error) const;
  Expected<void> Replace(std::shared_ptr<Connection> connection);
  void Sweep();

  const SessionOptions options_;
  const Abi abi_;
  const std::shared_ptr<Lasting> lasting_ = std::make_shared<Lasting>();
  std::atomic<unsigned> starts_{0};
  std::mutex start_mutex_;    // held while a host is started
  mutable std::mutex mutex_;  // of what follows; never held for long
  std::shared_ptr<Connection> connection_, starting_;
  std::vector<std::shared_ptr<Connection>> retired_;  // hosts that ended, while threads have conversations with them
  Text left_;  // of those
  bool stopped_ = false;
};

}  // namespace bridge
