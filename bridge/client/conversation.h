// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "bridge/client/arena.h"
#include "bridge/client/callback_table.h"
#include "bridge/client/checked_space.h"
#include "bridge/client/doorbell_pipes.h"
#include "bridge/client/loans.h"
#include "bridge/core/protocol.h"
#include "bridge/core/unmarshal.h"

namespace bridge {

class Connection;
class CallbackState;
class FunctionState;

// One client thread's channel: requests, answers, and the callbacks between
// them. Belongs to one thread; only the control channel is shared, under the Connection's lock.
class Conversation {
 public:
  Conversation(Connection* connection, std::uint32_t index);
  ~Conversation();
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  // Makes the pipes and, but for the control channel, the host's scratch.
  Expected<void> Create(bool with_scratch);

  struct Answer {
    std::uint32_t target = 0;
    protocol::Words words{};
  };
  // Sends one request and serves callbacks until its answer is there. What the
  // host refuses comes back as its error; `what` names the request in messages.
  Expected<Answer> Ask(protocol::Verb verb, std::uint32_t target, const protocol::Words& words,
                       std::string_view what, int timeout_ms = -1);
  // The same with bytes that are copied into a frame first: words [0] address, [1] size.
  Expected<Answer> AskWithPayload(protocol::Verb verb, std::uint32_t target, std::span<const std::byte> payload,
                                  std::string_view what);

  // When the requests made while it lives have to be answered: by the nearest of those that enclose them.
  class Deadline {
   public:
    Deadline(Conversation* here, std::chrono::milliseconds limit, std::string_view what);
    ~Deadline() { here_->deadline_ = outer_; }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

   private:
    friend class Conversation;
    Conversation* const here_;
    const Deadline* const outer_;
    std::chrono::steady_clock::time_point at_;
    std::chrono::milliseconds limit_;
    std::string_view what_;  // whose it is
  };

  // On a visitor's conversation, which the host begins: waits for its next message. kGone: its thread ended, or the host.
  Wake Listen();
  // Carries that message out. `refused`: without the handler, since the session ends.
  void ServeVisit(bool refused);

  // The host's thread was ended by the DLL, the host was not: this conversation is over, another may be opened.
  bool thread_ended() const;
  bool serving() const { return serving_ > 0; }  // a callback is open

  // Ends the host's thread. False where it may be alive still, and touch the lines.
  bool Close();

  // The segment was mapped elsewhere.
  void Moved();

  // The exception that a handler threw during the last Ask, if one did.
  std::exception_ptr TakeException() { return std::exchange(exception_, nullptr); }
  void PutException(std::exception_ptr thrown) { exception_ = std::move(thrown); }

  Connection& connection() const { return *connection_; }
  std::uint64_t serial() const { return serial_; }  // the connection's
  std::uint32_t index() const { return index_; }
  DoorbellPipes& pipes() { return pipes_; }
  FrameSpace& frames() { return frames_; }
  // Null but in checked mode: where copies of the client's memory then are.
  CheckedSpace* checked() { return checked_.get(); }
  Space& copies() { return checked_ ? static_cast<Space&>(*checked_) : frames_; }
  // What the last fault's instruction wanted to touch, as the host says it, and how: 0 read, 1 write, 8 execute.
  struct Touched {
    std::uint64_t address = 0;
    std::uint64_t access = 0;
  };
  Touched touched() const { return touched_; }
  FrameSpace& results() { return results_; }
  std::vector<Instance>& instances() { return instances_; }
  FrameOrigin Origin() const;
  Loans& loans() { return loans_; }
  // The address of this process's memory behind one that the DLL said; others as they are.
  std::uint64_t OwnOf(std::uint64_t address);
  // What the DLL wrote to what handlers lent it reaches the client.
  Expected<void> SettleLoans();
  Block scratch() const { return scratch_; }
  std::uint32_t last_error = 0;  // of the thread's last call
  int depth = 0;                 // requests that are open
  const FunctionState* calling = nullptr;             // the innermost function that is being called
  CallbackTable::Pin ran_last;                        // of a function's callbacks: until another runs, or the outermost returns
  std::vector<std::shared_ptr<const void>> held;      // those around handlers, which may drop the last handles: each once, until the outermost returns

 private:
  Wake Receive(int timeout_ms);
  // Ends the host since the deadline passed.
  Error Late();
  // The reply line's kFailed or kFault as an error.
  Error Refusal(std::string_view what) const;
  // Text that an answer names by the host's address; null where it does not lie in the segment.
  const char* TextIn(std::uint64_t address, std::uint64_t bytes) const;
  Error Lost(std::string_view what);
  void ServeCallback(bool refused = false);
  void Hold();  // the function that is being called
  void GrantSpace();
  void Reply(protocol::Verb verb, std::uint32_t target, std::uint64_t first = 0, std::uint64_t second = 0);

  Connection* const connection_;
  const std::uint64_t serial_;
  const std::uint32_t index_;
  protocol::Channel* lines_;
  DoorbellPipes pipes_;
  Block scratch_;
  std::vector<Block> granted_;  // more scratch, given on demand
  std::uint64_t sent_ = 0, received_ = 0;
  bool gone_ = false;
  const Deadline* deadline_ = nullptr;  // the nearest, where there is one
  int serving_ = 0;       // callbacks that are open
  bool visited_ = false;  // a visitor's: it counts among those that may spin
  bool visitor_ = false;
  FrameSpace frames_;
  FrameSpace results_;  // copies of results; valid until the thread's next call
  std::unique_ptr<CheckedSpace> checked_;
  Touched touched_;
  std::vector<Instance> instances_;
  Loans loans_;
  std::exception_ptr exception_;
};

}  // namespace bridge
