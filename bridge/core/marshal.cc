// SPDX-License-Identifier: MIT
#include "bridge/core/marshal.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "bridge/core/place_copies.h"

namespace bridge {
namespace {

bool IsLeaf(const Instance& one) { return one.node->children.empty(); }

const std::byte* Unreadable(const Road& road, const Instance& one) { return FirstUnreadable(road.caller.access, one.local, one.local_bytes()); }

// Of a leaf nothing is read before it is copied: that it is there is looked at then, when there is room for it.
const std::byte* UnreadableYet(const Road& road, const Instance& one) {
  return FirstUnreadable(IsLeaf(one) ? nullptr : road.caller.access, one.local, one.local_bytes());
}

tl::unexpected<Error> NotThere(const Plan& plan, const Road& road, const Instance& one, const std::byte* failed) {
  return tl::unexpected<Error>(CannotBe(Done::kRead, road.caller, one.word, plan.words, failed, one.local, one.local_bytes()));
}

// Finds all memory that a call reaches. A work list, not recursion: lists may be long.
class Collector {
 public:
  Collector(const Plan& plan, const std::uint64_t* words, const Road& road, std::vector<Instance>* out)
      : plan_(plan), words_(words), road_(road), out_(*out), base_(out->size()) {}

  Expected<void> Run() {
    for (std::uint32_t root : plan_.roots) {
      const std::uint32_t word = plan_.nodes[root].word;
      Instance one{.node = &plan_.Target(root), .local_value = words_[word], .word = word, .parent_offset = word};
      if (auto done = Visit(one); !done) return done;
    }
    for (std::size_t i = base_; i < out_.size(); ++i)
      if (!out_[i].node->children.empty() && out_[i].twin == Instance::kNone)
        if (auto done = Expand(static_cast<std::uint32_t>(i - base_)); !done) return done;
    return {};
  }

 private:
  struct Key {
    std::uint64_t address;
    const Node* node;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return (key.address ^ reinterpret_cast<std::uintptr_t>(key.node)) * 0x9e3779b97f4a7c15u >> 7;
    }
  };

  Expected<void> Visit(Instance one) {
    if (one.local_value == 0) return {};
    one.local = reinterpret_cast<std::byte*>(one.local_value);
    one.copied = one.node->by_value || !road_.shared.Contains(one.local);
    if (plan_.recursive) {
      const auto [seen, is_new] = seen_.try_emplace(Key{one.local_value, one.node}, static_cast<std::uint32_t>(out_.size() - base_));
      if (!is_new) {
        one.twin = seen->second;
        one.count = out_[base_ + one.twin].count;
        one.copied = false;
        return Append(one);
      }
    }
    auto count = Count(plan_, *one.node, one.word, words_, one.local, Side::kLocal, 0, road_.caller);
    if (!count) return tl::unexpected(count.error());
    one.count = *count;
    if (const std::byte* failed = UnreadableYet(road_, one)) [[unlikely]] return NotThere(plan_, road_, one, failed);
    return Append(one);
  }

  Expected<void> Append(const Instance& one) {
    if (out_.size() - base_ >= kMaxInstances)
      return BadLength(plan_, one.word, "it reaches more than a million pieces of memory (a cycle?)");
    out_.push_back(one);
    return {};
  }

  Expected<void> Expand(std::uint32_t index) {
    const Instance one = out_[base_ + index];
    for (std::uint64_t i = 0; i < one.count; ++i) {
      for (std::uint32_t child_index : one.node->children) {
        const Node& child = plan_.nodes[child_index];
        if (child.inlined) {
          if (auto done = Inlined(index, child); !done) return done;
          continue;
        }
        Instance inner{.node = &plan_.Target(child_index)};
        inner.word = one.word;
        inner.parent = index;
        inner.local_slot = one.local + i * one.node->local_size + child.local_offset;
        inner.parent_offset = i * one.node->frame_size + child.frame_offset;
        inner.local_value = LoadPointer(inner.local_slot, plan_.local_pointer);
        if (!one.copied && IsOthers(inner.local_value)) continue;
        if (auto done = Visit(inner); !done) return done;
      }
    }
    return {};
  }

