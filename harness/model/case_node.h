// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/error.h"

namespace spanproof {

// Thrown by what reads a case file, and caught by LoadCaseFile: it never
// leaves the loader, whose readers would drown in error plumbing otherwise.
struct CaseFileError {
  std::string message;  // file, JSON pointer, what was wrong, what to write
};

// One place in a case file, for reading it strictly. A view: the document and
// the file name outlive it.
class Node {
 public:
  Node(const std::string& file, const nlohmann::json& document)
      : file_(&file), json_(&document) {}

  [[noreturn]] void Bad(const std::string& why) const;

  // Refuses members that are not listed, and names the nearest that is.
  void AllowOnly(std::initializer_list<const char*> names) const;

  Node At(const std::string& name) const;  // must be there
  std::optional<Node> Find(const std::string& name) const;
  bool Has(const std::string& name) const { return Find(name).has_value(); }
  std::vector<Node> Elements() const;      // of a list
  std::vector<std::pair<std::string, Node>> Members() const;  // of an object, by name

  std::string Text() const;
  std::string TextOr(const std::string& name, std::string otherwise) const;
  bool Flag(const std::string& name) const;  // false when absent
  std::uint64_t Number(std::uint64_t most) const;  // also as "0x…"

  const nlohmann::json& json() const { return *json_; }

 private:
  Node(const std::string* file, const nlohmann::json* json, std::string pointer)
      : file_(file), json_(json), pointer_(std::move(pointer)) {}
  Node Child(const nlohmann::json& json, const std::string& name) const {
    return Node(file_, &json, pointer_ + "/" + name);
  }

  const std::string* file_;
  const nlohmann::json* json_;
  std::string pointer_;
};

}  // namespace spanproof
