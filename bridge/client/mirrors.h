// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "bridge/core/copying.h"
#include "bridge/core/marshal.h"

namespace bridge {

class Conversation;

// Copies of memory that the DLL owns, for clients that were given a plain pointer to it. A mirror
// - has an address of this process that stands for the DLL's address while the mirror lives: the same pointer of the
//   DLL's is the same pointer here, what is passed back is the DLL's own, and pointers a little beyond work as well;
// - holds what the DLL's memory held when a call last brought the pointer here or took it along;
// - is written to the DLL's memory before a call that takes it along, where the client changed it.
// It is not told when the DLL frees its memory: then it holds what was there last. The oldest go when all together
// exceed 64 MiB, but none that the same call brings over. Remote<T> is for those who want to decide themselves.
// Those of a host that ended stay as they are for as long as others would, but stand for nothing any more.
// All mirrors of a session lie in one range of addresses, so that other pointers are told apart by comparing. Thread-safe.
class Mirrors {
 public:
  Mirrors() = default;
  ~Mirrors();
  Mirrors(const Mirrors&) = delete;
  Mirrors& operator=(const Mirrors&) = delete;

  // Later requests are to the host of the connection with this serial.
  void Begin(std::uint64_t serial);

  bool empty() const { return begin_.load(std::memory_order_acquire) == nullptr; }
  bool Contains(const void* p) const {
    const std::byte* begin = begin_.load(std::memory_order_acquire);
    return begin != nullptr && p >= begin && p < begin + kWindow;
  }

  // The DLL's address for one of a mirror, 0 where that is gone; and the other way round, null where there is none.
  std::uint64_t RemoteOf(const void* local) const;
  std::byte* LocalOf(std::uint64_t remote) const;
  // Why RemoteOf said 0.
  Error WhyGone(const void* local) const;
  // RemoteOf for who counts in the DLL's bytes from the address that he was given.
  std::uint64_t RemoteByteOf(const void* local) const;

  // What was read: `count` elements of `node`, and those of its inlined child behind them. `remote_bytes` starts with the former.
  struct Contents {
    const Plan* plan = nullptr;
    const Node* node = nullptr;
    std::uint64_t count = 0;
    const Node* tail = nullptr;  // a struct's T[], or null
    std::uint64_t tail_count = 0;
    std::span<const std::byte> remote_bytes;
  };
  // Mirrors that a call is bringing over: none of them makes room for another. Unpin ends it.
  using Pins = std::vector<std::byte*>;
  // Puts it into the mirror of `remote` in the host of connection `serial`, made where there is none. Followed pointers
  // are the caller's to store.
  Expected<std::byte*> Put(std::uint64_t serial, std::uint64_t remote, const Contents& contents, Pins* pins);
  void Unpin(const Pins& pins);

  // Writes what the client changed in the mirror at `local`, and in those that it leads to, to the DLL's memory.
  // kUnsupported where a pointer to other memory of this process was stored.
  Expected<void> Flush(Conversation* here, const std::byte* local);

 private:
  static constexpr std::uint64_t kWindow = std::uint64_t{64} << 30;
  static constexpr std::uint64_t kRoom = 64 << 10;
  static constexpr std::uint64_t kMostBytes = 64 << 20;

  struct Part {
    Plan plan;  // of one node, without what it leads to
    std::uint64_t count = 0;
    std::uint32_t local_offset = 0, remote_offset = 0;
  };
  struct Mirror {
    std::uint64_t serial = 0;       // the connection's whose host has the memory
    std::uint64_t remote = 0;
    std::uint64_t room = 0;
    std::uint64_t pages = 0;        // bytes that may have been touched
    std::vector<Part> parts;
    std::vector<std::byte> shadow;  // the DLL's bytes as both sides last agreed on them
    bool read_only = false;
    std::uint32_t pins = 0;
    std::uint64_t age = 0;          // its key in ages_, while it is not pinned
  };
  using Entry = std::map<std::byte*, Mirror>::iterator;

  Expected<Entry> Make(std::uint64_t remote, std::uint64_t local_bytes);
  void Drop(Entry entry);
  void Pin(Entry entry, Pins* pins);
  Expected<std::vector<std::byte>> Image(Conversation* here, const std::byte* local, const Mirror& mirror) const;
  Expected<void> FlushOne(Conversation* here, const std::byte* begin, Mirror* mirror);
  std::map<std::byte*, Mirror>::const_iterator Find(const void* local) const;

  mutable std::mutex mutex_;  // of all that follows
  std::uint64_t serial_ = 0;
  std::atomic<std::byte*> begin_{nullptr};
  std::uint64_t next_ = 0;  // offset of the next room
  std::uint64_t touched_ = 0;
  std::map<std::byte*, Mirror> mirrors_;
  std::map<std::uint64_t, std::byte*> by_remote_;
  std::uint64_t last_age_ = 0;
  std::map<std::uint64_t, std::byte*> ages_;  // of those that may go, oldest first
};

}  // namespace bridge
