// SPDX-License-Identifier: MIT
#pragma once

#include <list>
#include <mutex>
#include <thread>

namespace bridge {

class Connection;

// Client threads for threads that the DLLs made, one each, from its first callback to its end (DESIGN 13). One more
// waits with an open channel for the next of them. Thread-safe.
//
// While a handler runs on such a thread the session is alive: it may hold the last handle.
class Visitors {
 public:
  explicit Visitors(Connection* connection) : connection_(connection) {}

  // Starts the first of the waiting threads, once. Where that is not possible the DLLs' threads go unanswered, which the
  // host says when one comes.
  void Prepare();
  // The session ends: no further thread starts.
  void Close();
  // The host has ended: waits for the threads, but for the calling one if it is among them.
  void Join();
  // In a forked child, which has none of the threads.
  void Abandon();

 private:
  struct One {
    std::thread thread;
    bool over = false;
  };
  void Start();
  void Run();

  Connection* const connection_;
  std::mutex mutex_;  // of what follows
  std::list<One> threads_;
  bool prepared_ = false;
  bool closed_ = false;
};

}  // namespace bridge
