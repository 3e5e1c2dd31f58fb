// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "bridge/core/plan.h"

namespace bridge {

class Connection;
class Conversation;

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
  LiveCallback(std::shared_ptr<Connection> connection, std::uint32_t token, std::uint32_t host_id, std::uint64_t code)
      : connection_(std::move(connection)), token_(token), host_id_(host_id), code_(code) {}
  ~LiveCallback();
  LiveCallback(const LiveCallback&) = delete;
  LiveCallback& operator=(const LiveCallback&) = delete;

  std::uint64_t code() const { return code_; }  // in the host's address space

 private:
  const std::shared_ptr<Connection> connection_;
  const std::uint32_t token_, host_id_;
  const std::uint64_t code_;
};

}  // namespace bridge
