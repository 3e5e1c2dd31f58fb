// SPDX-License-Identifier: MIT
#include "harness/model/topics.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/model/case_node.h"
#include "harness/model/read_json.h"

namespace spanproof {
namespace {

const std::vector<std::string> kArchitectures = {"win64", "win32"};

Topic ReadTopic(const Node& node, const std::string& area) {
  node.AllowOnly({"key", "arch", "catches", "scripted"});
  Topic topic{node.At("key").Text(), area, kArchitectures, node.At("catches").Text(), {}};
  if (const auto scripted = node.Find("scripted")) {
    topic.scripted = scripted->Text();
    if (topic.scripted.empty()) scripted->Bad("must be the name of a test; leave it out where cases are owed");
  }
  if (!topic.key.starts_with(area + ".") || topic.key.size() == area.size() + 1)
    node.At("key").Bad("must begin with its area, as in \"" + area + ".some_words\"");
  const auto arch = node.Find("arch");
  if (!arch) return topic;
  topic.arch.clear();
  for (const Node& each : arch->Elements()) {
    topic.arch.push_back(each.Text());
    if (std::find(kArchitectures.begin(), kArchitectures.end(), topic.arch.back()) == kArchitectures.end())
      each.Bad("must be \"win64\" or \"win32\"");
  }
  if (topic.arch.empty()) arch->Bad("names no architecture; leave it out for all");
  return topic;
}

bool RunsOn(const When& when, const std::string& arch) {
  const auto allows = [](const std::vector<std::string>& list, auto matches) {
    return list.empty() || std::any_of(list.begin(), list.end(), matches);
  };
  return allows(when.arch, [&](const std::string& one) { return one == arch; }) &&
         allows(when.abi, [&](const std::string& one) { return one.starts_with(arch + "-"); });
}

}  // namespace

Expected<std::vector<Topic>> LoadTopics(const std::filesystem::path& file) {
  const std::string name = file.string();
  const auto document = ReadJson(file);
  if (!document) return tl::unexpected(document.error());
  try {
    const Node root(name, *document);
    root.AllowOnly({"about", "areas"});
    std::vector<Topic> topics;
    std::set<std::string> keys;
    for (const Node& area : root.At("areas").Elements()) {
      area.AllowOnly({"area", "topics"});
      for (const Node& node : area.At("topics").Elements()) {
        topics.push_back(ReadTopic(node, area.At("area").Text()));
        if (!keys.insert(topics.back().key).second) node.At("key").Bad("is listed twice");
      }
    }
    return topics;
  } catch (const CaseFileError& bad) {
    return Fail(ErrorCode::kInvalidArgument, bad.message);
  }
}

const Topic* TopicOf(const std::vector<Topic>& topics, std::string_view id) {
  const Topic* found = nullptr;
  for (const Topic& topic : topics) {
    const bool matches = id.size() > topic.key.size() && id[topic.key.size()] == '.' && id.starts_with(topic.key);
    if (matches && (found == nullptr || topic.key.size() > found->key.size())) found = &topic;
  }
  return found;
}

std::size_t CountCases(const std::vector<CaseFile>& files, const std::vector<Topic>& topics,
                       const Topic& topic, const std::string& arch) {
  std::size_t count = 0;
  for (const CaseFile& file : files) {
    count += static_cast<std::size_t>(std::count_if(file.cases.begin(), file.cases.end(), [&](const Case& one) {
      return RunsOn(one.when, arch) && TopicOf(topics, one.id) == &topic;
    }));
  }
  return count;
}

}  // namespace spanproof
