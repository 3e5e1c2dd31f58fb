// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "harness/model/nearest.h"
#include "harness/model/value_json.h"

namespace spanproof {
namespace {

using nlohmann::json;

constexpr std::size_t kMostSegments = 32;
constexpr std::size_t kMostLengths = 32;
constexpr std::size_t kLongestFunc = 1024;

tl::unexpected<Error> Bad(const std::string& why) { return Fail(ErrorCode::kInvalidArgument, why); }

}  // namespace

json EncodePath(const Path& path) {
  json out = json::array();
  if (path.root == Path::kResult) {
    out.push_back("r");
  } else {
    out.push_back(path.root);
  }
  for (const auto& segment : path.segments) {
    std::visit([&](const auto& part) { out.push_back(part); }, segment);
  }
  return out;
}

Expected<Path> DecodePath(const json& in) {
  if (!in.is_array() || in.empty() || in.size() > kMostSegments) {
    return Bad("a path is a list like [0, \"data\"] or [\"r\"]");
  }
  Path path;
  if (in[0].is_string() && in[0] == "r") {
    path.root = Path::kResult;
  } else if (in[0].is_number_integer() && in[0] >= 0 && in[0] < 256) {
    path.root = in[0].get<int>();
  } else {
    return Bad("a path begins with an argument's index or \"r\", not " + in[0].dump().substr(0, 40));
  }
  for (std::size_t i = 1; i < in.size(); ++i) {
    if (const auto* name = in[i].get_ptr<const json::string_t*>()) {
      path.segments.emplace_back(*name);
    } else if (in[i].is_number_integer()) {
      path.segments.emplace_back(in[i].get<std::int64_t>());
    } else {
      return Bad("a path's segment is a member's name or an index, not " + in[i].dump().substr(0, 40));
    }
  }
  return path;
}

std::string Spell(const Path& path) { return EncodePath(path).dump(-1, ' ', false, json::error_handler_t::replace); }

json EncodeDirective(const Directive& directive) {
  json out = {{"pointer", EncodePath(directive.pointer)}};
  if (!directive.length.empty()) {
    json lengths = json::array();
    for (const Path& length : directive.length) lengths.push_back(EncodePath(length));
    out["length"] = std::move(lengths);
  }
  if (!directive.func.empty()) out["func"] = directive.func;
  if (!directive.type.empty()) out["type"] = directive.type;
  if (directive.null) out["null"] = true;
  if (directive.unic) out["unic"] = true;
  return out;
}

Expected<Directive> DecodeDirective(const json& in) {
  static const std::vector<std::string> kKnown = {"pointer", "length", "func", "type", "null", "unic"};
  if (!in.is_object()) return Bad("a memsync directive is an object with \"pointer\" and \"length\" or \"null\"");
  Directive directive;
  bool has_pointer = false;
  for (const auto& [key, value] : in.items()) {
    if (key == "pointer") {
      auto path = DecodePath(value);
      if (!path) return tl::unexpected(path.error());
      directive.pointer = std::move(*path);
      has_pointer = true;
    } else if (key == "length") {
      // One path, or a list of paths: the first element tells.
      const bool list = value.is_array() && !value.empty() && value[0].is_array();
      const json paths = list ? value : json::array({value});
      if (paths.size() > kMostLengths) return Bad("a memsync directive has too many lengths");
      for (const json& element : paths) {
        auto path = DecodePath(element);
        if (!path) return tl::unexpected(path.error());
        directive.length.push_back(std::move(*path));
      }
    } else if (key == "func" || key == "type") {
      const auto* text = value.get_ptr<const json::string_t*>();
      if (text == nullptr || text->size() > kLongestFunc) return Bad("\"" + key + "\" of a memsync directive is a text");
      (key == "func" ? directive.func : directive.type) = *text;
    } else if (key == "null" || key == "unic") {
      if (!value.is_boolean()) return Bad("\"" + key + "\" of a memsync directive is true or false");
      (key == "null" ? directive.null : directive.unic) = value.get<bool>();
    } else {
      return Bad("unknown member \"" + key.substr(0, 40) + "\" of a memsync directive" + DidYouMean(key, kKnown));
    }
  }
  if (!has_pointer) return Bad("a memsync directive needs \"pointer\", a path like [0, \"data\"]");
  return directive;
}

Expected<void> CheckDirective(const Directive& directive) {
  if (directive.null != directive.length.empty()) {
    return Bad("a memsync directive needs either \"length\" or \"null\": true");
  }
  if (directive.length.size() > 1 && directive.func.empty()) {
    return Bad("a memsync directive with several lengths needs \"func\"");
  }
  return {};
}

}  // namespace spanproof
