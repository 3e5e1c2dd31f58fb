// SPDX-License-Identifier: MIT
#include "harness/testee/child_process.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

extern char** environ;

namespace spanproof {
namespace {

constexpr char kMarkName[] = "SPANPROOF_MARK=";

struct Pipe {
  int read = -1, write = -1;
  bool Open() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  void Close() {
    if (read >= 0) close(read);
    if (write >= 0) close(write);
    read = write = -1;
  }
};

void DoNotBlock(int descriptor) {
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

std::vector<std::string> MergedEnvironment(const Command& command, const std::string& mark) {
  std::vector<std::string> merged;
  const auto replaced = [&](const std::string& entry) {
    return entry.starts_with(kMarkName) ||
           std::any_of(command.environment.begin(), command.environment.end(),
                       [&](const auto& pair) { return entry.starts_with(pair.first + "="); });
  };
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!replaced(*entry)) merged.emplace_back(*entry);
  }
  for (const auto& [name, value] : command.environment) merged.push_back(name + "=" + value);
  merged.push_back(kMarkName + mark);
  return merged;
}

std::vector<char*> Pointers(std::vector<std::string>* strings) {
  std::vector<char*> pointers;
  for (std::string& one : *strings) pointers.push_back(one.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Own group, no blocked signals, SIGPIPE as a program expects it.
void SetAttributes(posix_spawnattr_t* attributes) {
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD}) {
    sigaddset(&defaults, number);
  }
  posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                           POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(attributes, 0);
  posix_spawnattr_setsigmask(attributes, &none);
  posix_spawnattr_setsigdefault(attributes, &defaults);
}

std::vector<pid_t> MarkedProcesses(const std::string& entry) {
  std::vector<pid_t> found;
  DIR* proc = opendir("/proc");
  if (proc == nullptr) return found;
  while (const dirent* item = readdir(proc)) {
    if (!std::isdigit(static_cast<unsigned char>(item->d_name[0]))) continue;
    const pid_t pid = static_cast<pid_t>(std::strtol(item->d_name, nullptr, 10));
    if (pid == getpid()) continue;
    std::ifstream file("/proc/" + std::string(item->d_name) + "/environ", std::ios::binary);
    const std::string block{std::istreambuf_iterator<char>(file), {}};
    const std::size_t at = block.find(entry);
    if (at != std::string::npos && (at == 0 || block[at - 1] == '\0')) found.push_back(pid);
  }
  closedir(proc);
  return found;
}

}  // namespace

std::string ExitStatus::Spell() const {
  if (!signalled) return "ended with status " + std::to_string(code);
  return "was ended by signal " + std::to_string(code) + " (" + strsignal(code) + ")";
}

std::string RandomMark() {
  unsigned char bytes[8] = {};
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    std::memcpy(bytes, &now, sizeof bytes);
  }
  constexpr char kHex[] = "0123456789abcdef";
  std::string mark;
  for (const unsigned char byte : bytes) mark += {kHex[byte >> 4], kHex[byte & 15]};
  return mark;
}

int SweepMarked(const std::string& mark) {
  const std::string entry = kMarkName + mark;
  int swept = 0;
  for (int round = 0; round < 100; ++round) {
    const std::vector<pid_t> found = MarkedProcesses(entry);
    if (found.empty()) break;
    if (round == 0) swept = static_cast<int>(found.size());
    for (const pid_t pid : found) kill(pid, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return swept;
}

Expected<std::unique_ptr<ChildProcess>> ChildProcess::Start(const Command& command) {
  static std::once_flag ignored;
  std::call_once(ignored, [] { signal(SIGPIPE, SIG_IGN); });
  if (command.arguments.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "there is no program to start");
  }
  Pipe in, out, err;
  if (!in.Open() || !out.Open() || !err.Open()) {
    const std::string why = std::strerror(errno);
    in.Close(), out.Close(), err.Close();
    return Fail(ErrorCode::kInternal, "cannot make pipes: " + why);
  }
  std::unique_ptr<ChildProcess> child(new ChildProcess);
  child->mark_ = RandomMark();

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read, 0);
  posix_spawn_file_actions_adddup2(&actions, out.write, 1);
  posix_spawn_file_actions_adddup2(&actions, err.write, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  SetAttributes(&attributes);
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = MergedEnvironment(command, child->mark_);
  const int failed = posix_spawnp(&child->pid_, arguments[0].c_str(), &actions, &attributes,
                                  Pointers(&arguments).data(), Pointers(&environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(in.read), close(out.write), close(err.write);
  child->input_ = in.write;
  child->output_ = out.read;
  child->errors_ = err.read;
  if (failed != 0) {
    child->pid_ = -1;
    return Fail(ErrorCode::kInvalidArgument,
                "cannot start " + command.arguments[0] + ": " + std::strerror(failed));
  }
  for (const int descriptor : {child->input_, child->output_, child->errors_}) {
    DoNotBlock(descriptor);
  }
  child->pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, child->pid_, 0));
  if (child->pidfd_ < 0) {
    return Fail(ErrorCode::kUnsupported,
                std::string("this kernel has no pidfd (Linux 5.3 has): ") + std::strerror(errno));
  }
  return child;
}

ChildProcess::~ChildProcess() {
  if (pid_ > 0) End();
  for (const int descriptor : {input_, output_, errors_, pidfd_}) {
    if (descriptor >= 0) close(descriptor);
  }
}

void ChildProcess::CloseInput() {
  if (input_ >= 0) close(input_);
  input_ = -1;
}

std::optional<ExitStatus> ChildProcess::Wait(std::chrono::milliseconds patience) {
  if (status_) return status_;
  pollfd ended{pidfd_, POLLIN, 0};
  if (pidfd_ >= 0 && poll(&ended, 1, static_cast<int>(patience.count())) <= 0) return std::nullopt;
  siginfo_t info{};
  // Left a zombie until End(), so that its group's id stays its own.
  if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0) return std::nullopt;
  status_ = ExitStatus{info.si_code != CLD_EXITED, info.si_status};
  return status_;
}

void ChildProcess::End() {
  if (ended_) return;
  ended_ = true;
  kill(-pid_, SIGKILL);
  SweepMarked(mark_);
  Wait(std::chrono::milliseconds(2000));
  waitpid(pid_, nullptr, WNOHANG);
}

}  // namespace spanproof
