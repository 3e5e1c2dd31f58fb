// SPDX-License-Identifier: MIT
#include "harness/model/place.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace spanproof {
namespace {

constexpr std::size_t kQuoted = 120;  // bytes of a text that a message shows

std::uint64_t Extended(const Scalar& scalar) {
  if (scalar.width >= 8 || scalar.width == 0) return scalar.bits;
  const unsigned shift = 64 - 8u * scalar.width;
  const std::uint64_t high = scalar.bits << shift;
  return IsSigned(scalar.kind)
             ? static_cast<std::uint64_t>(static_cast<std::int64_t>(high) >> shift)
             : high >> shift;
}

bool SameScalar(const Scalar& left, const Scalar& right) {
  if (IsFloating(left.kind) != IsFloating(right.kind)) return false;
  if (left.width == right.width) return left.bits == right.bits && left.high == right.high;
  return !IsFloating(left.kind) && Extended(left) == Extended(right);
}

std::optional<std::size_t> ElementCount(const Value& value) {
  if (const auto* packed = std::get_if<Packed>(&value.data)) {
    return packed->width == 0 ? 0 : packed->bytes.size() / packed->width;
  }
  if (const auto* array = std::get_if<Array>(&value.data)) return array->elements.size();
  return std::nullopt;
}

Value ElementAt(const Value& value, std::size_t index) {
  if (const auto* array = std::get_if<Array>(&value.data)) return array->elements[index];
  return Value{ElementOf(std::get<Packed>(value.data), index)};
}

enum class More : std::uint8_t { kDiffers, kAllowed };  // members of the right alone

void Find(const Value& left, const Value& right, const Place& place, More more,
          std::size_t limit, std::vector<Difference>* out);

void FindInSequences(const Value& left, const Value& right, const Place& place, More more,
                     std::size_t limit, std::vector<Difference>* out) {
  if (left == right) return;
  const std::size_t left_count = *ElementCount(left), right_count = *ElementCount(right);
  if (left_count != right_count) {
    out->push_back({place.Spell(), std::to_string(left_count) + " elements",
                    std::to_string(right_count) + " elements"});
    return;
  }
  for (std::size_t index = 0; index < left_count && out->size() < limit; ++index) {
    Find(ElementAt(left, index), ElementAt(right, index), place.Element(index), more, limit, out);
  }
}

const Value* FindMember(const Record& record, const std::string& name) {
  const auto found = std::find_if(record.fields.begin(), record.fields.end(),
                                  [&name](const auto& field) { return field.first == name; });
  return found == record.fields.end() ? nullptr : &found->second;
}

// Members by their names: JSON does not keep their order.
void FindInRecords(const Record& left, const Record& right, const Place& place, More more,
                   std::size_t limit, std::vector<Difference>* out) {
  for (const auto& [name, value] : left.fields) {
    const Value* other = FindMember(right, name);
    if (out->size() >= limit) return;
    if (other == nullptr) {
      out->push_back({place.Member(name).Spell(), Show(value), "nothing"});
    } else {
      Find(value, *other, place.Member(name), more, limit, out);
    }
  }
  if (more == More::kAllowed) return;
  for (const auto& [name, value] : right.fields) {
    if (out->size() >= limit || FindMember(left, name) != nullptr) continue;
    out->push_back({place.Member(name).Spell(), "nothing", Show(value)});
  }
}

void Find(const Value& left, const Value& right, const Place& place, More more,
          std::size_t limit, std::vector<Difference>* out) {
  if (out->size() >= limit) return;
  if (ElementCount(left) && ElementCount(right)) {
    FindInSequences(left, right, place, more, limit, out);
    return;
  }
  const auto* left_record = std::get_if<Record>(&left.data);
  const auto* right_record = std::get_if<Record>(&right.data);
  if (left_record != nullptr && right_record != nullptr) {
    FindInRecords(*left_record, *right_record, place, more, limit, out);
    return;
  }
  const auto* left_scalar = std::get_if<Scalar>(&left.data);
  const auto* right_scalar = std::get_if<Scalar>(&right.data);
  const bool same = left_scalar != nullptr && right_scalar != nullptr
                        ? SameScalar(*left_scalar, *right_scalar)
                        : left == right;
  if (!same) out->push_back({place.Spell(), Show(left), Show(right)});
}

}  // namespace

Place Place::Member(std::string_view name) const {
  return {root, path + "." + std::string(name)};
}

Place Place::Element(std::size_t index) const {
  return {root, path + "[" + std::to_string(index) + "]"};
}

std::string Place::Spell() const { return path.empty() ? root : root + " " + path; }

std::string Difference::Spell() const { return place + ": " + left + " against " + right; }

PlaceNames::PlaceNames(std::span<const Value> arguments, std::span<const NamedValue> objects) {
  std::map<std::string_view, const Value*> by_name;
  for (const NamedValue& object : objects) by_name.emplace(object.name, &object.value);

  std::deque<std::pair<const Value*, Place>> open;
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    open.emplace_back(&arguments[index], Place{"argument " + std::to_string(index), ""});
  }
  while (!open.empty()) {
    const auto [value, place] = open.front();
    open.pop_front();
    if (const auto* pointer = std::get_if<Pointer>(&value->data)) {
      if (pointer->to != Pointer::To::kObject || pointer->offset != 0) continue;
      const auto object = by_name.find(pointer->name);
      if (object == by_name.end()) continue;
      if (places_.emplace(pointer->name, place).second) open.emplace_back(object->second, place);
    } else if (const auto* record = std::get_if<Record>(&value->data)) {
      for (const auto& [name, member] : record->fields) {
        open.emplace_back(&member, place.Member(name));
      }
    } else if (const auto* array = std::get_if<Array>(&value->data)) {
      for (std::size_t index = 0; index < array->elements.size(); ++index) {
        open.emplace_back(&array->elements[index], place.Element(index));
      }
    }
  }
}

Place PlaceNames::NameObject(const std::string& object) const {
  const auto found = places_.find(object);
  return found == places_.end() ? Place{"object " + object, ""} : found->second;
}

Place PlaceOf(const Path& path) {
  Place place{path.root == Path::kResult ? "result" : "argument " + std::to_string(path.root), ""};
  for (const auto& segment : path.segments) {
    if (const auto* name = std::get_if<std::string>(&segment)) {
      place = place.Member(*name);
    } else if (const std::int64_t index = std::get<std::int64_t>(segment); index >= 0) {
      place = place.Element(static_cast<std::size_t>(index));
    }
  }
  return place;
}

void FindDifferences(const Value& left, const Value& right, const Place& place,
                     std::size_t limit, std::vector<Difference>* out) {
  Find(left, right, place, More::kDiffers, limit, out);
}

void FindUnmet(const Value& left, const Value& right, const Place& place, std::size_t limit,
               std::vector<Difference>* out) {
  Find(left, right, place, More::kAllowed, limit, out);
}

std::string Quote(std::string_view bytes) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (const char byte : bytes.substr(0, kQuoted)) {
    const auto unit = static_cast<unsigned char>(byte);
    if (byte == '\n') {
      quoted += "\\n";
    } else if (byte == '\r') {
      quoted += "\\r";
    } else if (byte == '"' || byte == '\\') {
      quoted += {'\\', byte};
    } else if (unit < 0x20 || unit >= 0x7f) {
      quoted += {'\\', 'x', kHex[unit >> 4], kHex[unit & 15]};
    } else {
      quoted += byte;
    }
  }
  quoted += '"';
  if (bytes.size() > kQuoted) quoted += "... (" + std::to_string(bytes.size()) + " bytes)";
  return quoted;
}

}  // namespace spanproof
