// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "bridge/client/host_process.h"

#ifndef SPANPROOF_INSTALL_LIBDIR
#define SPANPROOF_INSTALL_LIBDIR ""
#endif

namespace bridge {
namespace {

namespace fs = std::filesystem;

bool IsProgram(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && access(path.c_str(), X_OK) == 0;
}

fs::path OnPath(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::string_view rest = path ? path : "/usr/local/bin:/usr/bin:/bin";
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    const fs::path candidate = fs::path(rest.substr(0, colon)) / name;
    if (IsProgram(candidate)) return candidate;
    rest = colon == rest.npos ? std::string_view() : rest.substr(colon + 1);
  }
  return {};
}

// Folders that may hold what is installed in lib/spanproof, best first.
std::vector<fs::path> LibraryFolders() {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  std::vector<fs::path> folders;
  if (const char* folder = std::getenv("SPANPROOF_HOST_DIR")) folders.emplace_back(folder);
  folders.push_back(program / "../lib/spanproof");
  folders.push_back(program / "../../lib/spanproof");
  if (*SPANPROOF_INSTALL_LIBDIR != '\0') folders.emplace_back(SPANPROOF_INSTALL_LIBDIR);
  return folders;
}

// A folder with another release of Debian in it, Wine included.
bool IsRoot(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / "etc/debian_version", ignored) && fs::is_directory(folder / "usr/lib/wine", ignored);
}

Expected<std::vector<std::string>> CommandInRoot(const fs::path& root, Arch arch) {
  const fs::path loader = fs::path("usr/lib/wine") / (arch == Arch::kWin64 ? "wine64" : "wine");
  if (!IsProgram(root / loader))
    return Fail(ErrorCode::kNotFound, "the Wine root '" + root.string() + "' has no " + loader.string() +
                                         ": install wine64 and wine32:i386 in it, or make one with make_wine_root.sh");
  for (const fs::path& folder : LibraryFolders())
    if (IsProgram(folder / "enter-wine-root"))
      return std::vector<std::string>{fs::canonical(folder / "enter-wine-root").string(), fs::canonical(root).string(),
                                      "/" + loader.string()};
  return Fail(ErrorCode::kNotFound, "enter-wine-root was not found beside the program: set SPANPROOF_HOST_DIR to the "
                                    "folder that holds it, lib/spanproof of an installation");
}

Expected<fs::path> FindLoader(const std::string& wine, Arch arch) {
  const fs::path given = wine.find('/') == wine.npos ? OnPath(wine) : fs::path(wine);
  if (!IsProgram(given))
    return Fail(ErrorCode::kNotFound, "no Wine at '" + wine + "': install it (apt install wine wine64) or name its loader");
  // Somebody's own program or wrapper is started as it is.
  if (!given.filename().string().starts_with("wine")) return given;
  std::error_code ignored;
  const fs::path real = fs::canonical(given, ignored);
  const fs::path name = arch == Arch::kWin64 ? "wine64" : "wine";
  // Debian keeps the loaders in lib/wine and puts scripts on PATH; elsewhere they stand side by side.
  for (const fs::path& folder : {given.parent_path() / "../lib/wine", real.parent_path() / "../lib/wine",
                                 given.parent_path() / "../lib/x86_64-linux-gnu/wine", real.parent_path(), given.parent_path()})
    if (IsProgram(folder / name) && !fs::equivalent(folder / name, given, ignored)) return fs::weakly_canonical(folder / name, ignored);
  return given;
}

}  // namespace

Expected<std::vector<std::string>> FindWineCommand(const WineCommand& wine, Arch arch) {
  if (!wine.words.empty()) return wine.words;
  if (IsRoot(wine.where)) return CommandInRoot(wine.where, arch);
  return FindLoader(wine.where, arch).map([](const fs::path& loader) { return std::vector<std::string>{loader.string()}; });
}

Expected<fs::path> FindHost(const SessionOptions& options) {
  std::error_code ignored;
  const auto found = [&](const fs::path& path) { return fs::is_regular_file(path, ignored); };
  if (!options.host.empty()) {
    if (found(options.host)) return fs::absolute(options.host);
    return Fail(ErrorCode::kNotFound, "no host at '" + options.host.string() + "': name spanproof-host.exe, or leave the option out");
  }
  const fs::path arch = Name(options.arch), name = "spanproof-host.exe";
  for (const fs::path& folder : LibraryFolders())
    if (found(folder / arch / name)) return fs::canonical(folder / arch / name);
  return Fail(ErrorCode::kNotFound, "spanproof-host.exe for " + arch.string() +
                                        " was not found beside the program: set SPANPROOF_HOST_DIR to the folder that "
                                        "holds win64/ and win32/, or name it in the options");
}

}  // namespace bridge
