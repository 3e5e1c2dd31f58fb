// SPDX-License-Identifier: MIT
#include "bridge/client/mirrors.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "bridge/client/connection.h"
#include "bridge/client/remote_memory.h"

namespace bridge {
namespace {

std::uint64_t AlignUp(std::uint64_t value, std::uint64_t align) { return (value + align - 1) / align * align; }

// The node alone, by which its elements can be copied after the function that it belongs to is gone.
Plan Alone(const Plan& plan, const Node& node) {
  Plan alone{.local_pointer = plan.local_pointer, .frame_pointer = plan.frame_pointer, .nodes = {node}};
  Node& only = alone.nodes[0];
  only.parent = Node::kRoot;
  only.loads.clear();
  only.func.reset();
  // Slots of what is inlined are no pointers.
  std::vector<Spot> slots;
  for (std::size_t i = 0; i < node.children.size(); ++i)
    if (!plan.nodes[node.children[i]].inlined) slots.push_back(node.slots[i]);
  only.slots = std::move(slots);
  only.children.clear();
  return alone;
}

}  // namespace

Mirrors::~Mirrors() {
  if (std::byte* begin = begin_.load()) munmap(begin, kWindow);
}

std::map<std::byte*, Mirrors::Mirror>::const_iterator Mirrors::Find(const void* local) const {
  auto after = mirrors_.upper_bound(const_cast<std::byte*>(static_cast<const std::byte*>(local)));
  if (after == mirrors_.begin()) return mirrors_.end();
  const auto found = std::prev(after);
  return static_cast<const std::byte*>(local) < found->first + found->second.room ? found : mirrors_.end();
}

void Mirrors::Begin(std::uint64_t serial) {
  const std::lock_guard lock(mutex_);
  serial_ = serial;
  by_remote_.clear();
}

Error Mirrors::WhyGone(const void* local) const {
  const std::lock_guard lock(mutex_);
  if (const auto found = Find(local); found != mirrors_.end() && found->second.serial != serial_)
    return {ErrorCode::kInvalidArgument, "this is a copy of memory that belongs to a host that ended: ask the DLL for it again", 0, 0};
  return {ErrorCode::kInvalidArgument, "this copy of the DLL's memory was dropped for newer ones: keep a bridge::Remote<T> of it", 0, 0};
}

std::uint64_t Mirrors::RemoteOf(const void* local) const {
  const std::lock_guard lock(mutex_);
  const auto found = Find(local);
  if (found == mirrors_.end() || found->second.serial != serial_) return 0;
  const auto offset = static_cast<std::uint64_t>(static_cast<const std::byte*>(local) - found->first);
  const Node& node = found->second.parts[0].plan.nodes[0];
  // Behind the elements it counts on in bytes.
  const std::uint64_t whole = found->second.parts[0].count * node.local_size;
  return found->second.remote + (offset < whole ? ToFrameOffset(node, offset)
                                                : offset - whole + found->second.parts[0].count * node.frame_size);
}

std::uint64_t Mirrors::RemoteByteOf(const void* local) const {
  const std::lock_guard lock(mutex_);
  const auto found = Find(local);
  if (found == mirrors_.end() || found->second.serial != serial_) return 0;
  return found->second.remote + static_cast<std::uint64_t>(static_cast<const std::byte*>(local) - found->first);
}

std::byte* Mirrors::LocalOf(std::uint64_t remote) const {
  const std::lock_guard lock(mutex_);
  auto after = by_remote_.upper_bound(remote);
  if (after == by_remote_.begin()) return nullptr;
  const auto [begin, local] = *std::prev(after);
  const Mirror& mirror = mirrors_.at(local);
  const std::uint64_t offset = remote - begin;
  if (offset != 0 && offset >= mirror.shadow.size()) return nullptr;
  return local + ToLocalOffset(mirror.parts[0].plan.nodes[0], offset);
}

void Mirrors::Drop(Entry entry) {
  ages_.erase(entry->second.age);
  const auto known = by_remote_.find(entry->second.remote);
  if (known != by_remote_.end() && known->second == entry->first) by_remote_.erase(known);
  touched_ -= entry->second.pages;
  madvise(entry->first, entry->second.pages, MADV_DONTNEED);
  mirrors_.erase(entry);
}

void Mirrors::Pin(Entry entry, Pins* pins) {
  if (entry->second.pins++ == 0) ages_.erase(entry->second.age);
  pins->push_back(entry->first);
}

void Mirrors::Unpin(const Pins& pins) {
  const std::lock_guard lock(mutex_);
  for (std::byte* begin : pins) {
    Mirror& mirror = mirrors_.at(begin);
    if (--mirror.pins == 0) ages_[mirror.age = ++last_age_] = begin;
  }
}

Expected<Mirrors::Entry> Mirrors::Make(std::uint64_t remote, std::uint64_t local_bytes) {
  std::byte* begin = begin_.load(std::memory_order_relaxed);
  if (begin == nullptr) {
    void* window = mmap(nullptr, kWindow, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (window == MAP_FAILED)
      return Fail(ErrorCode::kInternal, "no addresses are free for copies of the DLL's memory: " + std::string(std::strerror(errno)) +
                                            "; declare bridge::Remote<T> in place of T*");
    begin = static_cast<std::byte*>(window);
    begin_.store(begin, std::memory_order_release);
  }
  const std::uint64_t room = AlignUp(local_bytes + 1, kRoom), pages = AlignUp(local_bytes + 1, 4096);
  if (room > kWindow) return Fail(ErrorCode::kUnsupported, "memory of " + std::to_string(local_bytes) + " bytes is too large for a copy");
  while (!ages_.empty() && touched_ + pages > kMostBytes) Drop(mirrors_.find(ages_.begin()->second));
  // Where the rooms came round, older ones stand.
  for (int rounds = 0;;) {
    if (next_ + room > kWindow) {
      if (++rounds > 1) return Fail(ErrorCode::kUnsupported, "one call hands out more memory of the DLL's than there are addresses for copies: declare "
                                                             "bridge::Remote<T> in place of T*");
      next_ = 0;
    }
    const auto in_way = mirrors_.lower_bound(begin + next_);
    if (in_way == mirrors_.end() || in_way->first >= begin + next_ + room) break;
    if (in_way->second.pins == 0) Drop(in_way);
    else next_ = static_cast<std::uint64_t>(in_way->first - begin) + in_way->second.room;
  }
  const auto entry = mirrors_.emplace(begin + next_, Mirror{.serial = serial_, .remote = remote, .room = room, .pages = pages, .parts = {}, .shadow = {}}).first;
  ages_[entry->second.age = ++last_age_] = entry->first;
  touched_ += pages;
  next_ += room;
  by_remote_[remote] = entry->first;
  return entry;
}

Expected<std::byte*> Mirrors::Put(std::uint64_t serial, std::uint64_t remote, const Contents& contents, Pins* pins) {
  const Node& node = *contents.node;
  const std::uint64_t behind = contents.tail ? contents.tail->local_offset + contents.tail_count * contents.tail->local_size : 0;
  const std::uint64_t local_bytes = std::max(contents.count * node.local_size, behind);
  const std::lock_guard lock(mutex_);
  if (serial != serial_) return Fail(ErrorCode::kDisconnected, "the host whose memory this is ended meanwhile");
  // A part of one that is there: the same bytes, the same addresses.
  if (auto after = by_remote_.upper_bound(remote); after != by_remote_.begin() && !contents.tail) {
    const auto [begin, local] = *std::prev(after);
    Mirror& mirror = mirrors_.at(local);
    const Part& part = mirror.parts[0];
    const Node& whole = part.plan.nodes[0];
    const std::uint64_t offset = remote - begin, bytes = contents.remote_bytes.size();
    const bool flat = whole.flat && node.flat;
    const bool alike = flat || (whole.frame_size == node.frame_size && whole.local_size == node.local_size && whole.runs == node.runs &&
                                whole.slots == node.slots && offset % node.frame_size == 0);
    if (alike && mirror.parts.size() == 1 && offset + bytes <= mirror.shadow.size() && bytes < mirror.shadow.size()) {
      std::memcpy(mirror.shadow.data() + offset, contents.remote_bytes.data(), bytes);
      std::byte* here = local + ToLocalOffset(whole, offset);
      // Of flat memory this may be any bytes, of elements smaller than those that the mirror was made for.
      if (flat) std::memcpy(here, mirror.shadow.data() + offset, bytes);
      else CopyToLocal(part.plan, whole, here, mirror.shadow.data() + offset, contents.count);
      Pin(mirrors_.find(local), pins);
      return here;
    }
  }
  Entry entry = mirrors_.end();
  if (const auto known = by_remote_.find(remote); known != by_remote_.end()) {
    entry = mirrors_.find(known->second);
    if (local_bytes >= entry->second.room) entry = mirrors_.end();
  }
  if (entry == mirrors_.end()) {
    auto made = Make(remote, local_bytes);
    if (!made) return tl::unexpected(made.error());
    entry = *made;
  }
  Pin(entry, pins);
  Mirror& mirror = entry->second;
  const std::uint64_t pages = std::max(mirror.pages, AlignUp(local_bytes + 1, 4096));
  touched_ += pages - mirror.pages;
  mirror.pages = pages;
  mirror.read_only = node.read_only;
  mirror.parts.clear();
  mirror.parts.push_back({Alone(*contents.plan, node), contents.count, 0, 0});
  if (contents.tail)
    mirror.parts.push_back({Alone(*contents.plan, *contents.tail), contents.tail_count, contents.tail->local_offset, contents.tail->frame_offset});
  mirror.shadow.assign(contents.remote_bytes.begin(), contents.remote_bytes.end());
  for (const Part& part : mirror.parts)
    CopyToLocal(part.plan, part.plan.nodes[0], entry->first + part.local_offset, mirror.shadow.data() + part.remote_offset, part.count);
  return entry->first;
}

// The DLL's bytes as the client wants them.
Expected<std::vector<std::byte>> Mirrors::Image(Conversation* here, const std::byte* local, const Mirror& mirror) const {
  std::vector<std::byte> image = mirror.shadow;
  const FrameOrigin origin = here->Origin();
  for (const Part& part : mirror.parts) {
    const Node& node = part.plan.nodes[0];
    std::byte* to = image.data() + part.remote_offset;
    CopyToFrame(part.plan, node, to, local + part.local_offset, part.count);
    for (std::uint64_t i = 0; i < part.count; ++i)
      for (const Spot& slot : node.slots) {
        std::uint64_t value = LoadPointer(local + part.local_offset + i * node.local_size + slot.local_offset, part.plan.local_pointer);
        std::byte* target = to + i * node.frame_size + slot.frame_offset;
        const std::uint64_t before = LoadPointer(target, part.plan.frame_pointer);
        if (value == before) continue;
        if (Contains(reinterpret_cast<const std::byte*>(value))) {
          const auto known = Find(reinterpret_cast<const std::byte*>(value));
          if (known == mirrors_.end()) continue;  // its copy is gone: it was not changed
          if (known->second.serial != serial_)
            return Fail(ErrorCode::kInvalidArgument, "a pointer to memory of a host that ended was stored in memory that the DLL owns");
          const auto offset = static_cast<std::uint64_t>(reinterpret_cast<const std::byte*>(value) - known->first);
          value = known->second.remote + ToFrameOffset(known->second.parts[0].plan.nodes[0], offset);
        } else if (origin.segment.Contains(reinterpret_cast<const std::byte*>(value))) {
          value += origin.delta;
        } else if (value != 0) {
          return Fail(ErrorCode::kUnsupported, "a pointer to memory of this process was stored in memory that the DLL owns, "
                                               "and would outlive the call: take it from Session::Allocate");
        }
        StorePointer(target, value, part.plan.frame_pointer);
      }
  }
  return image;
}

Expected<void> Mirrors::FlushOne(Conversation* here, const std::byte* begin, Mirror* mirror) {
  if (mirror->read_only) return {};
  auto image = Image(here, begin, *mirror);
  if (!image) return tl::unexpected(image.error());
  const auto [first, unused] = std::mismatch(image->begin(), image->end(), mirror->shadow.begin());
  if (first == image->end()) return {};
  const auto from = static_cast<std::uint64_t>(first - image->begin());
  std::uint64_t end = image->size();
  while ((*image)[end - 1] == mirror->shadow[end - 1]) --end;
  auto written = WriteRemote(here->connection(), mirror->remote + from, image->data() + from, end - from);
  if (written) mirror->shadow = std::move(*image);
  return written;
}

Expected<void> Mirrors::Flush(Conversation* here, const std::byte* local) {
  const std::lock_guard lock(mutex_);
  std::vector<const std::byte*> reached{local};
  std::set<const std::byte*> done;
  while (!reached.empty()) {
    const auto found = Find(reached.back());
    reached.pop_back();
    if (found == mirrors_.end() || found->second.serial != serial_ || !done.insert(found->first).second) continue;
    const std::byte* begin = found->first;
    Mirror& mirror = mirrors_.at(found->first);
    if (auto flushed = FlushOne(here, begin, &mirror); !flushed) return flushed;
    for (const Part& part : mirror.parts) {
      const Node& node = part.plan.nodes[0];
      for (std::uint64_t i = 0; i < part.count; ++i)
        for (const Spot& slot : node.slots) {
          const std::byte* at = begin + part.local_offset + i * node.local_size + slot.local_offset;
          const auto* inner = reinterpret_cast<const std::byte*>(LoadPointer(at, part.plan.local_pointer));
          if (Contains(inner)) reached.push_back(inner);
        }
    }
  }
  return {};
}

}  // namespace bridge
