// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "bridge/client/fork_guard.h"
#include "bridge/client/options.h"

namespace bridge {

// What DLLs printed, byte for byte.
struct Text {
  std::string out;
  std::string err;
  // Bytes that stood before these and were dropped, because nobody took them.
  std::uint64_t out_dropped = 0;
  std::uint64_t err_dropped = 0;
};

// Drains the host's standard output and error, and forwards or keeps what came. What is kept is bounded, so that a DLL that
// floods them never waits; what is forwarded is not dropped, so that it waits for who reads the client's output, and nobody
// else does. Its thread also looks out for ends of processes, and ends with the host.
class TextCapture {
 public:
  TextCapture() = default;
  ~TextCapture() { Stop(); }
  TextCapture(const TextCapture&) = delete;
  TextCapture& operator=(const TextCapture&) = delete;

  // `process` is the host's pidfd, which stays the caller's; `on_end` runs on the thread when it ends.
  Expected<void> Start(Descriptor out, Descriptor err, TextMode mode, int process, std::function<void()> on_end);
  // The same for one process more, whose pidfd `find` gives, on the thread as well. Any thread; once.
  void Watch(std::function<Descriptor()> find, std::function<void()> on_end);
  // Takes what is in the pipes now and what was kept. Any thread.
  Text Take();
  // The last of what came on standard error, for messages about a host that failed.
  std::string ErrorTail();
  // What was read is forwarded before, as long as somebody takes some of it every second.
  void Stop();
  // In a forked child, where the thread does not exist: its handle may mean one
  // of the child's own by now, so that it can be neither joined nor detached.
  void Abandon() {
    if (thread_.joinable()) (void)new std::thread(std::move(thread_));
  }

  static constexpr std::size_t kMaxKept = 16 << 20;  // bytes a stream; what is older is dropped

 private:
  struct Source {
    Descriptor descriptor;
    int forward_to = -1;
    std::string kept;
    std::uint64_t dropped = 0;  // of what was before it
    std::string waiting;        // for who reads `forward_to`; only the thread takes from it
    bool ended = false;

    // Reads what is there now; what comes meanwhile may be without end.
    void Drain(bool forward);
    void Trim(std::size_t limit);
  };
  void Run();
  // Writes of what waits as much as does not block. False: nothing waits any more.
  bool Forward(Source* source);
  void ForwardRest();

  int host_ = -1;
  std::function<void()> on_end_;
  std::function<Descriptor()> find_other_;  // with the next, under mutex_
  std::function<void()> on_other_end_;
  Source out_, err_;
  TextMode mode_ = TextMode::kForward;
  std::mutex mutex_;  // of the sources; not held while something may block
  Descriptor stop_read_, stop_write_;  // a byte: look again; the end: stop
  std::thread thread_;
};

}  // namespace bridge
