// SPDX-License-Identifier: MIT
#include "bridge/core/marshal.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

namespace bridge {
namespace {

constexpr std::uint64_t kLarge = 64 << 10;  // bytes
constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kMaxInstances = std::size_t{1} << 20;

std::int64_t LoadInteger(const std::byte* at, Kind kind) {
  const auto read = [at]<typename T>(T value) {
    std::memcpy(&value, at, sizeof value);
    return static_cast<std::int64_t>(value);
  };
  switch (kind) {
    case Kind::kInt8: return read(std::int8_t{});
    case Kind::kBool:
    case Kind::kUint8: return read(std::uint8_t{});
    case Kind::kInt16: return read(std::int16_t{});
    case Kind::kChar16:
    case Kind::kUint16: return read(std::uint16_t{});
    case Kind::kInt32: return read(std::int32_t{});
    case Kind::kUint32: return read(std::uint32_t{});
    default: return read(std::int64_t{});
  }
}

tl::unexpected<Error> BadLength(const Node& node, const std::string& why) {
  return Fail(ErrorCode::kInvalidArgument, "memsync of argument " + std::to_string(node.word) + ": " + why);
}

template <typename Unit>
Expected<std::uint64_t> Terminated(const std::byte* text, const Node& node) {
  Unit unit;
  for (std::uint64_t units = 0; units < kMaxExtentBytes; ++units) {
    std::memcpy(&unit, text + units * sizeof unit, sizeof unit);
    if (unit == 0) return units + 1;
  }
  return BadLength(node, "the text has no terminator");
}

Expected<std::int64_t> RunLoad(const Plan& plan, const Node& node, const Load& load, const std::uint64_t* words,
                               Side side, std::uint64_t delta) {
  const auto* at = reinterpret_cast<const std::byte*>(words + load.word);
  bool first = true;
  for (const Load::Hop& hop : load.hops) {
    if (hop.dereference) {
      const std::uint8_t width = first ? 8 : side == Side::kLocal ? plan.local_pointer : plan.frame_pointer;
      std::uint64_t pointer = LoadPointer(at, width);
      if (pointer == 0) return BadLength(node, "its length lies behind a null pointer");
      if (side == Side::kFrame) pointer -= delta;
      at = reinterpret_cast<const std::byte*>(pointer);
    }
    at += side == Side::kLocal ? hop.local_offset : hop.frame_offset;
    first = false;
  }
  if (load.kind == Kind::kPointer)  // size_t
    return static_cast<std::int64_t>(LoadPointer(at, side == Side::kLocal ? plan.local_pointer : plan.frame_pointer));
  return LoadInteger(at, load.kind);
}

// Every followed pointer inside an instance's elements, null or not, on both sides.
template <typename Visit>
void ForEachChildSlot(const Plan& plan, const Instance& one, Visit visit) {
  for (std::uint64_t i = 0; i < one.count; ++i)
    for (std::uint32_t index : one.node->children) {
      const Node& child = plan.nodes[index];
      visit(one.local + i * one.node->local_size + child.local_offset,
            one.frame + i * one.node->frame_size + child.frame_offset);
    }
}

// Large copies start one cache line further into their page than their source: with other distances a
// memcpy of 1 MiB took 18.4 us instead of 13.4 on Zen 5 (distances of 16 to 128 bytes were all fast).
Expected<std::byte*> PlaceBlock(Space* space, std::uint64_t bytes, std::uint64_t align, const std::byte* source) {
  align = std::max<std::uint64_t>(align, 16);
  if (bytes < kLarge || align > 64) return space->Allocate(std::max<std::uint64_t>(bytes, 1), align);
  auto room = space->Allocate(bytes + kPage, 64);
  if (!room) return room;
  const auto wanted = reinterpret_cast<std::uint64_t>(source) / align * align + 64;
  return *room + ((wanted - reinterpret_cast<std::uint64_t>(*room)) & (kPage - 1));
}

// Ranges that overlap get one copy between them. Only flat, equal layouts can.
Expected<void> PlaceAll(std::span<Instance> all, const Road& road) {
  std::vector<std::size_t> order;
  if (all.size() > 1) {
    order.resize(all.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return all[a].local < all[b].local; });
  }
  for (std::size_t i = 0; i < all.size();) {
    Instance& first = all[order.empty() ? i : order[i]];
    if (!first.copied) {
      first.frame = first.local;
      ++i;
      continue;
    }
    std::byte* end = first.local + first.local_bytes();
    std::uint64_t align = first.node->align;
    std::size_t next = i + 1;
    for (; next < all.size() && all[order[next]].local < end; ++next) {
      const Instance& other = all[order[next]];
      if (!other.copied) break;
      if (first.node->local_size != first.node->frame_size || other.node->local_size != other.node->frame_size)
        return Fail(ErrorCode::kUnsupported, "arguments " + std::to_string(first.node->word) + " and " +
                                                 std::to_string(other.node->word) +
                                                 " overlap in memory, and their layout differs between the sides");
      end = std::max(end, other.local + other.local_bytes());
      align = std::max<std::uint64_t>(align, other.node->align);
    }
    const bool shared = next > i + 1;
    const auto bytes = shared ? static_cast<std::uint64_t>(end - first.local) : first.frame_bytes();
    // Together they stand as the originals do, so that each keeps its alignment.
    const std::uint64_t lead = shared ? reinterpret_cast<std::uintptr_t>(first.local) % align : 0;
    auto block = PlaceBlock(road.space, lead + bytes, align, first.local - lead);
    if (!block) return tl::unexpected(block.error());
    for (std::size_t k = i; k < next; ++k) {
      Instance& member = all[order.empty() ? k : order[k]];
      member.frame = *block + lead + (member.local - first.local);
    }
    i = next;
  }
  return {};
}

class Collector {
 public:
  Collector(const Plan& plan, const std::uint64_t* words, const Road& road, std::vector<Instance>* out)
      : plan_(plan), words_(words), road_(road), out_(*out), base_(out->size()) {}

