// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "bridge/core/doorbell.h"
#include "bridge/core/error.h"

namespace bridge::host {

// The two pipes of a channel, opened through the client's /proc entry because
// Wine hands PE code no other descriptors than 0 to 2 (DESIGN 9).
class DoorbellPipes {
 public:
  // Descriptors are the client's: one to read a byte from, one to write it to.
  static Expected<DoorbellPipes> Open(std::uint32_t client_pid, std::uint64_t read_fd, std::uint64_t write_fd);

  // Blocks until the client rings. Keeps the x87 control word and MXCSR as the
  // DLL left them. Any thread, one at a time.
  Wake Block();
  void Ring();
  void Close();

 private:
  void* read_ = nullptr;
  void* write_ = nullptr;
};

}  // namespace bridge::host
