// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/error.h"
#include "harness/testee/child_process.h"

namespace spanproof {

// How a testee is started and what it claims: a file NAME.json in
// lib/spanproof/testees/ (MANIFESTS.md). With it any program that speaks
// TESTEE.md becomes a lane.
struct TesteeManifest {
  enum class Paths { kNative, kWine };  // kWine: /a/b is said as Z:\a\b

  std::string name;   // the file's
  std::string about;
  std::string kind;   // of the lane, for `when`: "bridge", "inproc"...
  bool uses_wine = false;
  std::vector<std::string> architectures;  // "win64", "win32", "linux64"
  std::vector<std::string> command;        // with placeholders {bin} {libexec} {pe} {wine} {wine64} {arch} {prefix}
  std::vector<std::pair<std::string, std::string>> environment;  // values with placeholders
  std::vector<std::string> capabilities;   // claimed; hello may only take away
  Paths paths = Paths::kNative;
};

// kInvalidArgument with the file and the member that is wrong.
Expected<TesteeManifest> LoadManifest(const std::filesystem::path& file);
Expected<std::vector<TesteeManifest>> LoadManifests(const std::filesystem::path& folder);

// What a placeholder stands for: mostly one word. One of several words can only
// be a word of the command by itself; the command is that much longer.
using Placeholders = std::map<std::string, std::vector<std::string>, std::less<>>;
// Fills the placeholders; kInvalidArgument for one that has no value here.
Expected<Command> CommandOf(const TesteeManifest& manifest, const Placeholders& values);

// The path as the testee must be given it.
std::string PathFor(const TesteeManifest& manifest, const std::filesystem::path& path);

}  // namespace spanproof
