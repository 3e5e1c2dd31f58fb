// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/run/wine.h"
#include "harness/testee/child_process.h"

namespace spanproof {

// The environment of every program under Wine: with LC_ALL=C non-ASCII paths
// fail with 126, without the overrides a new prefix asks for downloads, and what
// looks for fonts and displays talks.
std::vector<std::pair<std::string, std::string>> WineEnvironment(
    const std::filesystem::path& prefix);

// A prefix that is ours alone, with its wineserver kept running. Made once per
// Wine, below $XDG_CACHE_HOME/spanproof; a second runner takes another number.
// Its end ends the server and with it every program in the prefix.
class WinePrefix {
 public:
  // `told` gets a line when something takes long. A prefix that is given is
  // made if it is not there, and otherwise used as it is.
  static Expected<std::unique_ptr<WinePrefix>> Open(
      const Wine& wine, const std::optional<std::filesystem::path>& given,
      const std::function<void(const std::string&)>& told, int cancel);
  ~WinePrefix();
  WinePrefix(const WinePrefix&) = delete;
  WinePrefix& operator=(const WinePrefix&) = delete;

  const std::filesystem::path& path() const { return path_; }

  // Starts the server again should it have died; cheap while it lives.
  Expected<void> KeepServer();

 private:
  WinePrefix(const Wine& wine, int cancel) : wine_(wine), cancel_(cancel) {}
  bool TryLock(const std::filesystem::path& path);
  Expected<void> Make(const std::function<void(const std::string&)>& told);
  // One wineboot, from its start to the end of its server. What went wrong with it; empty: nothing.
  Expected<std::string> Boot();
  Expected<void> StartServer();
  void EndServer();

  Wine wine_;
  int cancel_;
  std::filesystem::path path_;
  int lock_ = -1;
  std::unique_ptr<ChildProcess> server_;
  std::unique_ptr<ChildProcess> first_;  // what made Wine start its services, kept for their mark
};

// $XDG_CACHE_HOME/spanproof or ~/.cache/spanproof.
std::filesystem::path CacheFolder();

}  // namespace spanproof