  Expected<void> Run() {
    for (std::uint32_t root : plan_.roots) {
      const Node& node = plan_.nodes[root];
      Instance one{.node = &node, .local_value = words_[node.word]};
      if (auto done = Visit(one); !done) return done;
    }
    return {};
  }

 private:
  Expected<void> Visit(Instance one) {
    if (one.local_value == 0) return {};
    one.local = reinterpret_cast<std::byte*>(one.local_value);
    auto count = Count(plan_, *one.node, words_, one.local, Side::kLocal, 0);
    if (!count) return tl::unexpected(count.error());
    one.count = *count;
    one.copied = !road_.shared.Contains(one.local);
    if (out_.size() - base_ >= kMaxInstances)
      return BadLength(*one.node, "it reaches more than a million pieces of memory (a cycle?)");
    const auto index = static_cast<std::uint32_t>(out_.size() - base_);
    out_.push_back(one);
    if (one.node->children.empty()) return {};
    for (std::uint64_t i = 0; i < one.count; ++i) {
      for (std::uint32_t child_index : one.node->children) {
        const Node& child = plan_.nodes[child_index];
        Instance inner{.node = &child};
        inner.parent = index;
        inner.local_slot = one.local + i * one.node->local_size + child.local_offset;
        inner.parent_offset = i * one.node->frame_size + child.frame_offset;
        inner.local_value = LoadPointer(inner.local_slot, plan_.local_pointer);
        if (auto done = Visit(inner); !done) return done;
      }
    }
    return {};
  }

  const Plan& plan_;
  const std::uint64_t* words_;
  const Road& road_;
  std::vector<Instance>& out_;
  const std::size_t base_;
};

}  // namespace

std::uint64_t LoadPointer(const std::byte* at, std::uint8_t width) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, width);
  return value;
}

void StorePointer(std::byte* at, std::uint64_t value, std::uint8_t width) { std::memcpy(at, &value, width); }

Expected<std::uint64_t> Count(const Plan& plan, const Node& node, const std::uint64_t* words,
                              const std::byte* pointer, Side side, std::uint64_t delta) {
  switch (node.extent) {
    case Extent::kFixed: return node.count;
    case Extent::kTerminated8: return Terminated<std::uint8_t>(pointer, node);
    case Extent::kTerminated16: return Terminated<std::uint16_t>(pointer, node);
    case Extent::kComputed: break;
  }
  std::array<std::int64_t, 8> few;
  std::vector<std::int64_t> many;
  if (node.loads.size() > few.size()) many.resize(node.loads.size());
  std::int64_t* lengths = many.empty() ? few.data() : many.data();
  for (std::size_t i = 0; i < node.loads.size(); ++i) {
    auto length = RunLoad(plan, node, node.loads[i], words, side, delta);
    if (!length) return tl::unexpected(length.error());
    lengths[i] = *length;
  }
  std::int64_t count = lengths[0];
  if (node.func) {
    auto result = node.func->Evaluate({lengths, node.loads.size()});
    if (!result) return BadLength(node, result.error().message);
    count = *result;
  }
  if (count < 0) return BadLength(node, "the length is negative: " + std::to_string(count));
  if (static_cast<std::uint64_t>(count) > kMaxExtentBytes / std::max({node.local_size, node.frame_size, 1u}))
    return BadLength(node, "the length is beyond reason: " + std::to_string(count) + " elements");
  return static_cast<std::uint64_t>(count);
}

void CopyToFrame(const Plan& plan, const Node& node, std::byte* frame, const std::byte* local, std::uint64_t count) {
  if (node.flat) {
    std::memcpy(frame, local, count * node.local_size);
    return;
  }
  for (std::uint64_t i = 0; i < count; ++i, frame += node.frame_size, local += node.local_size)
    for (const Run& run : node.runs) {
      if (run.pointer)
        StorePointer(frame + run.frame_offset, LoadPointer(local + run.local_offset, plan.local_pointer),
                     plan.frame_pointer);
      else
        std::memcpy(frame + run.frame_offset, local + run.local_offset, run.bytes);
    }
}

