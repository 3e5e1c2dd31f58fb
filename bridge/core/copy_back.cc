// SPDX-License-Identifier: MIT
#include <cstring>
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

// Pointers that were null had no instance.
void TakeNewPointers(const Plan& plan, const Instance& one, Resolver* resolve) {
  for (std::uint64_t i = 0; i < one.count; ++i)
    for (std::uint32_t index : one.node->children) {
      const Node& child = plan.nodes[index];
      if (child.inlined) continue;
      const std::uint64_t now = LoadPointer(one.frame + i * one.node->frame_size + child.frame_offset, plan.frame_pointer);
      std::byte* local_slot = one.local + i * one.node->local_size + child.local_offset;
      if (now != 0 && LoadPointer(local_slot, plan.local_pointer) == 0)
        StorePointer(local_slot, (*resolve)(now), plan.local_pointer);
    }
}

}  // namespace

void CopyBack(const Plan& plan, std::span<const Instance> instances, Rewrite rewrite, Resolve resolve, void* context) {
  Resolver own(instances, resolve, context);
  for (const Instance& one : instances) {
    if (!one.copied || one.node->read_only) continue;
    const bool outright = rewrite == Rewrite::kLargeToo && one.local_bytes() > kPage;
    if (one.node->flat && !outright && std::memcmp(one.local, one.frame, one.local_bytes()) == 0) continue;
    CopyToLocal(plan, *one.node, one.local, one.frame, one.count);
  }
  // Pointers that the callee changed: first those that were followed.
  for (const Instance& inner : instances) {
    if (inner.slot == nullptr) continue;
    const Instance& holder = instances[inner.parent];
    if (!holder.copied) {
      // In memory that both sides see the address of a copy would outlive the copy.
      const bool in_copy = inner.twin == Instance::kNone ? inner.copied : instances[inner.twin].copied;
      if (in_copy && inner.slot == inner.local_slot && LoadPointer(inner.slot, plan.frame_pointer) == inner.written)
        StorePointer(inner.slot, inner.local_value, plan.frame_pointer);
      continue;
    }
    // Another view of the same bytes may have brought the frame's address over.
    if (LoadPointer(inner.local_slot, plan.local_pointer) == inner.written)
      StorePointer(inner.local_slot, inner.local_value, plan.local_pointer);
    if (holder.node->read_only) continue;
    const std::uint64_t now = LoadPointer(inner.slot, plan.frame_pointer);
    if (now != inner.written) StorePointer(inner.local_slot, own(now), plan.local_pointer);
  }
  for (const Instance& one : instances)
    if (!one.node->children.empty() && one.copied && !one.node->read_only) TakeNewPointers(plan, one, &own);
}

}  // namespace bridge
