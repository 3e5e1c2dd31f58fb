// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "bridge/core/binding.h"
#include "bridge/core/memsync.h"
#include "bridge/core/protocol.h"
#include "bridge/core/returned.h"

namespace bridge {

class Connection;
class Conversation;
class SessionCore;

// What handles a callback: gets its arguments as words (scalars extended by their sign, pointers as this process's
// addresses, of a struct or union by value the address of its bytes in this process's layout) and gives the result as one. Where
// that is a struct or union by value, the word behind the arguments is the address of zeroed room for it.
// A pointer that it returns, or stores in memory that its arguments lead to, may be to memory that calls around were given,
// to retained memory, copies of the DLL's own, and what is lent: the DLL gets its own address of it. All else crosses as it is.
// With a directive of root "r" the memory that is returned is lent: the DLL has a copy until the call that led here ends, and on a
// thread of its own at least until its next callback there. What it writes there is the client's when it calls back again and at the
// end; what the client writes there later reaches the DLL where it is an argument, or returned again.
using Handler = std::function<std::uint64_t(const std::uint64_t* words)>;

// The client's half of a callback that a host may call.
class CallbackState {
 public:
  // kUnsupported and kInvalidArgument name what cannot cross.
  static Expected<std::shared_ptr<const CallbackState>> Make(const Signature& signature, Abi abi, const Binding& binding, Handler handler,
                                                             std::uint64_t on_throw);

  // Reads the arguments, runs the handler on the calling thread, writes back. `line` are the message's words.
  // Throws what the handler throws, after writing back.
  std::uint64_t Run(Conversation* conversation, const protocol::Words& line) const;

  // Whose handler the calling thread runs.
  static std::weak_ptr<Connection> ServingConnection();

  // The result that the DLL gets where the handler gives none: its word, and of one in memory what is written to `room`. Throws.
  std::uint64_t Otherwise(Conversation* conversation, std::byte* room) const;

  // Bytes of a result in memory; 0: it is none.
  std::uint32_t room_bytes() const { return returned_ && returned_->passed().in == ResultIn::kMemory ? returned_->passed().bytes : 0; }

 private:
  CallbackState() = default;
  std::uint64_t RunWithMemory(Conversation* conversation, const std::uint64_t* frame_words) const;
  std::uint64_t CallHandler(Conversation* conversation, std::uint64_t* words, std::byte* room) const;
  // What a result is to the host: its word, or what stands at `room` then. `value`: of an aggregate its address.
  std::uint64_t ResultToHost(Conversation* conversation, std::uint64_t value, std::byte* room) const;
  // The DLL's address for the memory behind the handler's result, by directives of its own.
  std::uint64_t Lend(Conversation* conversation, const std::uint64_t* words) const;
  // Pointers that nothing follows become this process's, where they mean memory that it knows.
  void OwnPointers(Conversation* conversation, std::uint64_t* words, const std::uint64_t* said) const;

  Plan plan_;
  bool holds_pointers_ = false;           // in the memory behind its arguments
  std::shared_ptr<const Plan> lends_;     // the memory behind its result; null: the address crosses as it is
  std::vector<Kind> kinds_;               // of the arguments
  std::vector<std::uint32_t> pointers_;   // which are pointers
  std::vector<std::uint32_t> in_words_;   // which are aggregates whose bytes are their words
  Kind result_ = Kind::kVoid;
  std::optional<ReturnedAggregate> returned_;
  std::uint32_t result_bytes_ = 0;  // of an aggregate, in this process's layout
  bool in_line_ = false;
  std::uint64_t on_throw_ = 0;
  std::vector<std::byte> on_throw_bytes_;  // of an aggregate
  Handler handler_;
};

// A callback that is alive: its code address may be passed to functions and
// stored by them until the last owner of this lets go. Thread-safe.
class LiveCallback {
 public:
  // `on_throw`: the result that the DLL gets where the handler throws, as a Handler gives it, or of a struct or union by value
  // the address of its bytes; 0: all zero.
  static Expected<std::shared_ptr<LiveCallback>> Make(std::shared_ptr<SessionCore> core, const Signature& signature, Handler handler,
                                                      std::uint64_t on_throw = 0);
  ~LiveCallback();
  LiveCallback(const LiveCallback&) = delete;
  LiveCallback& operator=(const LiveCallback&) = delete;

  // In the address space of the host of now; of the last where it has ended.
  std::uint64_t code() const;
  // In this one's host, made there where it was not.
  Expected<std::uint64_t> CodeIn(Connection* connection) const;

 private:
  LiveCallback(std::shared_ptr<SessionCore> core, Binding binding, std::shared_ptr<const CallbackState> state);

  const std::shared_ptr<SessionCore> core_;
  const Binding binding_;
  const std::shared_ptr<const CallbackState> state_;
  mutable std::mutex mutex_;  // of what follows: where the code is
  mutable std::weak_ptr<Connection> connection_;
  mutable std::uint64_t serial_ = 0;
  mutable std::uint32_t token_ = 0, host_id_ = 0;
  mutable std::uint64_t code_ = 0;
};

}  // namespace bridge
