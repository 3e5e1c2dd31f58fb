// SPDX-License-Identifier: MIT
#include "bridge/core/place_copies.h"

#include <algorithm>

namespace bridge {
namespace {

constexpr std::uint64_t kLarge = 64 << 10;  // bytes
constexpr std::uint64_t kPage = 4096;

// Large copies start one cache line further into their page than their source: with other distances a
// memcpy of 1 MiB took 18.4 us instead of 13.4 on Zen 5 (distances of 16 to 128 bytes were all fast).
Expected<std::byte*> PlaceBlock(Space* space, std::uint64_t bytes, std::uint64_t align, const std::byte* source) {
  if (space->exact()) return space->Allocate(std::max<std::uint64_t>(bytes, 1), align);
  align = std::max<std::uint64_t>(align, 16);
  if (bytes < kLarge || align > 64) return space->Allocate(std::max<std::uint64_t>(bytes, 1), align);
  auto room = space->Allocate(bytes + kPage, 64);
  if (!room) return room;
  const auto wanted = reinterpret_cast<std::uint64_t>(source) / align * align + 64;
  return *room + ((wanted - reinterpret_cast<std::uint64_t>(*room)) & (kPage - 1));
}

Expected<void> PlaceAlone(Instance* one, Space* space) {
  auto block = PlaceBlock(space, one->frame_bytes() + one->frame_tail, one->node->align, one->local);
  if (!block) return tl::unexpected(block.error());
  one->frame = *block;
  return {};
}

bool HasOwnPlace(const Instance& one) { return one.copied && !one.node->inlined && !one.node->by_value; }

std::byte* LocalEnd(const Instance& one) { return one.local + one.local_bytes() + one.local_tail; }

// Elements that are laid out alike, wherever their pointers were met.
bool Alike(const Node& a, const Node& b) {
  return &a == &b ||
         (a.local_size == b.local_size && a.frame_size == b.frame_size && a.runs == b.runs && a.slots == b.slots);
}

// Instances whose ranges overlap, by ascending address.
class Group {
 public:
  explicit Group(Instance* first) : members_{first}, end_(LocalEnd(*first)) {}

  bool Reaches(const Instance& other) const { return other.local < end_; }

  void Add(Instance* other) {
    members_.push_back(other);
    end_ = std::max(end_, LocalEnd(*other));
  }

  Expected<void> Place(Space* space) {
    if (members_.size() == 1) return PlaceAlone(members_[0], space);
    if (std::all_of(members_.begin(), members_.end(), [](Instance* one) { return one->node->same && one->local_tail == one->frame_tail; }))
      return AsTheyStand(space);
    const Instance& first = *members_[0];
    for (const Instance* one : members_) {
      const bool fits = Alike(*first.node, *one->node) && first.local_tail == one->local_tail &&
                        static_cast<std::uint64_t>(one->local - first.local) % first.node->local_size == 0 &&
                        (one->local_tail == 0 || one->local == first.local);
      if (!fits)
        return Fail(ErrorCode::kUnsupported, "arguments " + std::to_string(first.word) + " and " +
                                                 std::to_string(one->word) +
                                                 " overlap in memory, and their layout differs between the sides: pass a copy of one");
    }
    return AsElements(space);
  }

 private:
  // Together they stand as the originals do, so that each keeps its alignment.
  Expected<void> AsTheyStand(Space* space) {
    std::uint64_t align = 1;
    for (const Instance* one : members_) align = std::max<std::uint64_t>(align, one->node->align);
    std::byte* const begin = members_[0]->local;
    const std::uint64_t lead = reinterpret_cast<std::uintptr_t>(begin) % align;
    auto block = PlaceBlock(space, lead + static_cast<std::uint64_t>(end_ - begin), align, begin - lead);
    if (!block) return tl::unexpected(block.error());
    for (Instance* one : members_) one->frame = *block + lead + (one->local - begin);
    return {};
  }

  // As elements of one array, of whatever size the other side gives them.
  Expected<void> AsElements(Space* space) {
    const Instance& first = *members_[0];
    const auto index = [&first](const Instance& one) {
      return static_cast<std::uint64_t>(one.local - first.local) / first.node->local_size;
    };
    std::uint64_t count = 0;
    for (const Instance* one : members_) count = std::max(count, index(*one) + one->count);
    auto block = PlaceBlock(space, count * first.node->frame_size + first.frame_tail, first.node->align, first.local);
    if (!block) return tl::unexpected(block.error());
    for (Instance* one : members_) one->frame = *block + index(*one) * first.node->frame_size;
    return {};
  }

  std::vector<Instance*> members_;
  std::byte* end_;
};

}  // namespace

Expected<void> PlaceCopies(std::span<Instance> all, Space* space) {
  if (all.size() == 1 && all[0].copied) [[likely]] return PlaceAlone(&all[0], space);
  std::vector<Instance*> order;
  order.reserve(all.size());
  for (Instance& one : all) {
    if (HasOwnPlace(one)) order.push_back(&one);
    if (one.node->by_value)
      if (auto done = PlaceAlone(&one, space); !done) return done;
    if (!one.copied && one.twin == Instance::kNone) one.frame = one.local;
  }
  std::sort(order.begin(), order.end(), [](const Instance* a, const Instance* b) {
    return a->local != b->local ? a->local < b->local : a < b;
  });
  for (std::size_t i = 0; i < order.size();) {
    Group group(order[i]);
    while (++i < order.size() && group.Reaches(*order[i])) group.Add(order[i]);
    if (auto done = group.Place(space); !done) return done;
  }
  for (Instance& one : all) {
    if (one.twin != Instance::kNone) one.frame = all[one.twin].frame;
    if (one.node->inlined && one.copied) one.frame = all[one.parent].frame + one.parent_offset;
  }
  return {};
}

}  // namespace bridge
