// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "bridge/core/binding.h"
#include "bridge/core/memsync.h"
#include "bridge/core/plan.h"

namespace bridge {

class Connection;
class Conversation;
class SessionCore;

// What handles a callback: gets its arguments as words (scalars extended by
// their sign, pointers as this process's addresses) and gives the result as one.
using Handler = std::function<std::uint64_t(const std::uint64_t* words)>;

// The client's half of a callback that a host may call.
class CallbackState {
 public:
  CallbackState(Plan plan, std::vector<Kind> kinds, Kind result, Handler handler)
      : inside_(std::make_shared<const Inside>(
            Inside{std::move(plan), std::move(kinds), result, std::move(handler)})) {}

  std::size_t words() const { return inside_->kinds.size() + 1; }

  // Reads the frame, runs the handler on the calling thread, writes back.
  // `frame_words` is shared memory. Throws what the handler throws, after
  // writing back. The handler may release the callback that it is.
  std::uint64_t Run(Conversation* conversation, const std::uint64_t* frame_words) const;
  // Whose handler the calling thread runs.
  static std::weak_ptr<Connection> ServingConnection();

 private:
  struct Inside {
    Plan plan;
    std::vector<Kind> kinds;
    Kind result;
    Handler handler;
  };
  const std::shared_ptr<const Inside> inside_;
};

// A callback that is alive: its code address may be passed to functions and
// stored by them until the last owner of this lets go. Thread-safe.
class LiveCallback {
 public:
  static Expected<std::shared_ptr<LiveCallback>> Make(std::shared_ptr<SessionCore> core, const Signature& signature,
                                                      Handler handler);
  ~LiveCallback();
  LiveCallback(const LiveCallback&) = delete;
  LiveCallback& operator=(const LiveCallback&) = delete;

  // In the address space of the host of now; of the last where it has ended.
  std::uint64_t code() const;
  // In this one's host, made there where it was not.
  Expected<std::uint64_t> CodeIn(Connection* connection) const;

 private:
  LiveCallback(std::shared_ptr<SessionCore> core, Binding binding, CallbackState state);

  const std::shared_ptr<SessionCore> core_;
  const Binding binding_;
  const CallbackState state_;
  mutable std::mutex mutex_;  // of what follows: where the code is
  mutable std::weak_ptr<Connection> connection_;
  mutable std::uint64_t serial_ = 0;
  mutable std::uint32_t token_ = 0, host_id_ = 0;
  mutable std::uint64_t code_ = 0;
};

}  // namespace bridge
