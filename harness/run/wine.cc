// SPDX-License-Identifier: MIT
#include "harness/run/wine.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "harness/run/command_output.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;

bool IsElf(const fs::path& file, char* width = nullptr) {
  std::ifstream stream(file, std::ios::binary);
  std::array<char, 5> head{};
  if (!stream.read(head.data(), head.size())) return false;
  if (width != nullptr) *width = head[4];  // EI_CLASS: 1 is 32 bit, 2 is 64
  return head[0] == 0x7f && head[1] == 'E' && head[2] == 'L' && head[3] == 'F';
}

bool IsProgram(const fs::path& file) {
  std::error_code error;
  return fs::is_regular_file(file, error) && access(file.c_str(), X_OK) == 0;
}

// Folders that may hold loaders, best first.
std::vector<fs::path> Folders(const std::optional<fs::path>& given) {
  std::vector<fs::path> folders;
  const auto add = [&folders](const fs::path& folder) {
    for (const fs::path& one : {folder, folder / "bin", folder / "../lib/wine"}) {
      std::error_code error;
      folders.push_back(fs::weakly_canonical(one, error));
    }
  };
  if (given) {
    std::error_code error;
    const fs::path real = fs::weakly_canonical(*given, error);
    add(fs::is_directory(real, error) ? real : real.parent_path());
    // A name without a folder is meant as the shell means it.
    if (given->has_parent_path()) return folders;
  }
  std::istringstream path(std::getenv("PATH") != nullptr ? std::getenv("PATH") : "");
  for (std::string folder; std::getline(path, folder, ':');) {
    if (IsProgram(fs::path(folder) / "wine") || IsProgram(fs::path(folder) / "wine64")) add(folder);
  }
  for (const char* folder : {"/usr/lib/wine", "/usr/lib64/wine", "/opt/wine-stable/bin",
                             "/opt/wine-devel/bin", "/opt/wine-staging/bin"}) {
    folders.emplace_back(folder);
  }
  return folders;
}

// A folder with another release of Debian and its Wine.
bool IsRoot(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / "etc/debian_version", error) &&
         fs::is_directory(folder / "usr/lib/wine", error);
}

std::optional<Wine> WineIn(const fs::path& folder) {
  Wine wine;
  for (const char* name : {"wine64", "wine"}) {
    char width = 0;
    const fs::path loader = folder / name;
    if (!IsProgram(loader) || !IsElf(loader, &width)) continue;
    if (width == 2 && wine.loader64.empty()) wine.loader64 = loader;
    if (width == 1) wine.loader32 = loader;
  }
  if (wine.loader64.empty()) return std::nullopt;
  for (const char* name : {"wineserver64", "wineserver"}) {
    if (IsProgram(folder / name)) {
      wine.server = folder / name;
      break;
    }
  }
  if (wine.server.empty()) return std::nullopt;
  // The new WoW64: one 64-bit loader for both.
  std::error_code error;
  if (wine.loader32.empty()) {
    for (const char* dlls : {"../lib/wine/i386-windows/ntdll.dll", "i386-windows/ntdll.dll",
                             "../lib64/wine/i386-windows/ntdll.dll"}) {
      if (fs::exists(folder / dlls, error)) wine.loader32 = wine.loader64;
    }
  }
  return wine;
}

Expected<Wine> WineInRoot(const fs::path& root, const Installation& installation) {
  auto wine = WineIn(root / "usr/lib/wine");
  if (!wine) {
    return Fail(ErrorCode::kUnsupported,
                root.string() + " has no wine64 and wineserver in usr/lib/wine");
  }
  std::error_code error;
  wine->root = fs::canonical(root, error);
  wine->enter = {installation.enter_wine_root().string(), wine->root.string()};
  for (fs::path* program : {&wine->loader64, &wine->loader32, &wine->server}) {
    if (!program->empty()) *program = "/" / program->lexically_relative(root);
  }
  return *wine;
}

