// SPDX-License-Identifier: MIT
#include <cstring>
#include <optional>
#include <unordered_map>

#include "bridge/core/marshal.h"

namespace bridge {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kMany = 64;  // instances, from which on a table is worth its making

// Turns addresses that the callee stored into our own.
class Resolver {
 public:
  Resolver(std::span<const Instance> instances, Resolve resolve, void* context)
      : instances_(instances), resolve_(resolve), context_(context) {}

  std::uint64_t operator()(std::uint64_t address) {
    if (address == 0) return 0;
    if (instances_.size() < kMany) return resolve_(context_, address);
    if (starts_.empty())
      for (const Instance& one : instances_)
        if (one.copied && one.count != 0) starts_[one.written] = reinterpret_cast<std::uint64_t>(one.local);
    const auto found = starts_.find(address);
    return found == starts_.end() ? resolve_(context_, address) : found->second;
  }

 private:
  const std::span<const Instance> instances_;
  const Resolve resolve_;
  void* const context_;
  std::unordered_map<std::uint64_t, std::uint64_t> starts_;  // a long list that was turned round leads to many of them
};

class Writer {
 public:
  Writer(const Plan& plan, std::span<const Instance> instances, Resolve resolve, void* context, const Caller& caller)
      : plan_(plan), instances_(instances), own_(instances, resolve, context), caller_(caller) {}

  // What the callee changed; `outright`: without looking whether it did, for what is larger than a page.
  void Contents(bool outright) {
    for (const Instance& one : instances_) {
      if (!one.copied || one.node->read_only) continue;
      // Writing finds by itself that it is gone; what is compared first has to be there.
      const bool compared = !(one.node->flat && outright && one.local_bytes() > kPage);
      if (compared && !StillThere(one)) continue;
      if (compared && one.node->flat && std::memcmp(one.local, one.frame, one.local_bytes()) == 0) continue;
      Note(one, CopyToLocal(plan_, *one.node, one.local, one.frame, one.count, caller_.access));
    }
  }

  // Pointers that were followed.
  void Followed() {
    for (const Instance& inner : instances_) {
      if (inner.slot == nullptr) continue;
      const Instance& holder = instances_[inner.parent];
      if (!holder.copied) {
        // In memory that both sides see the address of a copy would outlive the copy.
        const bool in_copy = inner.twin == Instance::kNone ? inner.copied : instances_[inner.twin].copied;
        if (in_copy && inner.slot == inner.local_slot && LoadPointer(inner.slot, plan_.frame_pointer) == inner.written)
          StorePointer(inner.slot, inner.local_value, plan_.frame_pointer);
        continue;
      }
      if (lost_ && !StillThere(holder)) continue;
      // Another view of the same bytes may have brought the frame's address over.
      if (LoadPointer(inner.local_slot, plan_.local_pointer) == inner.written) Point(holder, inner.local_slot, inner.local_value);
      if (holder.node->read_only) continue;
      const std::uint64_t now = LoadPointer(inner.slot, plan_.frame_pointer);
      if (now != inner.written) Point(holder, inner.local_slot, own_(now));
    }
  }

  // Pointers that were null had no instance.
  void New() {
    for (const Instance& one : instances_) {
      if (one.node->children.empty() || !one.copied || one.node->read_only || (lost_ && !StillThere(one))) continue;
      for (std::uint64_t i = 0; i < one.count; ++i)
        for (std::uint32_t index : one.node->children) {
          const Node& child = plan_.nodes[index];
          if (child.inlined) continue;
          const std::uint64_t now = LoadPointer(one.frame + i * one.node->frame_size + child.frame_offset, plan_.frame_pointer);
          std::byte* local_slot = one.local + i * one.node->local_size + child.local_offset;
          if (now != 0 && LoadPointer(local_slot, plan_.local_pointer) == 0) Point(one, local_slot, own_(now));
        }
    }
  }

  Expected<void> Done() { return lost_ ? tl::unexpected(std::move(*lost_)) : Expected<void>(); }

 private:
  // A handler may have given it back meanwhile.
  bool StillThere(const Instance& one) {
    const std::byte* failed = FirstUnreadable(caller_.access, one.local, one.local_bytes());
    Note(one, failed);
    return failed == nullptr;
  }

  void Point(const Instance& holder, std::byte* slot, std::uint64_t value) {
    Note(holder, StorePointer(slot, value, plan_.local_pointer, caller_.access));
  }

  void Note(const Instance& one, const std::byte* failed) {
    if (failed == nullptr || lost_) [[likely]] return;
    lost_ = CannotBe(Done::kWritten, caller_, one.word, plan_.words, failed, one.local, one.local_bytes());
    lost_->message += "; the call was made";
  }

  const Plan& plan_;
  const std::span<const Instance> instances_;
  Resolver own_;
  const Caller& caller_;
  std::optional<Error> lost_;
};

}  // namespace

Expected<void> CopyBack(const Plan& plan, std::span<const Instance> instances, Rewrite rewrite, Resolve resolve, void* context,
                        const Caller& caller) {
  Writer writer(plan, instances, resolve, context, caller);
  writer.Contents(rewrite == Rewrite::kLargeToo);
  writer.Followed();
  writer.New();
  return writer.Done();
}

}  // namespace bridge