namespace {
void CopyIfChanged(std::byte* to, const std::byte* from, std::uint32_t bytes) {
  if (std::memcmp(to, from, bytes) != 0) std::memcpy(to, from, bytes);
}

void StoreIfChanged(std::byte* at, std::uint64_t value, std::uint8_t width) {
  if (std::memcmp(at, &value, width) != 0) StorePointer(at, value, width);
}
}  // namespace

void CopyToLocal(const Plan& plan, const Node& node, std::byte* local, const std::byte* frame, std::uint64_t count) {
  if (node.flat) {
    std::memcpy(local, frame, count * node.local_size);
    return;
  }
  for (std::uint64_t i = 0; i < count; ++i, frame += node.frame_size, local += node.local_size)
    for (const Run& run : node.runs) {
      if (run.pointer)
        StoreIfChanged(local + run.local_offset, LoadPointer(frame + run.frame_offset, plan.frame_pointer),
                       plan.local_pointer);
      else
        CopyIfChanged(local + run.local_offset, frame + run.frame_offset, run.bytes);
    }
}

Expected<void> Pack(const Plan& plan, std::uint64_t* words, const Road& road, std::vector<Instance>* instances) {
  const std::size_t base = instances->size();
  const auto fail = [&](Error error) {
    instances->resize(base);
    return tl::unexpected<Error>(std::move(error));
  };
  if (auto done = Collector(plan, words, road, instances).Run(); !done) return fail(done.error());
  const std::span<Instance> all(instances->data() + base, instances->size() - base);
  if (auto done = PlaceAll(all, road); !done) return fail(done.error());
  for (const Instance& one : all)
    if (one.copied) CopyToFrame(plan, *one.node, one.frame, one.local, one.count);
  for (Instance& one : all) {
    one.written = reinterpret_cast<std::uint64_t>(one.frame) + road.delta;
    if (one.parent == UINT32_MAX) {
      words[one.node->word] = one.written;
    } else {
      one.slot = all[one.parent].frame + one.parent_offset;
      StorePointer(one.slot, one.written, plan.frame_pointer);
    }
  }
  // A null pointer has no instance: say it.
  for (const Instance& one : all) {
    if (!one.copied || one.node->children.empty()) continue;
    ForEachChildSlot(plan, one, [&](std::byte* local_slot, std::byte* frame_slot) {
      if (LoadPointer(local_slot, plan.local_pointer) == 0) StorePointer(frame_slot, 0, plan.frame_pointer);
    });
  }
  return {};
}

void CopyBack(const Plan& plan, std::span<const Instance> instances, Rewrite rewrite, Resolve resolve, void* context) {
  for (const Instance& one : instances) {
    if (!one.copied || one.node->read_only) continue;
    const bool outright = rewrite == Rewrite::kLargeToo && one.local_bytes() > kPage;
    if (one.node->flat && !outright && std::memcmp(one.local, one.frame, one.local_bytes()) == 0) continue;
    CopyToLocal(plan, *one.node, one.local, one.frame, one.count);
  }
  // Pointers that the callee changed: those that were followed, then those that were null.
  for (const Instance& inner : instances) {
    if (inner.slot == nullptr) continue;
    const Instance& holder = instances[inner.parent];
    if (!holder.copied) continue;
    // Another view of the same bytes may have brought the frame's address over.
    if (LoadPointer(inner.local_slot, plan.local_pointer) == inner.written)
      StorePointer(inner.local_slot, inner.local_value, plan.local_pointer);
    if (holder.node->read_only) continue;
    const std::uint64_t now = LoadPointer(inner.slot, plan.frame_pointer);
    if (now != inner.written)
      StorePointer(inner.local_slot, now == 0 ? 0 : resolve(context, now), plan.local_pointer);
  }
  for (const Instance& one : instances) {
    if (one.node->children.empty() || !one.copied || one.node->read_only) continue;
    ForEachChildSlot(plan, one, [&](std::byte* local_slot, std::byte* frame_slot) {
      const std::uint64_t now = LoadPointer(frame_slot, plan.frame_pointer);
      if (now != 0 && LoadPointer(local_slot, plan.local_pointer) == 0)
        StorePointer(local_slot, resolve(context, now), plan.local_pointer);
    });
  }
}

void RestoreShared(const Plan& plan, std::span<const Instance> instances) {
  for (const Instance& one : instances)
    if (one.slot != nullptr && one.slot == one.local_slot && LoadPointer(one.slot, plan.frame_pointer) == one.written)
      StorePointer(one.slot, one.local_value, plan.frame_pointer);
}

}  // namespace bridge
