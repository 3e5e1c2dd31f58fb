// SPDX-License-Identifier: MIT
#include "harness/model/read_json.h"

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "harness/model/read_file.h"

namespace spanproof {
namespace {

using nlohmann::json;

// Follows a parser, and keeps the place of the first member that stands twice.
class RepeatedMember {
 public:
  void Follow(json::parse_event_t event, const json& parsed) {
    using Event = json::parse_event_t;
    switch (event) {
      case Event::object_start:
      case Event::array_start: open_.push_back({event == Event::array_start, 0, {}, {}}); break;
      case Event::key: EnterMember(parsed.get<std::string>()); break;
      case Event::object_end:
      case Event::array_end: open_.pop_back(); [[fallthrough]];
      case Event::value:
        if (!open_.empty()) ++open_.back().index;
        break;
    }
  }

  const std::string& place() const { return place_; }  // empty: there is none

 private:
  struct Container {
    bool is_array;
    std::size_t index;
    std::string name;  // the member that is being read
    std::set<std::string> names;
  };

  void EnterMember(std::string name) {
    Container& object = open_.back();
    object.name = std::move(name);
    if (object.names.insert(object.name).second || !place_.empty()) return;
    for (const Container& each : open_) place_ += "/" + (each.is_array ? std::to_string(each.index) : each.name);
  }

  std::vector<Container> open_;
  std::string place_;
};

}  // namespace

Expected<json> ReadJson(const std::filesystem::path& path) {
  const auto text = ReadFile(path);
  if (!text) return tl::unexpected(text.error());
  RepeatedMember repeated;
  json document;
  try {
    document = json::parse(*text, [&](int, json::parse_event_t event, json& parsed) {
      repeated.Follow(event, parsed);
      return true;
    });
  } catch (const json::exception& bad) {
    const std::string why = bad.what();
    const auto tag = why.find("] ");  // the library's own name for the error
    return Fail(ErrorCode::kInvalidArgument,
                path.string() + ": /: is no JSON (" + (tag == std::string::npos ? why : why.substr(tag + 2)) + ")");
  }
  if (!repeated.place().empty()) {
    return Fail(ErrorCode::kInvalidArgument, path.string() + ": " + repeated.place() + ": stands twice in one object; keep one");
  }
  return document;
}

}  // namespace spanproof
