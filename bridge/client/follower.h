// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "bridge/client/conversation.h"
#include "bridge/client/mirrors.h"

namespace bridge {

// After a call: brings memory that the DLL owns and handed out over by the plan, and gives it mirrors. Reads on
// demand, one round trip for each piece; what cannot be read is an error here, not the host's end.
// For one call on one thread; takes frame space of the call's.
class Follower {
 public:
  // `words`: of the call as the callee sees them, `plan.words` of them, for lengths; those of aggregates by value are
  // addresses of their bytes. All addresses among them lie in the segment, or are null.
  Follower(Conversation* here, Mirrors* mirrors, std::vector<std::uint64_t> words)
      : here_(here), mirrors_(mirrors), words_(std::move(words)) {}

  ~Follower() { mirrors_->Unpin(pins_); }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // The result, of `root` in `plan`: this process's address for `address`.
  Expected<std::uint64_t> Result(const Plan& plan, const Node& root, std::uint64_t address);

  // Memory of this process that was sent, and may hold pointers that the DLL stored: follows those.
  // `instances` are the call's; a node of `plan` says what its elements are.
  Expected<void> Stored(const Plan& plan, const Node& node, const Instance& sent, std::span<const Instance> instances,
                        int depth = 0);

  // A mirror that was passed as `passed` says: reads it again. Memory that the DLL gave back meanwhile stays as it was last.
  Expected<void> Again(const Plan& plan, const Instance& passed);

 private:
  struct Slot {
    const Node* node;
    std::uint32_t word;   // the argument that leads here, or the result
    std::uint64_t address;
    std::byte* local;  // where this process holds the pointer
    std::byte* frame;  // where lengths look for it
  };

  Expected<std::uint64_t> Bring(const Plan& plan, const Node& node, std::uint32_t root, std::uint64_t address, std::uint64_t* word);
  Expected<void> Finish(const Plan& plan);
  Expected<std::uint64_t> Elements(const Plan& plan, const Node& node, std::uint32_t word, const std::byte* at) const;
  Expected<std::uint64_t> TailElements(const Plan& plan, const Node& tail, std::uint32_t root, std::uint64_t address);
  Expected<std::byte*> Read(std::uint64_t address, std::uint64_t bytes);
  Expected<std::pair<std::byte*, std::uint64_t>> ReadText(std::uint64_t address, std::uint32_t unit);
  bool InSegment(std::uint64_t address) const;
  Error Unreadable(std::uint32_t word, Error error) const;

  Conversation* const here_;
  Mirrors* const mirrors_;
  std::vector<std::uint64_t> words_;
  Mirrors::Pins pins_;
  std::vector<Slot> slots_;  // still to be followed
  std::map<std::pair<std::uint64_t, const Node*>, std::pair<std::uint64_t, std::uint64_t>> seen_;  // ours, and the copy's
};

}  // namespace bridge
