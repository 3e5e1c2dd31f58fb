// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "bridge/client/arena.h"

namespace bridge {

class Conversation;

// Frames for checked mode (SessionOptions::checked): every block has pages of its own and ends as near to their end
// as its alignment permits. The pages before and behind are out of bounds in the host, so that the DLL faults where
// it goes beyond; what lies beside the block inside its pages is filled with a pattern that Verify looks at.
// Of one conversation, between its requests. Pages are kept for the next call.
class CheckedSpace final : public Space {
 public:
  explicit CheckedSpace(Conversation* conversation) : conversation_(conversation) {}
  ~CheckedSpace();
  CheckedSpace(const CheckedSpace&) = delete;
  CheckedSpace& operator=(const CheckedSpace&) = delete;

  Expected<std::byte*> Allocate(std::uint64_t bytes, std::uint64_t align) override;
  bool exact() const override { return true; }

  std::size_t mark() const { return blocks_.size(); }
  void Release(std::size_t mark);

  // Whoever has the address promised not to write the block that holds `frame`: as it is now it is to stay.
  void Promise(const std::byte* frame);

  // Where something beside a block, or in a promised one, was touched; `offset` counts from its first byte.
  struct Beyond {
    const std::byte* block;
    std::uint64_t bytes;
    std::int64_t offset;
    bool inside() const { return offset >= 0 && static_cast<std::uint64_t>(offset) < bytes; }
  };
  // The first byte beside the blocks since `mark`, or in a promised one, that was written.
  std::optional<Beyond> Verify(std::size_t mark) const;
  // The block whose pages, or guards, `touched` lies in.
  std::optional<Beyond> Locate(const std::byte* touched) const;

  // Makes all pages accessible again, for others to have them. False where the host did not say that it did.
  bool Open();

 private:
  struct Area {
    Block whole;       // as the arena gave it
    std::byte* begin;  // of the pages between the guards
    std::uint64_t bytes;
  };
  struct Taken {
    Area area;
    std::byte* begin;
    std::uint64_t bytes;
    std::vector<std::byte> promised = {};  // what it held; empty: nothing was promised
  };
  Expected<Area> MakeArea(std::uint64_t bytes);
  bool Protect(const Area& area, bool no_access);

  Conversation* const conversation_;
  std::vector<Taken> blocks_;
  std::multimap<std::uint64_t, Area> spare_;  // by bytes
  bool open_ = true;  // nothing is out of bounds: the arena may have it back
};

}  // namespace bridge
