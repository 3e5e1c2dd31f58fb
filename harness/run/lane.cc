// SPDX-License-Identifier: MIT
#include "harness/run/lane.h"

#include <unistd.h>

#include <algorithm>

#include "harness/run/condition.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;

// The files that the command needs, as far as its words name files of ours.
std::string MissingFile(const TesteeManifest& testee, const std::string& architecture,
                        const Installation& installation) {
  const Placeholders values{{"bin", {installation.bin().string()}},
                            {"libexec", {installation.libexec().string()}},
                            {"pe", {installation.pe(architecture).string()}},
                            {"wine", {""}},
                            {"wine64", {""}},
                            {"arch", {architecture}},
                            {"prefix", {""}}};
  const auto command = CommandOf(testee, values);
  if (!command) return command.error().message;
  std::error_code error;
  for (const std::string& word : command->arguments) {
    if (word.starts_with(installation.root.string()) && !fs::exists(word, error)) {
      return word + " is missing";
    }
  }
  return {};
}

bool Names(const std::string& name, const Lane& lane) {
  const std::string full = lane.Name();
  const std::string brief = lane.testee.name + "/" + lane.architecture;
  const std::string placed = full.substr(0, full.rfind('/'));
  return MatchGlob(name, full) || MatchGlob(name, brief) || MatchGlob(name, placed) ||
         MatchGlob(name, lane.testee.name);
}

}  // namespace

std::string Lane::Name() const {
  return testee.name + "@" + (wine ? "wine-" + wine->label : "linux") + "/" + architecture;
}

Lanes FindLanes(const std::vector<TesteeManifest>& testees, const std::vector<Wine>& wines,
                const Installation& installation) {
  Lanes lanes;
  const auto add = [&](const TesteeManifest& testee, const std::string& architecture,
                       std::optional<Wine> wine) {
    const std::string what = testee.name + "/" + architecture + ": ";
    if (wine && wine->LoaderFor(architecture).empty()) {
      lanes.missing.push_back(what + "wine-" + wine->label + " has no " +
                              (architecture == "win32" ? "32-bit loader (package wine32:i386)"
                                                       : "64-bit loader (package wine64)"));
    } else if (const auto missing = MissingFile(testee, architecture, installation);
               !missing.empty()) {
      // Whatever Wine it is: said once.
      if (lanes.missing.empty() || lanes.missing.back() != what + missing) {
        lanes.missing.push_back(what + missing);
      }
    } else {
      lanes.available.push_back({testee, architecture, std::move(wine)});
    }
  };
  for (const TesteeManifest& testee : testees) {
    for (const std::string& architecture : testee.architectures) {
      if (!testee.uses_wine) {
        add(testee, architecture, std::nullopt);
        continue;
      }
      for (const Wine& wine : wines) add(testee, architecture, wine);
      if (wines.empty()) {
        lanes.missing.push_back(testee.name + "/" + architecture +
                                ": no Wine was found (package wine64)");
      }
    }
  }
  return lanes;
}

Expected<std::vector<Lane>> SelectLanes(const Lanes& lanes,
                                        const std::vector<std::string>& names) {
  std::vector<bool> chosen(lanes.available.size());
  for (const std::string& name : names) {
    bool found = false;
    for (std::size_t i = 0; i < lanes.available.size(); ++i) {
      if (!Names(name, lanes.available[i])) continue;
      chosen[i] = true;
      found = true;
    }
    if (found) continue;
    std::string message = "no lane is called " + name + "; there are:";
    if (lanes.available.empty()) message += " none";
    for (const Lane& lane : lanes.available) message += " " + lane.Name();
    for (const std::string& missing : lanes.missing) message += "; " + missing;
    return Fail(ErrorCode::kInvalidArgument, message);
  }
  std::vector<Lane> selected;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i]) selected.push_back(lanes.available[i]);
  }
  return selected;
}

std::vector<Lane> DefaultLanes(const Lanes& lanes) {
  std::vector<Lane> chosen;
  for (const Lane& lane : lanes.available) {
    if (lane.testee.name == "inproc") chosen.push_back(lane);
  }
  for (const Lane& lane : lanes.available) {
    if (lane.testee.name == "bridge") chosen.push_back(lane);
  }
  return chosen;
}

bool IsBaseline(const Lane& lane) {
  return lane.testee.name == "inproc" || lane.testee.name == "native";
}

}  // namespace spanproof