// Asks it for its version; the error says why it did not tell.
Expected<void> Ask(Wine* wine) {
  const auto told = RunCommand({wine->Words(wine->loader64, {"--version"}), {{"LC_ALL", "C.UTF-8"}}},
                               std::chrono::seconds(10));
  if (!told) return tl::unexpected(told.error());
  if (told->status.signalled || told->status.code != 0) {
    return Fail(ErrorCode::kUnsupported, wine->loader64.string() + " --version " +
                                             told->status.Spell() + ": " + told->errors);
  }
  wine->full_version = told->output.substr(0, told->output.find('\n'));
  std::string_view rest = wine->full_version;
  if (rest.starts_with("wine-")) rest.remove_prefix(5);
  wine->version = rest.substr(0, rest.find(' '));
  wine->label = wine->version;
  return {};
}

}  // namespace

std::vector<std::string> Wine::Words(const fs::path& program,
                                     const std::vector<std::string>& arguments) const {
  std::vector<std::string> words = enter;
  words.push_back(program.string());
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

fs::path Wine::LoaderFor(const std::string& architecture) const {
  if (architecture == "win64") return loader64;
  if (architecture == "win32") return loader32;
  return {};
}

std::vector<std::string> Wine::Architectures() const {
  std::vector<std::string> all;
  for (const char* one : {"win64", "win32"}) {
    if (!LoaderFor(one).empty()) all.emplace_back(one);
  }
  return all;
}

Expected<Wine> FindWine(const std::optional<fs::path>& given, const Installation& installation) {
  if (given && IsRoot(*given)) {
    auto wine = WineInRoot(*given, installation);
    if (!wine) return wine;
    if (auto told = Ask(&*wine); !told) {
      return Fail(told.error().code, "the Wine root " + given->string() + ": " + told.error().message);
    }
    return wine;
  }
  // Beside a file that is not there may stand a Wine that nobody named.
  std::error_code error;
  if (given && given->has_parent_path() && !fs::exists(*given, error)) {
    return Fail(ErrorCode::kUnsupported, "no Wine at " + given->string() + ": there is no such file");
  }
  for (const fs::path& folder : Folders(given)) {
    auto wine = WineIn(folder);
    if (!wine) continue;
    if (Ask(&*wine)) return *wine;
  }
  if (given) {
    return Fail(ErrorCode::kUnsupported,
                "no Wine at " + given->string() +
                    " (a folder with wine64 and wineserver, or a root of make_wine_root.sh)");
  }
  return Fail(ErrorCode::kUnsupported,
              "no Wine was found: install the package wine64, or name one with --wine");
}

Expected<std::vector<Wine>> FindWines(const std::vector<fs::path>& given,
                                      const Installation& installation) {
  std::vector<Wine> wines;
  if (given.empty()) {
    if (auto own = FindWine(std::nullopt, installation)) wines.push_back(std::move(*own));
    return wines;
  }
  for (const fs::path& where : given) {
    auto wine = FindWine(where, installation);
    if (!wine) return tl::unexpected(wine.error());
    const auto labelled = [&](const std::string& label) {
      return std::any_of(wines.begin(), wines.end(),
                         [&](const Wine& one) { return one.label == label; });
    };
    for (int number = 2; labelled(wine->label); ++number) {
      wine->label = wine->version + "-" + std::to_string(number);
    }
    wines.push_back(std::move(*wine));
  }
  return wines;
}

int CompareVersions(const std::string& left, const std::string& right) {
  std::size_t at_left = 0, at_right = 0;
  const auto next = [](const std::string& text, std::size_t* at) {
    long number = 0;
    while (*at < text.size() && std::isdigit(static_cast<unsigned char>(text[*at]))) {
      number = number * 10 + (text[(*at)++] - '0');
    }
    *at = *at < text.size() && text[*at] == '.' ? *at + 1 : text.size();
    return number;
  };
  while (at_left < left.size() || at_right < right.size()) {
    const long one = next(left, &at_left), other = next(right, &at_right);
    if (one != other) return one < other ? -1 : 1;
  }
  return 0;
}

}  // namespace spanproof
