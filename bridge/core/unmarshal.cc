// SPDX-License-Identifier: MIT
#include "bridge/core/unmarshal.h"

#include <algorithm>

namespace bridge {
namespace {

// The innermost enclosing instance whose copy holds `frame`.
const Instance* OwnerOf(const std::byte* frame, std::span<const Instance> enclosing) {
  for (auto one = enclosing.rbegin(); one != enclosing.rend(); ++one)
    if (one->copied && frame >= one->frame && frame < one->frame + std::max<std::uint64_t>(one->frame_bytes(), 1))
      return &*one;
  return nullptr;
}

class Reader {
 public:
  Reader(const Plan& plan, std::uint64_t* words, const FrameOrigin& origin, Space* scratch, std::vector<Instance>* out)
      : plan_(plan), words_(words), frame_words_(words, words + plan.words), origin_(origin), scratch_(scratch),
        out_(*out), base_(out->size()) {}

  Expected<void> Run() {
    for (std::uint32_t root : plan_.roots) {
      const Node& node = plan_.nodes[root];
      auto local = Visit(Instance{.node = &node, .local_value = frame_words_[node.word]});
      if (!local) return tl::unexpected(local.error());
      words_[node.word] = *local;
    }
    return {};
  }

 private:
  // The address that stands for the pointer in this process.
  Expected<std::uint64_t> Visit(Instance one) {
    if (one.local_value == 0) return 0;
    one.frame = reinterpret_cast<std::byte*>(one.local_value - origin_.delta);
    if (!origin_.segment.Contains(one.frame)) return one.local_value;
    auto count = Count(plan_, *one.node, frame_words_.data(), one.frame, Side::kFrame, origin_.delta);
    if (!count) return tl::unexpected(count.error());
    one.count = std::min(*count, static_cast<std::uint64_t>(origin_.segment.end - one.frame) / one.node->frame_size);
    auto stale = PlaceLocal(&one);
    if (!stale) return tl::unexpected(stale.error());
    if (*stale) CopyToLocal(plan_, *one.node, one.local, one.frame, one.count);
    out_.push_back(one);
    for (std::uint64_t i = 0; i < one.count && !one.node->children.empty(); ++i) {
      for (std::uint32_t child_index : one.node->children) {
        const Node& child = plan_.nodes[child_index];
        std::byte* slot = one.frame + i * one.node->frame_size + child.frame_offset;
        std::byte* local_slot = one.local + i * one.node->local_size + child.local_offset;
        Instance inner{.node = &child, .slot = slot, .local_slot = local_slot};
        inner.local_value = LoadPointer(slot, plan_.frame_pointer);
        auto local = Visit(inner);
        if (!local) return local;
        if (LoadPointer(local_slot, plan_.local_pointer) == *local) continue;
        if (local_slot == slot) rewritten_.push_back({slot, inner.local_value});
        StorePointer(local_slot, *local, plan_.local_pointer);
      }
    }
    return reinterpret_cast<std::uint64_t>(one.local);
  }

  // Whether its contents have to be copied from the frame.
  Expected<bool> PlaceLocal(Instance* one) {
    const Node& node = *one->node;
    if (const Instance* owner = OwnerOf(one->frame, {out_.data(), base_})) {
      const auto offset = static_cast<std::uint64_t>(one->frame - owner->frame);
      const bool same_size = owner->node->local_size == owner->node->frame_size;
      if (!same_size && offset % owner->node->frame_size != 0)
        return Fail(ErrorCode::kUnsupported, "a pointer leads into the middle of an element whose layout differs here");
      const std::uint64_t local_offset = same_size ? offset : offset / owner->node->frame_size * owner->node->local_size;
      one->local = owner->local + local_offset;
      one->count = std::min(one->count, (owner->frame_bytes() - std::min(offset, owner->frame_bytes())) / node.frame_size);
      // What went out as const is as it was, and may lie where nothing can be written.
      return !owner->node->read_only;
    }
    const bool same_layout = node.flat || (node.local_size == node.frame_size && plan_.local_pointer == plan_.frame_pointer);
    if (same_layout && origin_.delta == 0) {
      one->local = one->frame;
      one->copied = false;
      return false;
    }
    auto block = scratch_->Allocate(std::max<std::uint64_t>(one->local_bytes(), 1), 16);
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
};

}  // namespace

Expected<void> Unpack(const Plan& plan, std::uint64_t* words, const FrameOrigin& origin, Space* scratch,
                      std::vector<Instance>* instances) {
  Reader reader(plan, words, origin, scratch, instances);
  auto done = reader.Run();
  reader.KeepRewritten();
  return done;
}

void WriteBack(const Plan& plan, std::span<const Instance> instances) {
  for (const Instance& one : instances) {
    if (one.node == nullptr)
      StorePointer(one.slot, one.local_value, plan.frame_pointer);
    else if (one.copied && !one.node->read_only)
      CopyToFrame(plan, *one.node, one.frame, one.local, one.count);
  }
}

std::uint64_t Own(std::uint64_t address, const FrameOrigin& origin, std::span<const Instance> enclosing) {
  const auto* frame = reinterpret_cast<const std::byte*>(address - origin.delta);
  if (!origin.segment.Contains(frame)) return address;
  if (const Instance* owner = OwnerOf(frame, enclosing)) {
    const auto offset = static_cast<std::uint64_t>(frame - owner->frame);
    const Node& node = *owner->node;
    return reinterpret_cast<std::uint64_t>(owner->local) +
           (node.local_size == node.frame_size ? offset : offset / node.frame_size * node.local_size);
  }
  return address - origin.delta;
}

std::uint64_t Foreign(std::uint64_t address, const FrameOrigin& origin, std::span<const Instance> enclosing) {
  const auto* local = reinterpret_cast<const std::byte*>(address);
  if (origin.segment.Contains(local)) return address + origin.delta;
  for (auto one = enclosing.rbegin(); one != enclosing.rend(); ++one) {
    if (!one->copied || local < one->local || local >= one->local + one->local_bytes()) continue;
    const auto offset = static_cast<std::uint64_t>(local - one->local);
    const Node& node = *one->node;
    return reinterpret_cast<std::uint64_t>(one->frame) + origin.delta +
           (node.local_size == node.frame_size ? offset : offset / node.local_size * node.frame_size);
  }
  return address;
}

}  // namespace bridge
