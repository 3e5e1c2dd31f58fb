// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "harness/model/error.h"

namespace spanproof {

// A byte stream to the tester. One thread reads; writes come from one thread
// at a time.
class Channel {
 public:
  virtual ~Channel() = default;

  // At least one byte, blocking; an empty string at the end of input.
  virtual Expected<std::string> Read() = 0;
  // All of the bytes.
  virtual Expected<void> Write(std::string_view bytes) = 0;
};

// This process's standard input and output as the channel, taken away from
// everybody else: afterwards descriptor 0 is empty and 1 goes where 2 goes. To
// be called once, before any DLL is loaded.
Expected<std::unique_ptr<Channel>> TakeStandardChannel();

}  // namespace spanproof
