// SPDX-License-Identifier: MIT
#include "bridge/core/element.h"

#include <algorithm>
#include <span>

namespace bridge {
namespace {

constexpr std::size_t kMaxRuns = 65536;  // pieces of one element
constexpr std::uint32_t kX87Bytes = 10;  // of a gnu long double; the rest is padding

bool HoldsPointer(const Type& type) {
  if (type.kind() == Kind::kPointer || type.kind() == Kind::kFunction) return true;
  if (type.kind() == Kind::kArray) return HoldsPointer(type.element());
  return std::any_of(type.members().begin(), type.members().end(),
                     [](const Type::Member& member) { return HoldsPointer(member.type); });
}

// Whether the bytes mean the same on both sides, pointers being addresses.
bool SameBytes(const Type& type, Abi local, Abi frame) {
  if (local == frame) return true;
  const auto here = LayoutOf(type, local), there = LayoutOf(type, frame);
  if (!here || !there || here->size != there->size) return false;
  switch (type.kind()) {
    case Kind::kLongDouble: return IsMsvc(local) == IsMsvc(frame);
    case Kind::kArray: return SameBytes(type.element(), local, frame);
    case Kind::kStruct:
    case Kind::kUnion: {
      const auto ours = PlaceMembers(type, local), theirs = PlaceMembers(type, frame);
      if (!ours || !theirs || *ours != *theirs) return false;
      return std::all_of(type.members().begin(), type.members().end(), [&](const Type::Member& member) {
        return member.bits || FlexibleMember(type) == &member || SameBytes(member.type, local, frame);
      });
    }
    default: return true;
  }
}

class Opaque final : public ElementVisitor {
 public:
  Expected<bool> Pointer(const Type&, Spot, const Path&) override { return false; }
  Expected<void> Flexible(const Type&, Spot, const Path&) override { return {}; }
};

class Walk {
 public:
  Walk(Abi local, Abi frame, ElementVisitor* visitor, std::vector<Run>* runs)
      : local_(local), frame_(frame), visitor_(visitor), runs_(*runs) {}

  Expected<void> Into(const Type& type, Spot at, const Path& path) {
    if (runs_.size() > kMaxRuns)
      return BadPath(path, "an element of more than 65536 pieces: give a pointer to them a length");
    switch (type.kind()) {
      case Kind::kStruct: return Struct(type, at, path);
      case Kind::kUnion: return Union(type, at, path);
      case Kind::kArray: return Array(type, at, path);
      case Kind::kPointer: {
        auto followed = visitor_->Pointer(type, at, path);
        if (!followed) return tl::unexpected(followed.error());
        if (!*followed) runs_.push_back({at.local_offset, at.frame_offset, PointerSize(local_), true});
        return {};
      }
      case Kind::kLongDouble:
        if (IsMsvc(local_) != IsMsvc(frame_))
          return BadPath(path, "long double is 8 bytes for " + std::string(Name(IsMsvc(frame_) ? frame_ : local_)) +
                                   " and 10 for " + std::string(Name(IsMsvc(frame_) ? local_ : frame_)) +
                                   ": describe it as a double, which it is there");
        if (local_ != frame_) return runs_.push_back({at.local_offset, at.frame_offset, kX87Bytes}), Expected<void>{};
        break;
      default: break;
    }
    auto layout = LayoutOf(type, local_);
    if (!layout) return tl::unexpected(layout.error());
    runs_.push_back({at.local_offset, at.frame_offset, static_cast<std::uint32_t>(layout->size),
                     type.kind() == Kind::kFunction});
    return {};
  }

 private:
  static Spot Behind(Spot at, const Placed& local, const Placed& frame) {
    return {at.local_offset + static_cast<std::uint32_t>(local.offset),
            at.frame_offset + static_cast<std::uint32_t>(frame.offset)};
  }

  Expected<void> Struct(const Type& type, Spot at, const Path& path) {
    auto local = PlaceMembers(type, local_), frame = PlaceMembers(type, frame_);
    if (!local || !frame) return tl::unexpected((local ? frame : local).error());
    const std::vector<Type::Member>& members = type.members();
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (members[i].bits) {
        std::size_t end = i;
        while (end < members.size() && members[end].bits) ++end;
        BitFields({local->data() + i, end - i}, {frame->data() + i, end - i}, at);
        i = end - 1;
        continue;
      }
      Path inner = path;
      if (!members[i].name.empty()) inner.segments.emplace_back(members[i].name);
      const Spot there = Behind(at, (*local)[i], (*frame)[i]);
      auto done = &members[i] == FlexibleMember(type) ? visitor_->Flexible(members[i].type, there, inner)
                                                      : Into(members[i].type, there, inner);
      if (!done) return done;
    }
    return {};
  }

  // Bit-fields that follow each other may share bytes: only where all of them
  // lie alike on both sides can they be copied by the byte.
  void BitFields(std::span<const Placed> local, std::span<const Placed> frame, Spot at) {
    bool alike = true;
    for (std::size_t i = 0; i < local.size(); ++i)
      alike = alike && local[i].first_bit == frame[i].first_bit &&
              local[i].offset - local[0].offset == frame[i].offset - frame[0].offset;
    for (std::size_t i = 0; i < local.size(); ++i) {
      if (local[i].bits == 0) continue;
      const Spot there = Behind(at, local[i], frame[i]);
      if (alike)
        runs_.push_back({there.local_offset, there.frame_offset, static_cast<std::uint32_t>(local[i].bytes())});
      else
        runs_.push_back({there.local_offset, there.frame_offset, 0, false, local[i].bits, local[i].first_bit, frame[i].first_bit});
    }
  }

