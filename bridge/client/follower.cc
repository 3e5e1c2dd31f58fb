// SPDX-License-Identifier: MIT
#include "bridge/client/follower.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "bridge/client/connection.h"

namespace bridge {
namespace {

using protocol::Verb;

constexpr std::uint64_t kFirstText = 4096, kMostText = 1 << 30;  // bytes

const Node* Tail(const Plan& plan, const Node& node) {
  for (std::uint32_t child : node.children)
    if (plan.nodes[child].inlined) return &plan.nodes[child];
  return nullptr;
}

bool IsText(const Node& node) { return node.extent == Extent::kTerminated8 || node.extent == Extent::kTerminated16; }

}  // namespace

Error Follower::Unreadable(std::uint32_t word, Error error) const {
  if (error.code != ErrorCode::kFault) return error;
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(error.address));
  error.message = "memsync of " + (word + 1 == words_.size() ? std::string("the result") : "argument " + std::to_string(word)) +
                  ": the DLL's memory at " + text + " cannot be read: the pointer leads nowhere, or the directive says more than there is";
  return error;
}

bool Follower::InSegment(std::uint64_t address) const {
  const FrameOrigin origin = here_->Origin();
  return origin.segment.Contains(reinterpret_cast<const std::byte*>(address - origin.delta));
}

Expected<std::byte*> Follower::Read(std::uint64_t address, std::uint64_t bytes) {
  auto room = here_->frames().Allocate(std::max<std::uint64_t>(bytes, 1), 16);
  if (!room || bytes == 0) return room;
  const std::uint64_t target = reinterpret_cast<std::uint64_t>(*room) + here_->Origin().delta;
  auto answer = here_->Ask(Verb::kRead, 0, {address, bytes, target}, "reading what the DLL handed out");
  if (!answer) return tl::unexpected(answer.error());
  return room;
}

// The text with its terminator, and its bytes.
Expected<std::pair<std::byte*, std::uint64_t>> Follower::ReadText(std::uint64_t address, std::uint32_t unit) {
  for (std::uint64_t room = kFirstText;; room *= 8) {
    const FrameSpace::Mark mark = here_->frames().mark();
    auto block = here_->frames().Allocate(room, 16);
    if (!block) return tl::unexpected(block.error());
    const std::uint64_t target = reinterpret_cast<std::uint64_t>(*block) + here_->Origin().delta;
    auto answer = here_->Ask(Verb::kRead, unit, {address, room, target}, "reading a text that the DLL handed out");
    if (!answer) return tl::unexpected(answer.error());
    const std::uint64_t got = answer->words[0];
    if (got > room || got % unit != 0) return Fail(ErrorCode::kCorrupt, "the host read more than it was asked for");
    if (got >= unit && std::all_of(*block + (got - unit), *block + got, [](std::byte b) { return b == std::byte{0}; }))
      return std::pair(*block, got);
    if (room >= kMostText) return Fail(ErrorCode::kInvalidArgument, "a text that the DLL handed out has no terminator in its first GiB");
    here_->frames().Release(mark);
  }
}

// How many elements the plan says; every pointer on the way to a length has to lead into the segment.
Expected<std::uint64_t> Follower::Elements(const Plan& plan, const Node& node, std::uint32_t word, const std::byte* at) const {
  for (const Load& load : node.loads) {
    const auto* place = reinterpret_cast<const std::byte*>(words_.data() + load.word);
    bool first = true;
    for (const Load::Hop& hop : load.hops) {
      if (hop.dereference) {
        const std::uint64_t pointer = LoadPointer(place, first ? 8 : plan.frame_pointer);
        if (pointer != 0 && !InSegment(pointer))
          return BadLength(plan, word, "its length stands in memory that the DLL owns, and that no directive brings over");
        if (pointer == 0) break;
        place = reinterpret_cast<const std::byte*>(pointer - here_->Origin().delta);
      }
      place += hop.frame_offset;
      first = false;
    }
  }
  return Count(plan, node, word, words_.data(), at, Side::kFrame, here_->Origin().delta);
}

// How many elements stand at the end of the struct at `address`.
Expected<std::uint64_t> Follower::TailElements(const Plan& plan, const Node& tail, std::uint32_t root, std::uint64_t address) {
  if (!IsText(tail)) return Elements(plan, tail, root, nullptr);
  auto text = ReadText(address + tail.frame_offset, tail.frame_size);
  if (!text) return tl::unexpected(Unreadable(root, text.error()));
  return text->second / tail.frame_size;
}

