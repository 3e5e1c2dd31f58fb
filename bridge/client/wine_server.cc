// SPDX-License-Identifier: MIT
#include "bridge/client/wine_server.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

namespace bridge {
namespace {

template <typename F>
void ForEachProcess(F&& visit) {
  DIR* const proc = opendir("/proc");
  if (proc == nullptr) return;
  while (const dirent* const entry = readdir(proc)) {
    const pid_t pid = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
    if (pid > 0 && pid != getpid() && !visit(pid, std::string("/proc/") + entry->d_name)) break;
  }
  closedir(proc);
}

std::string Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Of a block of texts that each end in a zero: one that is `entry`, or begins with it.
bool Holds(const std::string& block, const std::string& entry, bool whole) {
  for (std::size_t at = 0; (at = block.find(entry, at)) != block.npos; ++at)
    if ((at == 0 || block[at - 1] == '\0') && (!whole || at + entry.size() == block.size() || block[at + entry.size()] == '\0')) return true;
  return false;
}

bool ServesThePrefix(const std::string& process) {
  constexpr std::array kServants = {"services.exe", "winedevice.exe", "plugplay.exe", "svchost.exe", "rpcss.exe", "explorer.exe", "wineboot.exe"};
  if (Read(process + "/comm").starts_with("wineserver")) return true;
  const std::string line = Read(process + "/cmdline");
  const std::string_view program(line.c_str());
  const std::string_view name = program.substr(program.find_last_of("\\/") + 1);
  return std::find(kServants.begin(), kServants.end(), name) != kServants.end();
}

// The 22nd field of stat.
std::uint64_t StartedAt(const std::string& process) {
  const std::string stat = Read(process + "/stat");
  std::size_t at = stat.rfind(')');
  for (int field = 2; field < 22 && at != stat.npos; ++field) at = stat.find(' ', at + 1);
  return at == stat.npos ? ~std::uint64_t{0} : std::strtoull(stat.c_str() + at, nullptr, 10);
}

}  // namespace

Prefix FindPrefix(const std::string& given) {
  const auto in_environment = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value != nullptr ? value : "");
  };
  Prefix prefix{given, {}};
  if (prefix.variable.empty()) prefix.variable = in_environment("WINEPREFIX");
  prefix.folder = prefix.variable;
  if (const std::string home = in_environment("HOME"); prefix.folder.empty() && !home.empty()) prefix.folder = home + "/.wine";
  return prefix;
}

Descriptor FindWineServer(const Prefix& prefix) {
  struct stat info;
  if (prefix.folder.empty() || stat(prefix.folder.c_str(), &info) != 0) return {};
  // Where it stands differs: below /tmp/.wine-<user> in Wine's own sources, below /tmp/wine-<random> in Debian's. The
  // wineserver goes there, and its name says which prefix it is for (server/request.c).
  char name[64];
  std::snprintf(name, sizeof name, "/server-%llx-%llx", static_cast<unsigned long long>(info.st_dev), static_cast<unsigned long long>(info.st_ino));
  pid_t server = -1;
  ForEachProcess([&](pid_t, const std::string& process) {
    char target[4096];
    const ssize_t size = readlink((process + "/cwd").c_str(), target, sizeof target);
    if (size <= 0 || !std::string_view(target, static_cast<std::size_t>(size)).ends_with(name)) return true;
    const int lock = open((process + "/cwd/lock").c_str(), O_RDWR | O_CLOEXEC);
    if (lock < 0) return true;
    struct flock held{};
    held.l_type = F_WRLCK;
    held.l_whence = SEEK_SET;
    held.l_len = 1;
    if (fcntl(lock, F_GETLK, &held) == 0 && held.l_type == F_WRLCK && held.l_pid > 0) server = held.l_pid;
    close(lock);
    return server < 0;
  });
  return server < 0 ? Descriptor() : Descriptor(static_cast<int>(syscall(SYS_pidfd_open, server, 0)));
}

std::uint64_t ProcessTicksNow() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const auto rate = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  return static_cast<std::uint64_t>(now.tv_sec) * rate + static_cast<std::uint64_t>(now.tv_nsec) * rate / 1000000000;
}

void EndMarked(const std::string& mark) {
  ForEachProcess([&](pid_t pid, const std::string& process) {
    if (Holds(Read(process + "/environ"), mark, true) && !ServesThePrefix(process)) kill(pid, SIGKILL);
    return true;
  });
}

void EndOrphans(const std::string& name, const Prefix& prefix, std::uint64_t ticks) {
  ForEachProcess([&](pid_t pid, const std::string& process) {
    const std::string environment = Read(process + "/environ");
    if (!Holds(environment, name + "=", false)) return true;
    const bool same = prefix.variable.empty() ? !Holds(environment, "WINEPREFIX=", false)
                                              : Holds(environment, "WINEPREFIX=" + prefix.variable, true);
    if (same && StartedAt(process) < ticks) kill(pid, SIGKILL);
    return true;
  });
}

}  // namespace bridge
