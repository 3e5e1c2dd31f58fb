// SPDX-License-Identifier: MIT
#include "harness/model/case_node.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "harness/model/nearest.h"

namespace spanproof {

using nlohmann::json;

void Node::Bad(const std::string& why) const {
  throw CaseFileError{*file_ + ": " + (pointer_.empty() ? "/" : pointer_) + ": " + why};
}

void Node::AllowOnly(std::initializer_list<const char*> names) const {
  if (!json_->is_object()) Bad("must be an object {…}");
  const std::vector<std::string> known(names.begin(), names.end());
  for (const auto& [name, value] : json_->items()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string all;
    for (const std::string& each : known) all += (all.empty() ? "" : ", ") + each;
    const std::string guess = DidYouMean(name, known);
    Bad("unknown member \"" + name + "\"" + (guess.empty() ? "; allowed are " + all : guess));
  }
}

Node Node::At(const std::string& name) const {
  auto child = Find(name);
  if (!child) Bad("needs a member \"" + name + "\"");
  return *child;
}

std::optional<Node> Node::Find(const std::string& name) const {
  if (!json_->is_object()) Bad("must be an object {…}");
  const auto at = json_->find(name);
  if (at == json_->end()) return std::nullopt;
  return Child(*at, name);
}

std::vector<Node> Node::Elements() const {
  if (!json_->is_array()) Bad("must be a list […]");
  std::vector<Node> out;
  for (std::size_t i = 0; i < json_->size(); ++i) out.push_back(Child((*json_)[i], std::to_string(i)));
  return out;
}

std::vector<std::pair<std::string, Node>> Node::Members() const {
  if (!json_->is_object()) Bad("must be an object {…}");
  std::vector<std::pair<std::string, Node>> out;
  for (const auto& [name, value] : json_->items()) out.emplace_back(name, Child(value, name));
  return out;
}

std::string Node::Text() const {
  if (!json_->is_string()) Bad("must be a text \"…\"");
  return json_->get<std::string>();
}

std::string Node::TextOr(const std::string& name, std::string otherwise) const {
  const auto child = Find(name);
  return child ? child->Text() : std::move(otherwise);
}

bool Node::Flag(const std::string& name) const {
  const auto child = Find(name);
  if (!child) return false;
  if (!child->json_->is_boolean()) child->Bad("must be true or false");
  return child->json_->get<bool>();
}

std::uint64_t Node::Number(std::uint64_t most) const {
  std::uint64_t number = 0;
  if (json_->is_number_unsigned()) {
    number = json_->get<std::uint64_t>();
  } else if (const auto* text = json_->get_ptr<const json::string_t*>();
             text != nullptr && text->starts_with("0x")) {
    const char* end = text->data() + text->size();
    const auto [at, error] = std::from_chars(text->data() + 2, end, number, 16);
    if (error != std::errc() || at != end) Bad("must be a number or \"0x…\"");
  } else {
    Bad("must be a number from 0, or \"0x…\"");
  }
  if (number > most) Bad("is larger than " + std::to_string(most));
  return number;
}

}  // namespace spanproof