  // What stands in shared memory may have been written by the other side, and lead to memory of its own.
  bool IsOthers(std::uint64_t address) const {
    return address != 0 && FirstUnreadable(road_.caller.access, reinterpret_cast<const std::byte*>(address), 1) != nullptr;
  }

  Expected<void> Inlined(std::uint32_t index, const Node& child) {
    Instance& outer = out_[base_ + index];
    Instance inner{.node = &child, .local = outer.local + child.local_offset};
    auto count = Count(plan_, child, outer.word, words_, inner.local, Side::kLocal, 0, road_.caller);
    if (!count) return tl::unexpected(count.error());
    inner.count = *count;
    inner.word = outer.word;
    if (const std::byte* failed = UnreadableYet(road_, inner)) [[unlikely]] return NotThere(plan_, road_, inner, failed);
    inner.parent = index;
    inner.parent_offset = child.frame_offset;
    inner.copied = outer.copied;
    outer.local_tail = std::max(outer.local_tail, inner.local_bytes());
    outer.frame_tail = std::max(outer.frame_tail, inner.frame_bytes());
    return Append(inner);
  }

  const Plan& plan_;
  const std::uint64_t* words_;
  const Road& road_;
  std::vector<Instance>& out_;
  const std::size_t base_;
  std::unordered_map<Key, std::uint32_t, Hash> seen_;  // of recursive plans: which instance has it
};

// A null pointer has no instance: says it in the copy.
void StoreNulls(const Plan& plan, const Instance& one) {
  for (std::uint64_t i = 0; i < one.count; ++i)
    for (std::uint32_t index : one.node->children) {
      const Node& child = plan.nodes[index];
      if (child.inlined) continue;
      if (LoadPointer(one.local + i * one.node->local_size + child.local_offset, plan.local_pointer) == 0)
        StorePointer(one.frame + i * one.node->frame_size + child.frame_offset, 0, plan.frame_pointer);
    }
}

}  // namespace

Expected<void> Pack(const Plan& plan, std::uint64_t* words, const Road& road, std::vector<Instance>* instances) {
  const std::size_t base = instances->size();
  const auto fail = [&](Error error) {
    instances->resize(base);
    return tl::unexpected<Error>(std::move(error));
  };
  if (auto done = Collector(plan, words, road, instances).Run(); !done) return fail(done.error());
  const std::span<Instance> all(instances->data() + base, instances->size() - base);
  if (auto done = PlaceCopies(all, road.space); !done) return fail(done.error());
  for (const Instance& one : all) {
    if (!one.copied) continue;
    if (IsLeaf(one))
      if (const std::byte* failed = Unreadable(road, one)) [[unlikely]] return fail(NotThere(plan, road, one, failed).value());
    CopyToFrame(plan, *one.node, one.frame, one.local, one.count);
  }
  for (Instance& one : all) {
    one.written = reinterpret_cast<std::uint64_t>(one.frame) + road.delta;
    if (one.node->inlined) continue;
    if (one.parent == Instance::kNone) {
      words[one.parent_offset] = one.written;
    } else {
      one.slot = all[one.parent].frame + one.parent_offset;
      StorePointer(one.slot, one.written, plan.frame_pointer);
    }
  }
  for (const Instance& one : all)
    if (one.copied && !one.node->children.empty()) StoreNulls(plan, one);
  for (const Instance& one : all) {
    if (one.node->by_value != Travel::kWord) continue;
    words[one.parent_offset] = 0;
    std::memcpy(words + one.parent_offset, one.frame, std::min<std::size_t>(one.node->frame_size, 8));
  }
  return {};
}

}  // namespace bridge
