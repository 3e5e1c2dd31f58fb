// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "harness/testee/child_process.h"
#include "harness/testee/testee.h"

namespace spanproof {

struct ProcessTesteeOptions {
  Command command;
  std::chrono::milliseconds start_deadline{30000};  // for hello: Wine may be cold
  std::chrono::milliseconds deadline{10000};        // for every other request
  std::filesystem::path exchange;                   // folder for side files, as we see it
  std::string exchange_for_testee;                  // and as the testee does
  int cancel = -1;  // a descriptor that becomes readable when all shall stop
};

// A testee in a child process (DESIGN: what we start is not what we must end).
// kInvalidArgument when the program cannot be started.
Expected<std::unique_ptr<Testee>> StartProcessTestee(const ProcessTesteeOptions& options);

}  // namespace spanproof
