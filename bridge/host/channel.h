// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/core/marshal.h"
#include "bridge/core/protocol.h"
#include "bridge/host/doorbell_pipes.h"
#include "bridge/host/guarded_call.h"
#include "bridge/host/registry.h"
#include "bridge/host/thread_watch.h"

namespace bridge::host {

// The memory of a channel that the host may fill: synchronised words and
// memory for callbacks and results, and error texts. A stack: what a callback
// takes is given back when it returns.
class Scratch final : public Space {
 public:
  // `segment`: what the client grants has to lie in it.
  using More = std::uint64_t (*)(void* channel, std::uint64_t bytes, std::uint64_t* granted);
  Scratch(std::byte* begin, std::uint64_t bytes, Region segment, More more, void* channel)
      : blocks_{{begin, begin + bytes}}, top_(begin), end_(begin + bytes), segment_(segment), more_(more), channel_(channel) {}

  Expected<std::byte*> Allocate(std::uint64_t bytes, std::uint64_t align) override;

  struct Mark {
    std::byte* top;
    std::size_t used;
  };
  Mark mark() const { return {top_, used_}; }
  void Release(Mark mark) { top_ = mark.top, used_ = mark.used, end_ = blocks_[used_ - 1].end; }

 private:
  struct Block {
    std::byte* begin;
    std::byte* end;
  };
  // The first `used_` are in use, the last of them is being filled; what the
  // client granted is kept behind them for the next time.
  std::vector<Block> blocks_;
  std::size_t used_ = 1;
  std::byte* top_;
  std::byte* end_;
  const Region segment_;
  More more_;
  void* channel_;
};

// One client thread's conversation, run by one thread of this process, so that
// thread-local storage, apartments and last error belong to the pair (DESIGN 13).
class Channel {
 public:
  Channel(protocol::Channel* lines, DoorbellPipes pipes, std::byte* scratch, std::uint64_t scratch_bytes,
          Registry* registry, const std::atomic<std::uint32_t>* spins, Region segment);
  ~Channel() { pipes_.Close(); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // Serves until kCloseChannel, kShutdown or the client's end. False: the client is gone.
  bool Serve();

  // Makes this the calling thread's, which the DLL made and which begins: its callbacks are the messages.
  void Visit();

  // Tells the client that the thread is over, and that the process is not. From any other thread.
  void NoteEnd(std::uint32_t exit_code);

  // What a closure does on this thread: asks the client. The result's word.
  std::uint64_t RunCallback(const Closure& closure, const std::byte* values);

  // The channel whose thread this is; null on threads that a DLL made and that did not call back yet.
  static Channel* Current();

 private:
  struct Message {
    protocol::Verb verb;
    std::uint32_t target;
    protocol::Words words;
  };

  // Waits for the next request. False: the client is gone.
  bool Wait();
  // What it is.
  Message Received() const;
  // Sends what stands in the reply's words. What callbacks and calls take writes them word by word: a copy of 16 bytes
  // that were just stored as two words waits until the stores are done.
  void Post(protocol::Verb verb, std::uint32_t target);
  void Send(protocol::Verb verb, std::uint32_t target, const protocol::Words& words);
  void SendError(const Error& error);
  void SendFault(const Fault& fault);
  // How much of scratch_ and instances_ is in use.
  struct Level {
    Scratch::Mark mark;
    std::size_t instances;
  };
  Level level() const { return {scratch_.mark(), instances_.size()}; }
  void Leave(Level level) { instances_.resize(level.instances), scratch_.Release(level.mark); }
  // A callback that the client has not answered. Code of a DLL runs above it only inside a call that its handler made; where that
  // code jumps (longjmp) to a frame below, nothing of ours in between is run, and both are still open for the client.
  struct OpenCallback {
    std::uintptr_t frame;  // of ours that waits for it
    std::uintptr_t stack;  // where the stack that the frame is on begins: fibers have others
    Level before;
    const void* calling;  // by its handler; null: nothing
  };
  void Open(Level before, const void* frame);
  void EndCallbacks(std::size_t left);
  void EndLastCallback();
  // Carries out one request and answers it. False: the conversation is over.
  bool Handle(const Message& message);
  void Call(const Message& message);
  // The ways of a callback's arguments: in the message, in scratch, or not at all. Nothing: the handler gave no result.
  std::optional<std::uint64_t> AskInLine(std::uint64_t token, const ClosureShape& shape, const std::byte* values);
  std::optional<std::uint64_t> AskWithMemory(std::uint64_t token, const Prototype& prototype, const std::byte* values);
  std::optional<std::uint64_t> AskWithout(protocol::Loss loss);
  // Sends that message, which opens a callback, and serves requests until it is answered. `before`: what that may give back.
  std::optional<std::uint64_t> Ask(protocol::Verb verb, std::uint64_t target, const protocol::Words& words, Level before);
  std::optional<std::uint64_t> AwaitResult();
  Expected<std::uint64_t> Bind(const Message& message);
  Expected<std::uint64_t> FindData(const Message& message);
  Expected<void> Release(const Message& message);
  bool OpenChannel(const Message& message);
  Expected<std::span<const std::byte>> Payload(const Message& message) const;
  static std::uint64_t MoreScratch(void* self, std::uint64_t bytes, std::uint64_t* granted);

  protocol::Channel* const lines_;
  DoorbellPipes pipes_;
  Registry* const registry_;
  const std::atomic<std::uint32_t>* const spins_;
  const Region segment_;
  std::uint64_t received_ = 0;  // turns of the request line
  std::uint64_t sent_ = 0;      // turns of the reply line
  bool gone_ = false;
  std::uint32_t last_error_ = 0;  // the DLLs' alone: the host's own work must not show in it
  bool disturbed_ = false;        // the thread's own may differ from last_error_
  Scratch scratch_;
  std::vector<Instance> instances_;
  std::vector<OpenCallback> open_;  // the innermost last
};

// Starts a thread that serves `channel`. Once that is over, however it ended, the client is told and the channel is gone.
Expected<void> StartChannelThread(std::unique_ptr<Channel> channel, ThreadWatch* watch);

// Makes `channel` the calling thread's until that ends. Null where its end could not be noticed.
Channel* VisitOnThisThread(std::unique_ptr<Channel> channel, ThreadWatch* watch);

}  // namespace bridge::host
