// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "bridge/client/fork_guard.h"
#include "bridge/client/options.h"

namespace bridge {

// The host, a child in a process group of its own. Its standard input is a life
// line: the host ends when it closes. Output and error are pipes.
class HostProcess {
 public:
  HostProcess() = default;
  ~HostProcess();
  HostProcess(const HostProcess&) = delete;
  HostProcess& operator=(const HostProcess&) = delete;

  // `arguments` follow the path of spanproof-host.exe. kNotFound where Wine or the host is missing.
  Expected<void> Start(const SessionOptions& options, const std::vector<std::string>& arguments);

  // Waits for the process to end by itself, then ends it and what it started.
  void Stop(std::chrono::milliseconds patience);

  // Ends it at once, with what it started. Any thread.
  void Kill();

  // What it and its children carry in their environment: "NAME=value".
  static constexpr char kMarkName[] = "SPANPROOF_HOST";
  const std::string& mark() const { return mark_; }
  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }
  Descriptor& output() { return output_; }
  Descriptor& error() { return error_; }
  // "was killed by signal 9", "exited with status 3"; empty while it runs.
  std::string Ending(int patience_ms);
  // Of a process that ended, as a shell counts: its exit status, or 128 and the signal. 0 while it runs.
  std::uint32_t Status();
  bool ExitedWith(int status);
  // Forgets the process, which a forked child has no part in.
  void Abandon() { pid_ = -1; }

 private:
  bool Ended(int timeout_ms) const;
  bool Reap();  // false while it runs

  std::mutex mutex_;  // of pid_, status_ and reaped_; not held while waiting, so that Kill never waits
  pid_t pid_ = -1;
  int status_ = 0;
  std::string mark_;
  bool reaped_ = false;
  Descriptor pidfd_, life_line_, output_, error_;
};

// The words that go before a Windows program. Of a Wine its loader for that
// architecture, which is one process with a true exit status, where `wine`
// itself may be a script or start.exe; before it, what enters a Wine root.
Expected<std::vector<std::string>> FindWineCommand(const WineCommand& wine, Arch arch);

// spanproof-host.exe of an architecture: $SPANPROOF_HOST_DIR, beside the program, or where it was installed.
Expected<std::filesystem::path> FindHost(const SessionOptions& options);

}  // namespace bridge
