// SPDX-License-Identifier: MIT
#include <charconv>
#include <vector>

#include "harness/model/nearest.h"
#include "harness/model/type.h"

namespace spanproof {
namespace {

constexpr std::size_t kLongestSpelling = 512;
constexpr int kMostSuffixes = 16;
constexpr std::uint64_t kMostElements = std::uint64_t{1} << 32;

bool IsSpace(char c) { return c == ' ' || c == '\t'; }
bool IsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.';
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  void SkipSpace() {
    while (!rest_.empty() && IsSpace(rest_.front())) rest_.remove_prefix(1);
  }
  bool Take(char c) {
    SkipSpace();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view Word() {
    SkipSpace();
    std::size_t n = 0;
    while (n < rest_.size() && IsWord(rest_[n])) ++n;
    const std::string_view word = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return word;
  }
  bool AtEnd() {
    SkipSpace();
    return rest_.empty();
  }

 private:
  std::string_view rest_;
};

}  // namespace

Expected<TypeId> TypeTable::Parse(std::string_view spelling) {
  const auto bad = [&](const std::string& why) {
    return Fail(ErrorCode::kInvalidArgument,
                "type \"" + std::string(spelling.substr(0, 80)) + "\" " + why);
  };
  if (spelling.size() > kLongestSpelling) return bad("is too long");

  Cursor cursor(spelling);
  std::string base;
  for (std::string_view word = cursor.Word(); !word.empty(); word = cursor.Word()) {
    // The qualifier changes nothing that crosses a call.
    if (word == "const" || word == "struct" || word == "union") continue;
    if (!base.empty()) base += ' ';
    base += word;
  }
  if (base.empty()) return bad("names no type; write for example \"int\" or \"float*\"");
  const auto known = by_spelling_.find(base);
  if (known == by_spelling_.end()) {
    std::vector<std::string> names;
    for (const auto& [name, id] : by_spelling_) names.push_back(name);
    return bad("names an unknown type \"" + base + "\"" + DidYouMean(base, names));
  }

  TypeId id = known->second;
  bool flexible = false;
  for (int suffixes = 0; !cursor.AtEnd(); ++suffixes) {
    if (suffixes == kMostSuffixes) return bad("has too many suffixes");
    if (flexible) return bad("goes on after []; only a whole member is a flexible array");
    if (cursor.Take('*')) {
      id = PointerTo(id);
      const std::string_view word = cursor.Word();
      if (!word.empty() && word != "const") return bad("has a name after *; write the type alone");
      continue;
    }
    std::vector<std::uint64_t> dimensions;
    while (cursor.Take('[')) {
      // The outermost dimension, which C writes first, may be left open.
      if (dimensions.empty() && cursor.Take(']')) {
        flexible = true;
        dimensions.push_back(0);
        continue;
      }
      const std::string_view digits = cursor.Word();
      std::uint64_t count = 0;
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
      if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() ||
          count == 0 || count > kMostElements || !cursor.Take(']')) {
        return bad("has a bad array length; write a number from 1 to 4294967296");
      }
      dimensions.push_back(count);
    }
    if (dimensions.empty()) return bad("ends with something that is no type suffix (* or [n])");
    if (dimensions.size() > kMostSuffixes) return bad("has too many dimensions");
    if (types_[id].kind == Kind::kVoid) {
      return bad("is an array of something that has no size; use an array of pointers");
    }
    for (auto at = dimensions.rbegin(); at != dimensions.rend(); ++at) id = ArrayOf(id, *at);
  }
  return id;
}

}  // namespace spanproof
