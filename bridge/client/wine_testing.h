// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "bridge/client/session.h"

// For the tests of the client that run on real Wine.
namespace bridge::testing {

struct Image {
  std::int16_t* data;
  std::int16_t width, height;
};
using Filter = std::int16_t(Image*);

// Memsync of an Image at argument 0.
inline FunctionOptions ImageData() {
  return {.memsync = {{.pointer = {0, "data"},
                       .length = {{0, "width"}, {0, "height"}},
                       .func = "lambda x, y: x * y",
                       .type = kInt16}}};
}

// The build tree: the programs that the client finds by itself stand there too.
inline std::filesystem::path Tree() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
}

inline std::string Dll(const std::string& name, Arch arch = Arch::kWin64) {
  return (Tree() / "lib/spanproof" / Name(arch) / "dlls" / (name + ".dll")).string();
}

// What DLLs print is kept.
inline Session Start(SessionOptions options = {}) {
  options.text = TextMode::kCapture;
  return Session::Start(std::move(options));
}

// Where a test's session runs, for tests that both kinds of addresses and of hosts have to pass.
struct Place {
  Arch arch = Arch::kWin64;
  bool same_address = true;
  const char* wine_root = nullptr;

  SessionOptions Options(SessionOptions options = {}) const {
    options.same_address = same_address;
    options.arch = arch;
    options.abi = arch == Arch::kWin64 ? Abi::kWin64Gnu : Abi::kWin32Gnu;
    if (wine_root != nullptr) options.wine = wine_root;
    return options;
  }
};

inline std::string Spell(const Place& place) {
  return std::string(Name(place.arch)) + (place.same_address ? "_same" : "_translated");
}

// On the machine's own Wine 64 bits; on a Wine root, $SPANPROOF_WINE_ROOT, 32 bits where it has them.
inline std::vector<Place> Places() {
  const char* root = std::getenv("SPANPROOF_WINE_ROOT");
  const bool narrow = root != nullptr && std::filesystem::exists(std::filesystem::path(root) / "usr/lib/wine/wine");
  const Arch arch = narrow ? Arch::kWin32 : Arch::kWin64;
  return {{arch, true, root}, {arch, false, root}};
}

// What `act` throws as a bridge::Exception.
template <typename F>
Error Refused(F&& act) {
  try {
    act();
  } catch (const Exception& exception) {
    return exception.error();
  }
  ADD_FAILURE() << "nothing was refused";
  return {};
}

inline ::testing::AssertionResult Says(const Error& error, std::initializer_list<const char*> parts) {
  for (const char* part : parts)
    if (error.message.find(part) == std::string::npos)
      return ::testing::AssertionFailure() << "'" << part << "' is not in: " << error.message;
  return ::testing::AssertionSuccess();
}

// Empty where it is gone; a file of /proc may go between being opened and being read, which a stream buffer alone throws.
inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Host processes whose client is `client`, wrappers left out: a path in the
// client's /proc entry is the host's first argument.
inline std::vector<pid_t> HostsOf(pid_t client) {
  std::vector<pid_t> hosts;
  const std::string first = std::string("spanproof-host.exe") + '\0' + "/proc/" + std::to_string(client) + "/";
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != name.npos) continue;
    if (ReadFile(entry.path() / "cmdline").find(first) == std::string::npos) continue;
    const std::string stat = ReadFile(entry.path() / "stat");
    const auto state = stat.rfind(") ");
    if (state != stat.npos && stat[state + 2] != 'Z') hosts.push_back(std::stoi(name));
  }
  return hosts;
}

template <typename F>
bool Within(std::chrono::milliseconds limit, F&& holds) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    usleep(5000);
  }
  return true;
}

inline double MillisecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// Shared memory of a session that this process maps or holds open.
inline std::string SegmentsHeld() {
  std::string held;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (line.find("memfd:spanproof") != line.npos) held += line + "\n";
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    const auto target = std::filesystem::read_symlink(entry.path(), ignored).string();
    if (target.find("memfd:spanproof") != target.npos) held += entry.path().string() + "\n";
  }
  return held;
}

inline std::size_t OpenDescriptors() {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}));
}

inline std::vector<std::string> SharedMemoryFiles() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/dev/shm", ignored))
    if (entry.path().string().find("spanproof") != std::string::npos) names.push_back(entry.path());
  return names;
}

}  // namespace bridge::testing

BRIDGE_STRUCT(bridge::testing::Image, data, width, height);
