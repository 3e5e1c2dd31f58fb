// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "bridge/client/arena.h"
#include "bridge/client/checked_space.h"
#include "bridge/core/unmarshal.h"

namespace bridge {

// Copies of the client's memory that handlers returned the addresses of, by directives of root "r": the DLL has each
// until the call that led to the callback ends. What the DLL writes there reaches the client when it next calls back, and at that
// end; only what changed, since the client may have freed the rest. Of one conversation, between its requests.
class Loans {
 public:
  explicit Loans(Arena* arena) : frames_(arena) {}
  Loans(const Loans&) = delete;
  Loans& operator=(const Loans&) = delete;

  // The other side's address for words.back(), the result, of which `plan` knows what it leads to; brought up to date
  // where it was lent before. `words`: as the handler sees them. `checked`: where the copy goes then, or null. `known` gives
  // what the other side has already its address there, and everything else back as it is.
  Expected<std::uint64_t> Lend(const std::shared_ptr<const Plan>& plan, std::span<const std::uint64_t> words, const FrameOrigin& origin,
                               CheckedSpace* checked, Resolve known, void* context);
  // Writes what the other side changed to where it came from. `own` turns addresses that it stored into this process's.
  // kInvalidArgument: some of it could not be written, the first of it is named; all else was.
  Expected<void> Settle(const Access* access, Resolve own, void* context);
  // A handler was given this part of what was lent and has returned: the other side shall see what it wrote, if it is still there.
  void Refresh(const Plan& plan, const Instance& part);

  bool empty() const { return loans_.empty(); }
  std::size_t mark() const { return loans_.size(); }
  std::uint64_t bytes() const { return bytes_; }
  void End(std::size_t mark);
  std::span<const Instance> instances() const { return instances_; }

 private:
  struct Loan {
    std::shared_ptr<const Plan> plan;
    std::size_t first = 0, count = 0;  // instances
    std::uint64_t bytes = 0;           // before
    FrameSpace::Mark frames;           // before
    CheckedSpace* checked = nullptr;
    std::size_t checked_mark = 0;      // before
  };
  bool Again(const Loan& loan, std::span<const Instance> now);
  // The first address that could not be written; null: all was.
  const std::byte* SettleOne(const Plan& plan, const Instance& one, std::vector<std::byte>* as_lent, const Access* access, Resolve own, void* context);

  FrameSpace frames_;
  std::vector<Loan> loans_;
  std::vector<Instance> instances_;
  std::vector<std::vector<std::byte>> as_lent_;  // of each: the bytes of its copy; empty where the DLL promised not to write
  std::unordered_map<const std::byte*, std::size_t> by_local_;  // the last loan of what begins there
  std::uint64_t bytes_ = 0;
};

}  // namespace bridge
