// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <vector>

#include "harness/model/error.h"
#include "harness/model/record.h"

namespace spanproof {

// Standard output and error of this process, turned into files that end with
// it: writing to a file never waits, so no flood can deadlock, and what was
// flushed is there to be read at once. Each stream keeps its order; between
// the two the order within one Take is lost. May be taken on any thread.
class TextCapture {
 public:
  virtual ~TextCapture() = default;

  // Flushes every C runtime in the process, then gives what came since the last
  // time, standard output first.
  virtual std::vector<PrintedText> Take() = 0;

  // To be called before any DLL is loaded, after TakeStandardChannel.
  static Expected<std::unique_ptr<TextCapture>> Start();
};

}  // namespace spanproof
