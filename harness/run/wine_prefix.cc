// SPDX-License-Identifier: MIT
#include "harness/run/wine_prefix.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "harness/run/command_output.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kPrefixes = 64;  // runners at once, for one Wine
// Wine makes a new prefix beside the wineboot that it was asked for. That one was seen to end with status 53 (a DLL
// that was not found) while the prefix came out whole, on one machine of many: the next finds every DLL.
constexpr int kBoots = 3;

// FNV-1a: tells two Wines of one version in two folders apart.
std::string ShortHash(const std::string& text) {
  std::uint32_t hash = 2166136261u;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 16777619u;
  constexpr char kHex[] = "0123456789abcdef";
  std::string digits;
  for (int shift = 28; shift >= 0; shift -= 4) digits += kHex[hash >> shift & 15];
  return digits;
}

fs::path FontsFile(const fs::path& prefix) { return prefix.string() + ".fonts"; }

}  // namespace

std::vector<std::pair<std::string, std::string>> WineEnvironment(const fs::path& prefix) {
  return {{"WINEPREFIX", prefix.string()},
          {"WINEDEBUG", "-all"},
          {"WINEDLLOVERRIDES", "mscoree,mshtml="},
          {"LC_ALL", "C.UTF-8"},
          // What else libraries below Wine would say on standard error, as if a DLL had printed it: Wine 10.0's explorer,
          // started by whoever enters an apartment first, looks for a Wayland display and for fonts (and takes patterns as
          // relative to its folder, which has no name where the server was started in another mount namespace).
          {"XDG_RUNTIME_DIR", prefix.string()},
          {"FONTCONFIG_FILE", FontsFile(prefix).string()}};
}

fs::path CacheFolder() {
  if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/') {
    return fs::path(cache) / "spanproof";
  }
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr && *home != '\0' ? home : "/tmp") / ".cache/spanproof";
}

Expected<std::unique_ptr<WinePrefix>> WinePrefix::Open(
    const Wine& wine, const std::optional<fs::path>& given,
    const std::function<void(const std::string&)>& told, int cancel) {
  std::unique_ptr<WinePrefix> prefix(new WinePrefix(wine, cancel));
  std::error_code error;
  if (given) {
    const fs::path path = fs::absolute(*given);
    fs::create_directories(path.parent_path(), error);
    if (!prefix->TryLock(path)) {
      return Fail(ErrorCode::kInvalidArgument,
                  "the prefix " + path.string() + " is in use or cannot be locked");
    }
  } else {
    const fs::path folder = CacheFolder();
    fs::create_directories(folder, error);
    const std::string name = "wine-" + wine.version + "-" + ShortHash(wine.root.string() + wine.loader64.string());
    for (int number = 1; number <= kPrefixes && prefix->lock_ < 0; ++number) {
      prefix->TryLock(folder / (name + "-" + std::to_string(number)));
    }
    if (prefix->lock_ < 0) {
      return Fail(ErrorCode::kInvalidArgument, "no prefix could be locked in " + folder.string());
    }
  }
  if (auto made = prefix->Make(told); !made) return tl::unexpected(made.error());
  if (auto started = prefix->StartServer(); !started) return tl::unexpected(started.error());
  return prefix;
}

WinePrefix::~WinePrefix() {
  if (server_) EndServer();
  if (lock_ >= 0) close(lock_);
}

bool WinePrefix::TryLock(const fs::path& path) {
  const int lock = open((path.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return false;
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return false;
  }
  lock_ = lock;
  path_ = path;
  return true;
}

Expected<void> WinePrefix::Make(const std::function<void(const std::string&)>& told) {
  std::error_code error;
  // No fonts: nobody looks at what a DLL draws.
  std::ofstream fonts(FontsFile(path_), std::ios::trunc);
  fonts << "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\n<fontconfig/>\n";
  fonts.close();
  if (!fonts) return Fail(ErrorCode::kInvalidArgument, "cannot write " + FontsFile(path_).string());
  const fs::path made = path_.string() + ".made";
  if (fs::exists(made, error) && fs::exists(path_ / "system.reg", error)) return {};
  if (fs::exists(path_ / "system.reg", error)) {
    // Ours and half made, or somebody's own, which stays as it is.
    if (path_.parent_path() != CacheFolder()) return {};
    fs::remove_all(path_, error);
  }
  told("making a Wine prefix for wine-" + wine_.version + " (once): " + path_.string());
  fs::create_directories(path_, error);
  for (int attempt = 1;; ++attempt) {
    auto trouble = Boot();
    if (!trouble) return tl::unexpected(trouble.error());
    if (trouble->empty()) break;
    if (attempt == kBoots) return Fail(ErrorCode::kInternal, *trouble);
    told(*trouble + "; once more");
  }
  std::ofstream(made) << wine_.full_version << "\n";
  return {};
}

Expected<std::string> WinePrefix::Boot() {
  const auto environment = WineEnvironment(path_);
  // Kept until the server has ended by itself: it bears the child's mark, and
  // writes the registry when it ends.
  const auto child =
      ChildProcess::Start({wine_.Words(wine_.loader64, {"wineboot.exe", "--init"}), environment});
  if (!child) return tl::unexpected(child.error());
  const auto boot = AwaitCommand(child->get(), seconds(180), cancel_);
  if (!boot) {
    return Fail(boot.error().code, "wineboot in " + path_.string() + ": " + boot.error().message);
  }
  const auto waited = RunCommand({wine_.Words(wine_.server, {"-w"}), environment}, seconds(60), cancel_);
  if (!waited) return tl::unexpected(waited.error());
  if (boot->status.signalled || boot->status.code != 0) {
    return "wineboot " + boot->status.Spell() + ": " + boot->errors;
  }
  std::error_code error;
  if (!fs::exists(path_ / "system.reg", error)) return "wineboot left no prefix at " + path_.string();
  return {};
}

Expected<void> WinePrefix::KeepServer() {
  if (server_ && !server_->Wait(milliseconds(0))) return {};
  EndServer();
  return StartServer();
}

Expected<void> WinePrefix::StartServer() {
  const auto environment = WineEnvironment(path_);
  // The lock is ours, so a server that is there belongs to a runner that was killed.
  RunCommand({wine_.Words(wine_.server, {"-k"}), environment}, seconds(10));
  auto server = ChildProcess::Start({wine_.Words(wine_.server, {"-f", "-p"}), environment});
  if (!server) return tl::unexpected(server.error());
  server_ = std::move(*server);
  // A program that is faster than the server would start one of its own, see
  // that this one holds the lock, and wait for it: no need to know when it is up.
  if (const auto ended = server_->Wait(milliseconds(50))) {
    return Fail(ErrorCode::kInternal, "wineserver " + ended->Spell());
  }
  auto first = ChildProcess::Start({wine_.Words(wine_.loader64, {"cmd.exe", "/c", "exit"}), environment});
  if (!first) return tl::unexpected(first.error());
  first_ = std::move(*first);
  const auto started = AwaitCommand(first_.get(), seconds(120), cancel_);
  if (!started) return Fail(started.error().code, "Wine's first start: " + started.error().message);
  if (started->status.signalled || started->status.code != 0) {
    return Fail(ErrorCode::kInternal,
                "Wine's first start " + started->status.Spell() + ": " + started->errors);
  }
  return {};
}

void WinePrefix::EndServer() {
  if (server_) {
    RunCommand({wine_.Words(wine_.server, {"-k"}), WineEnvironment(path_)}, seconds(10));
    server_->Wait(seconds(5));
  }
  first_.reset();
  server_.reset();
}

}  // namespace spanproof
