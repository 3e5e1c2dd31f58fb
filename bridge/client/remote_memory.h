// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "bridge/core/plan.h"

namespace bridge {

class Connection;

// Memory of the DLLs' process, untyped and on demand. Addresses are the host's.
// Any thread; one round trip for each MiB. kFault names the address that cannot be touched (freed, or never
// memory), kDisconnected a host that ended.
Expected<void> ReadRemote(Connection& connection, std::uint64_t address, std::byte* to, std::uint64_t bytes);
Expected<void> WriteRemote(Connection& connection, std::uint64_t address, const std::byte* from, std::uint64_t bytes);

// The bytes of a text without its terminator, a zero of `unit` bytes (1 or 2).
// kInvalidArgument where there is none in the first `limit` bytes.
Expected<std::string> ReadRemoteText(Connection& connection, std::uint64_t address, std::uint32_t unit,
                                     std::uint64_t limit);

// How elements of one type are brought from the DLLs' layout into this process's and back.
class RemoteElement {
 public:
  // kUnsupported names the member that is a pointer of this process.
  static Expected<RemoteElement> Make(const Type& type, Abi abi);

  std::uint64_t local_size() const { return plan_.nodes[0].local_size; }
  std::uint64_t remote_size() const { return plan_.nodes[0].frame_size; }
  bool same_layout() const { return plan_.nodes[0].flat; }

  Expected<void> Read(Connection& connection, std::uint64_t address, std::byte* to, std::uint64_t count) const;
  Expected<void> Write(Connection& connection, std::uint64_t address, const std::byte* from, std::uint64_t count) const;

 private:
  Plan plan_;
};

}  // namespace bridge
