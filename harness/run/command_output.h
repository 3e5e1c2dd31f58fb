// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <string>

#include "harness/testee/child_process.h"

namespace spanproof {

struct CommandOutput {
  ExitStatus status;
  std::string output;  // standard output
  std::string errors;  // standard error
};

// Runs to the end with an empty input; nothing it started is left. kTimeout
// when the deadline passes or `cancel` (a descriptor, or -1) becomes readable.
Expected<CommandOutput> RunCommand(const Command& command, std::chrono::milliseconds deadline,
                                   int cancel = -1);

// The same for a child that the caller keeps, whose marked processes stay:
// Wine's services outlive the program that made Wine start them.
Expected<CommandOutput> AwaitCommand(ChildProcess* child, std::chrono::milliseconds deadline,
                                     int cancel = -1);

}  // namespace spanproof