  // Nobody knows which member counts: all have to be the same bytes, or the same pieces.
  Expected<void> Union(const Type& type, Spot at, const Path& path) {
    if (SameBytes(type, local_, frame_)) {
      auto layout = LayoutOf(type, local_);
      if (!layout) return tl::unexpected(layout.error());
      runs_.push_back({at.local_offset, at.frame_offset, static_cast<std::uint32_t>(layout->size)});
      return {};
    }
    std::vector<Run> common;
    for (const Type::Member& member : type.members()) {
      std::vector<Run> runs;
      Opaque opaque;
      if (auto done = Walk(local_, frame_, &opaque, &runs).Into(member.type, at, path); !done) return done;
      if (&member != type.members().data() && runs != common)
        return BadPath(path, "the members of union " + type.Spell() + " are not the same bytes on " + std::string(Name(local_)) +
                                 " and " + std::string(Name(frame_)) + ", and nobody knows which of them counts: describe " +
                                 "the one that is used in place of the union");
      common = std::move(runs);
    }
    runs_.insert(runs_.end(), common.begin(), common.end());
    return {};
  }

  Expected<void> Array(const Type& type, Spot at, const Path& path) {
    const Type& element = type.element();
    auto local = LayoutOf(element, local_), frame = LayoutOf(element, frame_);
    if (!local || !frame) return tl::unexpected((local ? frame : local).error());
    if (!HoldsPointer(element) && SameBytes(element, local_, frame_)) {
      runs_.push_back({at.local_offset, at.frame_offset, static_cast<std::uint32_t>(local->size * type.count())});
      return {};
    }
    if (runs_.size() + type.count() > kMaxRuns)
      return BadPath(path, "an array of more than 65536 pointers or structs inside a struct: give a pointer to it a length");
    for (std::uint64_t i = 0; i < type.count(); ++i) {
      Path inner = path;
      inner.segments.emplace_back(static_cast<std::int64_t>(i));
      const Spot there{at.local_offset + static_cast<std::uint32_t>(i * local->size),
                       at.frame_offset + static_cast<std::uint32_t>(i * frame->size)};
      if (auto done = Into(element, there, inner); !done) return done;
    }
    return {};
  }

  const Abi local_, frame_;
  ElementVisitor* const visitor_;
  std::vector<Run>& runs_;
};

bool Joins(const Run& before, const Run& after) {
  return before.bits == 0 && after.bits == 0 && !before.pointer && !after.pointer &&
         after.local_offset - after.frame_offset == before.local_offset - before.frame_offset;
}

}  // namespace

Expected<void> WalkElement(const Type& type, Spot at, const Path& path, Abi local, Abi frame, ElementVisitor* visitor,
                           std::vector<Run>* runs) {
  return Walk(local, frame, visitor, runs).Into(type, at, path);
}

Expected<std::vector<Run>> OpaqueRuns(const Type& type, const Path& path, Abi local, Abi frame) {
  std::vector<Run> runs;
  Opaque opaque;
  if (auto done = WalkElement(type, {}, path, local, frame, &opaque, &runs); !done) return tl::unexpected(done.error());
  return runs;
}

std::vector<Run> MergeRuns(const std::vector<Run>& runs, const std::vector<std::uint32_t>& fixed, bool same_pointers) {
  std::vector<Run> merged;
  for (Run run : runs) {
    if (same_pointers) run.pointer = false;
    if (!merged.empty() && Joins(merged.back(), run)) {
      Run& last = merged.back();
      const std::uint32_t end = last.local_offset + last.bytes;
      const bool parted = std::any_of(fixed.begin(), fixed.end(), [&](std::uint32_t offset) {
        return offset >= end && offset < run.local_offset;
      });
      if (run.local_offset >= last.local_offset && !parted) {
        last.bytes = std::max(last.bytes, run.local_offset + run.bytes - last.local_offset);
        continue;
      }
    }
    merged.push_back(run);
  }
  return merged;
}

const Type::Member* FlexibleMember(const Type& type) {
  if (type.kind() != Kind::kStruct || type.members().empty()) return nullptr;
  const Type::Member& last = type.members().back();
  return last.type.kind() == Kind::kArray && last.type.count() == 0 ? &last : nullptr;
}

Expected<Layout> ElementLayout(const Type& type, Abi abi) {
  auto layout = LayoutOf(type, abi);
  if (!layout || FlexibleMember(type) == nullptr) return layout;
  auto placed = PlaceMembers(type, abi);
  if (!placed) return tl::unexpected(placed.error());
  layout->size = placed->back().offset;
  return layout;
}

tl::unexpected<Error> BadPath(const Path& path, const std::string& why) {
  return Fail(ErrorCode::kInvalidArgument, "memsync: path " + path.Spell() + ": " + why);
}

}  // namespace bridge
