// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/error.h"

namespace spanproof {

struct Command {
  std::vector<std::string> arguments;  // the program first, looked up in PATH if it has no slash
  std::vector<std::pair<std::string, std::string>> environment;  // on top of our own
};

struct ExitStatus {
  bool signalled = false;
  int code = 0;  // of exit, or the signal's number
  std::string Spell() const;  // "ended with status 3", "was ended by signal 9 (Killed)"
};

// A program in a process group of its own, with pipes to its three standard
// descriptors (our ends do not block) and SPANPROOF_MARK=<random> in its
// environment, by which descendants are found that left the group. PDEATHSIG
// is not used: it fires when the thread that started the child ends.
class ChildProcess {
 public:
  // Ignores SIGPIPE in this process from the first use on. kInvalidArgument
  // when there is no such program.
  static Expected<std::unique_ptr<ChildProcess>> Start(const Command& command);

  // Ends whatever is left, at once.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  int input() const { return input_; }    // -1 once closed
  int output() const { return output_; }
  int errors() const { return errors_; }
  int pidfd() const { return pidfd_; }    // readable once the program has ended
  pid_t pid() const { return pid_; }
  const std::string& mark() const { return mark_; }

  void CloseInput();
  // Waits at most that long for the program itself; nullopt: it still runs.
  std::optional<ExitStatus> Wait(std::chrono::milliseconds patience);
  // Ends the group and every process with the mark. Afterwards none is left.
  void End();

 private:
  ChildProcess() = default;

  pid_t pid_ = -1;
  int pidfd_ = -1, input_ = -1, output_ = -1, errors_ = -1;
  std::string mark_;
  std::optional<ExitStatus> status_;
  bool ended_ = false;
};

// Kills every process that has SPANPROOF_MARK=<mark> in its environment, until
// none is found or a second has passed; says how many there were.
int SweepMarked(const std::string& mark);

// 16 random hex digits.
std::string RandomMark();

}  // namespace spanproof
