// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/record.h"
#include "harness/model/value.h"

namespace spanproof {

// A spot in a call, for people: "argument 0 .data[17]", "result", "text 1". The
// root stands alone where the whole of it is meant. Arguments and elements
// count from 0 as in C and memsync, steps, callbacks and texts from 1.
struct Place {
  std::string root;
  std::string path;

  Place Member(std::string_view name) const;
  Place Element(std::size_t index) const;
  std::string Spell() const;  // "argument 0 .data[17]"
};

struct Difference {
  std::string place;
  std::string left;
  std::string right;

  std::string Spell() const;  // "argument 0 [3]: 3 against 4"
  bool operator==(const Difference&) const = default;
};

// Names an object by the argument through which the DLL reaches it, so that
// `pixels`, pointed at by member `data` of what argument 0 points at, is
// "argument 0 .data". An object that no pointer reaches at its first byte is
// "object pixels". The first path found wins, shorter paths before longer.
class PlaceNames {
 public:
  PlaceNames(std::span<const Value> arguments, std::span<const NamedValue> objects);
  Place NameObject(const std::string& object) const;

 private:
  std::map<std::string, Place, std::less<>> places_;
};

// [0,"data"] is Place{"argument 0", ".data"}; dereferences leave no mark.
Place PlaceOf(const Path& path);

// Appends what differs, deepest place first found, until `out` holds `limit`.
// A packed array equals an array of the same scalars. Integers of different
// widths are equal when their numbers are (a `long` is 4 or 8 bytes); opaque
// addresses are never compared with one another.
void FindDifferences(const Value& left, const Value& right, const Place& place,
                     std::size_t limit, std::vector<Difference>* out);

// The same, but `right` may have members that `left` does not say: what is
// expected of a union names the member that counts.
void FindUnmet(const Value& left, const Value& right, const Place& place, std::size_t limit,
               std::vector<Difference>* out);

// The text with what does not print escaped, in double quotes, cut to a line.
std::string Quote(std::string_view bytes);

}  // namespace spanproof
