// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "harness/cli/commands.h"
#include "harness/run/command_output.h"
#include "harness/run/wine_prefix.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;

void Found(const std::string& what, const std::string& how) {
  fmt::print("ok       {:<22} {}\n", what, how);
}

void Missing(const std::string& what, const std::string& enables) {
  fmt::print("missing  {:<22} {}\n", what, enables);
}

// First line of `program --version`, empty if there is none.
std::string VersionOf(const std::string& program) {
  const auto ran = RunCommand({{program, "--version"}, {{"LC_ALL", "C"}}}, std::chrono::seconds(5));
  if (!ran || ran->status.signalled || ran->status.code != 0) return {};
  return ran->output.substr(0, ran->output.find('\n'));
}

void Program(const std::string& program, const std::string& package, const std::string& enables) {
  const std::string version = VersionOf(program);
  if (version.empty()) {
    Missing(program, fmt::format("package {} would enable {}", package, enables));
  } else {
    Found(program, version);
  }
}

void Architectures(const Wine& wine) {
  for (const char* architecture : {"win64", "win32"}) {
    const std::string what = std::string("architecture ") + architecture;
    const fs::path loader = wine.LoaderFor(architecture);
    if (!loader.empty()) {
      Found(what, loader.string() + (wine.root.empty() ? "" : " in " + wine.root.string()));
    } else {
      Missing(what, std::string("package ") +
                        (wine.root.empty() ? "wine32:i386 (after dpkg --add-architecture i386), or a Wine "
                                             "root made by make_wine_root.sh,"
                                           : "wine32:i386 in " + wine.root.string()) +
                        " would enable 32-bit DLLs");
    }
  }
}

// Empty when there is none at all, or one that was given is not there.
std::vector<Wine> Wines(const Registry& registry, const RunArguments& arguments) {
  auto wines = FindWines(arguments.wines, registry.installation);
  if (!wines) {
    Missing("Wine", wines.error().message);
    return {};
  }
  if (wines->empty()) {
    Missing("Wine", "package wine64 would enable every lane but Linux ones; so would --wine FOLDER "
                    "with a root of make_wine_root.sh");
  }
  for (const Wine& wine : *wines) {
    Found("Wine", wine.full_version + ", " +
                      (wine.root.empty() ? wine.loader64.string() : "Wine root " + wine.root.string()));
    Architectures(wine);
  }
  return std::move(*wines);
}

void Prefixes() {
  const fs::path folder = CacheFolder();
  std::error_code error;
  std::size_t made = 0;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    made += entry.path().extension() == ".made";
  }
  fs::path existing = folder;
  while (!fs::exists(existing, error) && existing.has_relative_path()) existing = existing.parent_path();
  if (access(existing.c_str(), W_OK) != 0) {
    Missing("Wine prefix", existing.string() + " cannot be written; set XDG_CACHE_HOME, or give --prefix");
  } else {
    Found("Wine prefix", fmt::format("{} in {}{}", made, folder.string(),
                                     made == 0 ? " (the first run makes one, about 10 s)" : ""));
  }
}

void SharedMemory() {
  const int descriptor = memfd_create("spanproof-doctor", MFD_CLOEXEC);
  if (descriptor < 0) {
    Missing("shared memory", "memfd_create is refused here; it would enable the bridge");
    return;
  }
  const bool grows = posix_fallocate(descriptor, 0, 16 << 20) == 0;
  close(descriptor);
  struct statvfs shm{};
  const std::string size =
      statvfs("/dev/shm", &shm) == 0
          ? fmt::format(", /dev/shm has {} MiB", (shm.f_bavail * shm.f_frsize) >> 20)
          : "";
  if (grows) {
    Found("shared memory", "memfd of 16 MiB" + size);
  } else {
    Missing("shared memory", "a memfd of 16 MiB cannot be filled: memory is short");
  }
}

void Cpus() {
  cpu_set_t allowed;
  const int count = sched_getaffinity(0, sizeof allowed, &allowed) == 0
                        ? CPU_COUNT(&allowed)
                        : static_cast<int>(std::thread::hardware_concurrency());
  if (count >= 2) {
    Found("CPUs", fmt::format("{} allowed", count));
  } else {
    Missing("CPUs", "1 allowed; a second would enable calls without a sleep on either side");
  }
}

}  // namespace

int Doctor(const Registry& registry, const RunArguments& arguments) {
  const std::vector<Wine> wines = Wines(registry, arguments);
  Program("bwrap", "bubblewrap", "Wine roots: other versions of Wine, and 32-bit ones (--wine FOLDER)");
  Program("x86_64-w64-mingw32-g++-posix", "g++-mingw-w64-x86-64-posix",
          "building DLLs and thunks for win64");
  Program("i686-w64-mingw32-g++-posix", "g++-mingw-w64-i686-posix",
          "building DLLs and thunks for win32");
  Program("clang", "clang", "layouts and DLLs for the msvc ABIs");
  Prefixes();
  SharedMemory();
  Cpus();
  const Lanes lanes = FindLanes(registry.testees, wines, registry.installation);
  for (const Lane& lane : lanes.available) Found("lane", lane.Name());
  for (const std::string& missing : lanes.missing) Missing("lane", missing);
  return wines.empty() ? 1 : 0;
}

}  // namespace spanproof
