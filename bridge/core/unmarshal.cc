// SPDX-License-Identifier: MIT
#include "bridge/core/unmarshal.h"

#include <algorithm>
#include <map>
#include <utility>

namespace bridge {
namespace {

// The innermost enclosing instance whose copy holds `frame`.
const Instance* OwnerOf(const std::byte* frame, std::span<const Instance> enclosing) {
  for (auto one = enclosing.rbegin(); one != enclosing.rend(); ++one)
    if (one->copied && frame >= one->frame && frame < one->frame + std::max<std::uint64_t>(one->frame_bytes(), 1))
      return &*one;
  return nullptr;
}

// Whether the elements of `inner` have room in the owner's own memory, `offset` bytes into its copy.
bool HasPlaceFor(const Instance& owner, std::uint64_t offset, const Instance& inner) {
  const Node &outside = *owner.node, &inside = *inner.node;
  if (outside.same) return inside.same;
  if (outside.local_size == inside.local_size && outside.frame_size == inside.frame_size) return offset % outside.frame_size == 0;
  const std::uint64_t last = std::max<std::uint64_t>(inner.frame_bytes(), 1) - 1;
  return inside.same && ToLocalOffset(outside, offset + last) - ToLocalOffset(outside, offset) == last;
}

class Reader {
 public:
  Reader(const Plan& plan, std::uint64_t* words, const FrameOrigin& origin, Space* scratch, std::vector<Instance>* out)
      : plan_(plan), words_(words), frame_words_(words, words + plan.words), origin_(origin), scratch_(scratch),
        out_(*out), base_(out->size()) {}

  Expected<void> Run() {
    for (std::uint32_t root : plan_.roots) {
      const std::uint32_t word = plan_.nodes[root].word;
      auto local = Visit(Instance{.node = &plan_.Target(root), .local_value = frame_words_[word], .word = word});
      if (!local) return tl::unexpected(local.error());
      words_[word] = *local;
    }
    // A work list, not recursion: lists may be long.
    for (std::size_t i = base_; i < out_.size(); ++i)
      if (!out_[i].node->children.empty())
        if (auto done = Expand(i); !done) return done;
    return {};
  }

 private:
  // The address that stands for the pointer in this process.
  Expected<std::uint64_t> Visit(Instance one) {
    if (one.local_value == 0) return 0;
    one.frame = reinterpret_cast<std::byte*>(one.local_value - origin_.delta);
    if (!origin_.segment.Contains(one.frame)) return one.local_value;
    const auto key = std::pair(one.local_value, one.node);
    if (plan_.recursive)
      if (const auto seen = seen_.find(key); seen != seen_.end()) return seen->second;
    if (out_.size() - base_ >= kMaxInstances)
      return BadLength(plan_, one.word, "it reaches more than a million pieces of memory (a cycle?)");
    auto count = CountWithin(*one.node, one.word, one.frame);
    if (!count) return tl::unexpected(count.error());
    one.count = *count;
    for (std::uint32_t child_index : one.node->children) {
      const Node& child = plan_.nodes[child_index];
      if (!child.inlined) continue;
      auto behind = CountWithin(child, one.word, one.frame + child.frame_offset);
      if (!behind) return tl::unexpected(behind.error());
      one.local_tail = *behind * child.local_size;
      one.frame_tail = *behind * child.frame_size;
    }
    auto stale = PlaceLocal(&one);
    if (!stale) return tl::unexpected(stale.error());
    if (*stale)
      if (auto done = Refresh(*one.node, one.word, one.local, one.frame, one.count); !done) return tl::unexpected(done.error());
    const auto local = reinterpret_cast<std::uint64_t>(one.local);
    if (plan_.recursive) seen_.emplace(key, local);
    out_.push_back(one);
    if (one.frame_tail != 0)
      if (auto done = Inlined(one, *stale); !done) return tl::unexpected(done.error());
    return local;
  }

  // Elements that the segment has room for: `at` came from the other side.
  Expected<std::uint64_t> CountWithin(const Node& node, std::uint32_t word, const std::byte* at) {
    if (!origin_.segment.Contains(at)) return 0;
    auto count = Count(plan_, node, word, frame_words_.data(), at, Side::kFrame, origin_.delta);
    if (!count) return count;
    return std::min(*count, static_cast<std::uint64_t>(origin_.segment.end - at) / node.frame_size);
  }

  // This process's memory from its copy.
  Expected<void> Refresh(const Node& node, std::uint32_t word, std::byte* local, const std::byte* frame, std::uint64_t count) {
    const std::byte* failed = FirstUnreadable(origin_.access, local, count * node.local_size);
    if (failed == nullptr) failed = CopyToLocal(plan_, node, local, frame, count, origin_.access);
    if (failed == nullptr) [[likely]] return {};
    return tl::unexpected(CannotBe(Done::kWritten, {}, word, plan_.words, failed, local, count * node.local_size));
  }

  Expected<void> Inlined(const Instance& outer, bool stale) {
    for (std::uint32_t child_index : outer.node->children) {
      const Node& child = plan_.nodes[child_index];
      if (!child.inlined) continue;
      Instance inner{.node = &child, .local = outer.local + child.local_offset, .frame = outer.frame + child.frame_offset, .word = outer.word};
      inner.count = outer.frame_tail / child.frame_size;
      inner.copied = outer.copied;
      if (stale)
        if (auto done = Refresh(child, inner.word, inner.local, inner.frame, inner.count); !done) return done;
      out_.push_back(inner);
    }
    return {};
  }

