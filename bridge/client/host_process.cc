// SPDX-License-Identifier: MIT
#include "bridge/client/host_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <random>

extern char** environ;

namespace bridge {
namespace {

struct Setting {
  std::string name, value;
};

std::vector<std::string> Environment(const std::vector<Setting>& settings) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    bool replaced = false;
    for (const Setting& setting : settings) replaced = replaced || text.starts_with(setting.name + "=");
    if (!replaced) all.emplace_back(text);
  }
  for (const Setting& setting : settings) all.push_back(setting.name + "=" + setting.value);
  return all;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

struct Pipe {
  Descriptor read, write;
};

Expected<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return Fail(ErrorCode::kInternal, std::string("cannot make a pipe: ") + std::strerror(errno));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

}  // namespace

HostProcess::~HostProcess() { Stop(std::chrono::milliseconds(0)); }

Expected<void> HostProcess::Start(const SessionOptions& options, const std::vector<std::string>& arguments) {
  auto found = FindWineCommand(options.wine, options.arch);
  if (!found) return tl::unexpected(found.error());
  auto host = FindHost(options);
  if (!host) return tl::unexpected(host.error());
  auto input = MakePipe(), output = MakePipe(), error = MakePipe();
  for (auto* pipe : {&input, &output, &error})
    if (!*pipe) return tl::unexpected(pipe->error());

  std::vector<std::string> command = std::move(*found);
  command.push_back(host->string());
  command.insert(command.end(), arguments.begin(), arguments.end());
  // With LC_ALL=C Wine fails on paths outside ASCII.
  std::vector<Setting> settings = {{"LC_ALL", "C.UTF-8"}, {"WINEDEBUG", "-all"}, {"WINEDLLOVERRIDES", "mscoree,mshtml="}};
  std::random_device random;
  const std::string value = std::to_string(getpid()) + "." + std::to_string(random()) + std::to_string(random());
  settings.push_back({kMarkName, value});
  mark_ = std::string(kMarkName) + "=" + value;
  if (!options.prefix.empty()) settings.push_back({"WINEPREFIX", options.prefix});
  std::vector<std::string> environment = Environment(settings);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input->read.get(), 0);
  posix_spawn_file_actions_adddup2(&files, output->write.get(), 1);
  posix_spawn_file_actions_adddup2(&files, error->write.get(), 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t started = -1;
  const int status = posix_spawnp(&started, command[0].c_str(), &files, &attributes, Pointers(command).data(),
                                  Pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (status != 0) return Fail(ErrorCode::kInternal, "cannot start " + command[0] + ": " + std::strerror(status));
  Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, started, 0)));
  if (!pidfd.open()) {  // a host whose end cannot be seen is none
    const int why = errno;
    killpg(started, SIGKILL);
    waitpid(started, nullptr, 0);
    return Fail(ErrorCode::kInternal, std::string("cannot watch the host's process: ") + std::strerror(why));
  }
  pidfd_ = std::move(pidfd);
  {
    const std::lock_guard lock(mutex_);  // Kill may come from any thread meanwhile
    pid_ = started;
  }
  life_line_ = std::move(input->write);
  output_ = std::move(output->read);
  error_ = std::move(error->read);
  return {};
}

bool HostProcess::Ended(int timeout_ms) const {
  pollfd watched{pidfd_.get(), POLLIN, 0};
  int ready;
  do ready = poll(&watched, 1, timeout_ms);
  while (ready < 0 && errno == EINTR);
  return ready != 0;
}

bool HostProcess::Reap() {
  if (reaped_ || pid_ < 0) return true;
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0) return false;
  // The leader is a zombie still, so the group is surely ours: end what it left behind.
  killpg(pid_, SIGKILL);
  if (waitpid(pid_, &status_, 0) == pid_) reaped_ = true;
  return true;
}

void HostProcess::Kill() {
  const std::lock_guard lock(mutex_);
  if (pid_ >= 0 && !reaped_) killpg(pid_, SIGKILL);
}

void HostProcess::Stop(std::chrono::milliseconds patience) {
  {
    const std::lock_guard lock(mutex_);
    if (pid_ < 0) return;
    life_line_.Close();
  }
  if (!Ended(static_cast<int>(patience.count()))) {
    Kill();
    Ended(-1);
  }
  const std::lock_guard lock(mutex_);
  Reap();
}

bool HostProcess::ExitedWith(int status) {
  const std::lock_guard lock(mutex_);
  return pid_ >= 0 && Reap() && WIFEXITED(status_) && WEXITSTATUS(status_) == status;
}

std::string HostProcess::Ending(int patience_ms) {
  if (!Ended(patience_ms)) return "";
  const std::lock_guard lock(mutex_);
  if (pid_ < 0 || !Reap()) return "";
  if (WIFSIGNALED(status_)) return "was killed by signal " + std::to_string(WTERMSIG(status_));
  return "exited with status " + std::to_string(WEXITSTATUS(status_));
}

std::uint32_t HostProcess::Status() {
  const std::lock_guard lock(mutex_);
  if (pid_ < 0 || !Reap()) return 0;
  return static_cast<std::uint32_t>(WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_));
}

}  // namespace bridge
