// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "harness/model/error.h"

namespace spanproof {

// Turns SIGINT, SIGTERM and SIGHUP of the whole process into one descriptor
// that becomes readable and stays so. Make it before any thread.
class Interrupt {
 public:
  static Expected<std::unique_ptr<Interrupt>> Install();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  int descriptor() const { return descriptor_; }
  bool raised() const;

 private:
  explicit Interrupt(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace spanproof
