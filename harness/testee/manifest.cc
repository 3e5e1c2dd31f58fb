// SPDX-License-Identifier: MIT
#include "harness/testee/manifest.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "harness/model/nearest.h"
#include "harness/model/read_json.h"

namespace spanproof {
namespace {

using nlohmann::json;

const std::vector<std::string> kMembers = {"about",   "kind",        "wine",         "architectures",
                                           "command", "environment", "capabilities", "path_style"};

Expected<std::vector<std::string>> Strings(const json& object, const char* name) {
  std::vector<std::string> strings;
  const auto found = object.find(name);
  if (found == object.end()) return strings;
  const bool good = found->is_array() && std::all_of(found->begin(), found->end(), [](const json& one) {
    return one.is_string();
  });
  if (!good) {
    return Fail(ErrorCode::kInvalidArgument,
                "\"" + std::string(name) + "\" must be a list of strings");
  }
  for (const json& one : *found) strings.push_back(one.get<std::string>());
  return strings;
}

std::string Text(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Expected<TesteeManifest> Decode(const json& object) {
  if (!object.is_object()) {
    return Fail(ErrorCode::kInvalidArgument, "a manifest is one JSON object");
  }
  for (const auto& [name, value] : object.items()) {
    if (std::find(kMembers.begin(), kMembers.end(), name) == kMembers.end()) {
      return Fail(ErrorCode::kInvalidArgument,
                  "unknown member \"" + name + "\"" + DidYouMean(name, kMembers));
    }
  }
  TesteeManifest manifest;
  manifest.about = Text(object, "about");
  manifest.kind = Text(object, "kind");
  manifest.uses_wine = object.value("wine", json(false)) == json(true);
  auto architectures = Strings(object, "architectures");
  auto command = Strings(object, "command");
  auto capabilities = Strings(object, "capabilities");
  for (const auto* list : {&architectures, &command, &capabilities}) {
    if (!*list) return tl::unexpected(list->error());
  }
  manifest.architectures = std::move(*architectures);
  manifest.command = std::move(*command);
  manifest.capabilities = std::move(*capabilities);
  if (manifest.command.empty() || manifest.architectures.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "\"command\" and \"architectures\" must say something");
  }
  if (const auto found = object.find("environment"); found != object.end()) {
    for (const auto& [name, value] : found->items()) {
      if (!value.is_string()) {
        return Fail(ErrorCode::kInvalidArgument, "\"environment\" holds strings");
      }
      manifest.environment.emplace_back(name, value.get<std::string>());
    }
  }
  const std::string style = Text(object, "path_style");
  if (!style.empty() && style != "wine" && style != "native") {
    return Fail(ErrorCode::kInvalidArgument, "\"path_style\" is \"wine\" or \"native\"");
  }
  manifest.paths = style == "wine" ? TesteeManifest::Paths::kWine : TesteeManifest::Paths::kNative;
  return manifest;
}

Expected<std::string> Filled(const std::string& text, const Placeholders& values) {
  std::string filled;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t close = text[at] == '{' ? text.find('}', at) : std::string::npos;
    if (close == std::string::npos) {
      filled += text[at++];
      continue;
    }
    const auto value = values.find(text.substr(at + 1, close - at - 1));
    if (value == values.end()) {
      return Fail(ErrorCode::kInvalidArgument,
                  "nothing is known for the placeholder " + text.substr(at, close - at + 1));
    }
    if (value->second.size() != 1) {
      return Fail(ErrorCode::kInvalidArgument,
                  "the placeholder " + text.substr(at, close - at + 1) + " stands for " +
                      std::to_string(value->second.size()) +
                      " words here: it must be a word of the command by itself");
    }
    filled += value->second[0];
    at = close + 1;
  }
  return filled;
}

}  // namespace

Expected<TesteeManifest> LoadManifest(const std::filesystem::path& file) {
  const auto object = ReadJson(file);
  if (!object) return tl::unexpected(object.error());
  auto manifest = Decode(*object);
  if (!manifest) {
    return Fail(manifest.error().code, file.string() + ": " + manifest.error().message);
  }
  manifest->name = file.stem().string();
  if (manifest->kind.empty()) manifest->kind = manifest->name;
  return manifest;
}

Expected<std::vector<TesteeManifest>> LoadManifests(const std::filesystem::path& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (error) {
    return Fail(ErrorCode::kInvalidArgument,
                "no testees at " + folder.string() + ": " + error.message());
  }
  std::sort(files.begin(), files.end());
  std::vector<TesteeManifest> manifests;
  for (const auto& file : files) {
    auto manifest = LoadManifest(file);
    if (!manifest) return tl::unexpected(manifest.error());
    manifests.push_back(std::move(*manifest));
  }
  return manifests;
}

Expected<Command> CommandOf(const TesteeManifest& manifest, const Placeholders& values) {
  Command command;
  for (const std::string& part : manifest.command) {
    if (part.size() > 2 && part.front() == '{' && part.back() == '}') {
      if (const auto whole = values.find(std::string_view(part).substr(1, part.size() - 2));
          whole != values.end()) {
        command.arguments.insert(command.arguments.end(), whole->second.begin(), whole->second.end());
        continue;
      }
    }
    auto filled = Filled(part, values);
    if (!filled) return Fail(filled.error().code, manifest.name + ": " + filled.error().message);
    command.arguments.push_back(std::move(*filled));
  }
  for (const auto& [name, value] : manifest.environment) {
    auto filled = Filled(value, values);
    if (!filled) return Fail(filled.error().code, manifest.name + ": " + filled.error().message);
    command.environment.emplace_back(name, std::move(*filled));
  }
  return command;
}

std::string PathFor(const TesteeManifest& manifest, const std::filesystem::path& path) {
  std::string said = path.string();
  if (manifest.paths == TesteeManifest::Paths::kNative || !path.is_absolute()) return said;
  std::replace(said.begin(), said.end(), '/', '\\');
  return "Z:" + said;
}

}  // namespace spanproof
