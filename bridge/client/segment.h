// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bridge/client/shared_file.h"
#include "bridge/core/error.h"
#include "bridge/core/marshal.h"
#include "bridge/core/protocol.h"
#include "bridge/core/type.h"

namespace bridge {

// The memory that client and host share. Mapped provisionally first; Settle moves it to the address that
// the host found free (DESIGN 11).
class Segment {
 public:
  // `same_address` false: offers the host no bases, so that pointers are translated.
  Segment(Arch arch, bool same_address);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  Expected<void> Create(Meeting meeting);
  Expected<void> Settle();

  int descriptor() const { return memory_.descriptor.get(); }
  const std::string& path() const { return memory_.path; }  // by which the host opens it
  std::byte* begin() const { return begin_; }
  std::uint64_t bytes() const { return bytes_; }
  Region region() const { return {begin_, begin_ + bytes_}; }
  std::uint64_t delta() const { return header()->mapped.base - reinterpret_cast<std::uint64_t>(begin_); }
  protocol::Header* header() const { return reinterpret_cast<protocol::Header*>(begin_); }
  protocol::Channel* channel(std::uint32_t index) const {
    return reinterpret_cast<protocol::Channel*>(begin_ + protocol::kChannelsOffset) + index;
  }

 private:
  void ReservePlaces();
  void DropPlaces(std::uint64_t except_base);

  const Arch arch_;
  const bool same_address_;
  const pid_t owner_;
  std::uint64_t bytes_;  // of the file; once settled: as much as both sides map
  SharedMemory memory_;
  std::byte* begin_ = nullptr;
  std::vector<protocol::Place> reserved_;
};

}  // namespace bridge