// One piece. Its pointers are put off.
Expected<std::uint64_t> Follower::Bring(const Plan& plan, const Node& node, std::uint32_t root, std::uint64_t address, std::uint64_t* word) {
  if (address == 0) return 0;
  if (InSegment(address)) return Own(address, here_->Origin(), here_->instances());
  if (const auto seen = seen_.find({address, &node}); seen != seen_.end()) {
    if (word) *word = seen->second.second;
    return seen->second.first;
  }
  if (seen_.size() >= kMaxInstances) return BadLength(plan, root, "it reaches more than a million pieces of memory");
  Mirrors::Contents contents{.plan = &plan, .node = &node, .count = node.count, .tail = Tail(plan, node)};
  std::byte* frame = nullptr;
  std::uint64_t bytes = 0;
  if (IsText(node)) {
    auto text = ReadText(address, node.frame_size);
    if (!text) return tl::unexpected(Unreadable(root, text.error()));
    frame = text->first, bytes = text->second;
    contents.count = bytes / node.frame_size;
  } else {
    // A length may stand in the memory itself.
    std::uint64_t head = 0;
    for (const Load& load : node.loads)
      if (word == &words_[root] && load.word == root && load.hops.size() == 2 && load.hops[1].dereference)
        head = std::max<std::uint64_t>(head, load.hops[1].frame_offset + ScalarBytes(load.kind, plan.frame_pointer));
    if (head != 0) {
      auto read = Read(address, head);
      if (!read) return tl::unexpected(Unreadable(root, read.error()));
      *word = reinterpret_cast<std::uint64_t>(*read) + here_->Origin().delta;
    }
    auto count = Elements(plan, node, root, nullptr);
    if (!count) return tl::unexpected(count.error());
    contents.count = *count;
    bytes = *count * node.frame_size;
    auto read = Read(address, bytes);
    // A pointer to one element that no directive names may be a handle: it stays the number that it is.
    if (!read && read.error().code == ErrorCode::kFault && node.extent == Extent::kFixed) return address;
    if (!read) return tl::unexpected(Unreadable(root, read.error()));
    frame = *read;
  }
  if (word) *word = reinterpret_cast<std::uint64_t>(frame) + here_->Origin().delta;
  if (contents.tail) {
    auto behind = TailElements(plan, *contents.tail, root, address);
    if (!behind) return tl::unexpected(behind.error());
    contents.tail_count = *behind;
    bytes = std::max(bytes, contents.tail->frame_offset + *behind * contents.tail->frame_size);
    auto whole = Read(address, bytes);
    if (!whole) return tl::unexpected(Unreadable(root, whole.error()));
    frame = *whole;
    if (word) *word = reinterpret_cast<std::uint64_t>(frame) + here_->Origin().delta;
  }
  contents.remote_bytes = {frame, bytes};
  auto local = mirrors_->Put(here_->serial(), address, contents, &pins_);
  if (!local) return tl::unexpected(local.error());
  const auto ours = reinterpret_cast<std::uint64_t>(*local);
  seen_[{address, &node}] = {ours, reinterpret_cast<std::uint64_t>(frame) + here_->Origin().delta};
  for (std::uint64_t i = 0; i < contents.count; ++i)
    for (std::size_t k = 0; k < node.children.size(); ++k) {
      if (plan.nodes[node.children[k]].inlined) continue;
      std::byte* slot = frame + i * node.frame_size + node.slots[k].frame_offset;
      slots_.push_back({&plan.Target(node.children[k]), root, LoadPointer(slot, plan.frame_pointer),
                        *local + i * node.local_size + node.slots[k].local_offset, slot});
    }
  return ours;
}

Expected<void> Follower::Finish(const Plan& plan) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot slot = slots_[i];
    std::uint64_t copy = slot.address;
    auto local = Bring(plan, *slot.node, slot.word, slot.address, &copy);
    if (!local) return tl::unexpected(local.error());
    StorePointer(slot.frame, copy, plan.frame_pointer);
    if (LoadPointer(slot.local, plan.local_pointer) == *local) continue;
    if (const std::byte* failed = StorePointer(slot.local, *local, plan.local_pointer, here_->connection().access()))
      return tl::unexpected(CannotBe(Done::kWritten, {}, slot.word, plan.words, failed, slot.local, plan.local_pointer));
  }
  slots_.clear();
  return {};
}

Expected<std::uint64_t> Follower::Result(const Plan& plan, const Node& root, std::uint64_t address) {
  auto local = Bring(plan, root, root.word, address, &words_[root.word]);
  if (!local) return local;
  if (auto done = Finish(plan); !done) return tl::unexpected(done.error());
  return local;
}

Expected<void> Follower::Stored(const Plan& plan, const Node& node, const Instance& sent, std::span<const Instance> instances,
                                int depth) {
  for (std::uint64_t i = 0; i < sent.count; ++i)
    for (std::size_t k = 0; k < node.children.size(); ++k) {
      if (plan.nodes[node.children[k]].inlined) continue;
      const Node& target = plan.Target(node.children[k]);
      std::byte* slot = sent.frame + i * node.frame_size + node.slots[k].frame_offset;
      const std::uint64_t address = LoadPointer(slot, plan.frame_pointer);
      if (address == 0) continue;
      if (!InSegment(address)) {
        slots_.push_back({&target, sent.word, address, sent.local + i * node.local_size + node.slots[k].local_offset, slot});
        continue;
      }
      // By another plan than the one that sent it: its memory may lead on.
      if (sent.node == &node || depth == kMaxPointerDepth) continue;
      const auto inner = std::find_if(instances.begin(), instances.end(), [&](const Instance& one) {
        return one.copied && one.count != 0 && one.written == address;
      });
      if (inner == instances.end()) continue;
      if (auto done = Stored(plan, target, *inner, instances, depth + 1); !done) return done;
    }
  return Finish(plan);
}

Expected<void> Follower::Again(const Plan& plan, const Instance& passed) {
  std::uint64_t copy = passed.written;
  auto brought = Bring(plan, *passed.node, passed.word, passed.written, &copy);
  if (!brought) {
    slots_.clear();
    if (brought.error().code == ErrorCode::kFault) return {};
    return tl::unexpected(brought.error());
  }
  // Where lengths look for it, unless the callee stored another pointer there.
  if (passed.slot == nullptr) words_[passed.word] = copy;
  else if (LoadPointer(passed.slot, plan.frame_pointer) == passed.written) StorePointer(passed.slot, copy, plan.frame_pointer);
  return Finish(plan);
}

}  // namespace bridge
