// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "bridge/core/doorbell.h"
#include "bridge/core/error.h"

namespace bridge::host {

// The two pipes of a channel, opened by path because Wine hands PE code no
// other descriptors than 0 to 2 (DESIGN 9).
class DoorbellPipes {
 public:
  // Unix paths of the client's: one to read a byte from, one to write it to.
  static Expected<DoorbellPipes> Open(std::string_view read_path, std::string_view write_path);

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