  Expected<void> Expand(std::size_t index) {
    const Instance one = out_[index];
    for (std::uint64_t i = 0; i < one.count; ++i) {
      for (std::uint32_t child_index : one.node->children) {
        const Node& child = plan_.nodes[child_index];
        if (child.inlined) continue;
        std::byte* slot = one.frame + i * one.node->frame_size + child.frame_offset;
        std::byte* local_slot = one.local + i * one.node->local_size + child.local_offset;
        Instance inner{.node = &plan_.Target(child_index), .slot = slot, .local_slot = local_slot, .word = one.word};
        inner.local_value = LoadPointer(slot, plan_.frame_pointer);
        auto local = Visit(inner);
        if (!local) return tl::unexpected(local.error());
        if (LoadPointer(local_slot, plan_.local_pointer) == *local) continue;
        if (local_slot == slot) rewritten_.push_back({slot, inner.local_value});
        if (const std::byte* failed = StorePointer(local_slot, *local, plan_.local_pointer, origin_.access))
          return tl::unexpected(CannotBe(Done::kWritten, {}, one.word, plan_.words, failed, local_slot, plan_.local_pointer));
      }
    }
    return {};
  }

  // Whether its contents have to be copied from the frame.
  Expected<bool> PlaceLocal(Instance* one) {
    const Node& node = *one->node;
    const Instance* owner = OwnerOf(one->frame, {out_.data(), base_});
    if (owner == nullptr && !origin_.lent.empty()) {
      owner = OwnerOf(one->frame, origin_.lent);
      one->lent = owner != nullptr;
    }
    if (owner != nullptr) {
      const auto offset = static_cast<std::uint64_t>(one->frame - owner->frame);
      if (!HasPlaceFor(*owner, offset, *one))
        return Fail(ErrorCode::kUnsupported, "a pointer leads into the middle of an element whose layout differs here: have the DLL pass the address of a "
                                             "whole element, or of one of its members");
      one->local = owner->local + ToLocalOffset(*owner->node, offset);
      one->count = std::min(one->count, (owner->frame_bytes() - std::min(offset, owner->frame_bytes())) / node.frame_size);
      // What went out as const is as it was, and may lie where nothing can be written.
      return !owner->node->read_only;
    }
    if (node.same && one->local_tail == one->frame_tail && (origin_.delta == 0 || node.children.empty())) {
      one->local = one->frame;
      one->copied = false;
      return false;
    }
    auto block = scratch_->Allocate(std::max<std::uint64_t>(one->local_bytes() + one->local_tail, 1), 16);
    if (!block) return tl::unexpected(block.error());
    one->local = *block;
    return true;
  }

  struct Rewritten {
    std::byte* slot;
    std::uint64_t value;
  };

 public:
  // Pointers changed in place ride along as instances without memory, so that WriteBack finds them.
  void KeepRewritten() {
    for (const Rewritten& one : rewritten_) {
      Instance mark{.slot = one.slot, .local_value = one.value};
      mark.copied = false;
      out_.push_back(mark);
    }
  }

 private:
  const Plan& plan_;
  std::uint64_t* words_;
  const std::vector<std::uint64_t> frame_words_;
  const FrameOrigin& origin_;
  Space* scratch_;
  std::vector<Instance>& out_;
  const std::size_t base_;
  std::vector<Rewritten> rewritten_;
  std::map<std::pair<std::uint64_t, const Node*>, std::uint64_t> seen_;  // of recursive plans: our address for theirs
};

}  // namespace

Expected<void> Unpack(const Plan& plan, std::uint64_t* words, const FrameOrigin& origin, Space* scratch,
                      std::vector<Instance>* instances) {
  Reader reader(plan, words, origin, scratch, instances);
  auto done = reader.Run();
  reader.KeepRewritten();
  return done;
}

Expected<void> WriteBack(const Plan& plan, std::span<const Instance> instances, const Access* access) {
  Expected<void> all;
  for (const Instance& one : instances) {
    if (one.node == nullptr) {
      StorePointer(one.slot, one.local_value, plan.frame_pointer);
    } else if (one.copied && !one.lent && !one.node->read_only) {
      auto there = CheckReadable({access, {}}, one.word, plan.words, one.local, one.local_bytes());
      if (there) [[likely]] CopyToFrame(plan, *one.node, one.frame, one.local, one.count);
      else all = std::move(there);
    }
  }
  return all;
}

std::uint64_t Own(std::uint64_t address, const FrameOrigin& origin, std::span<const Instance> enclosing) {
  const auto* frame = reinterpret_cast<const std::byte*>(address - origin.delta);
  if (!origin.segment.Contains(frame)) return address;
  const Instance* owner = OwnerOf(frame, enclosing);
  if (owner == nullptr) owner = OwnerOf(frame, origin.lent);
  if (owner != nullptr) {
    const auto offset = static_cast<std::uint64_t>(frame - owner->frame);
    return reinterpret_cast<std::uint64_t>(owner->local) + ToLocalOffset(*owner->node, offset);
  }
  return address - origin.delta;
}

std::uint64_t Foreign(std::uint64_t address, const FrameOrigin& origin, std::span<const Instance> enclosing) {
  const auto* local = reinterpret_cast<const std::byte*>(address);
  if (origin.segment.Contains(local)) return address + origin.delta;
  for (const std::span<const Instance> known : {enclosing, origin.lent})
    for (auto one = known.rbegin(); one != known.rend(); ++one) {
      if (!one->copied || local < one->local || local >= one->local + one->local_bytes()) continue;
      const auto offset = static_cast<std::uint64_t>(local - one->local);
      return reinterpret_cast<std::uint64_t>(one->frame) + origin.delta + ToFrameOffset(*one->node, offset);
    }
  return address;
}

}  // namespace bridge
