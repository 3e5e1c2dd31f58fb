// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/bulk.h"

#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/model/value_json.h"
#include "harness/testee/sdk/local_path.h"

namespace spanproof {
namespace {

using nlohmann::json;

constexpr std::size_t kLargestInline = 64 << 10;
constexpr std::uint64_t kLargestArray = std::uint64_t{1} << 31;

tl::unexpected<Error> Bad(const std::string& text, const std::string& why) {
  return Fail(ErrorCode::kCorrupt, "value \"" + text.substr(0, 64) + "\" " + why);
}

bool ReadNumber(std::string_view text, std::uint64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

bool FillPattern(const std::string& name, std::uint64_t seed, std::vector<std::uint8_t>* bytes) {
  if (name == "zero") return true;
  if (name == "counter") {
    for (std::size_t i = 0; i < bytes->size(); ++i) (*bytes)[i] = static_cast<std::uint8_t>(i + seed);
    return true;
  }
  if (name == "xorshift") {
    std::uint64_t state = seed == 0 ? 1 : seed;
    for (std::size_t i = 0; i < bytes->size(); ++i) {
      if (i % 8 == 0) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
      }
      (*bytes)[i] = static_cast<std::uint8_t>(state >> (8 * (i % 8)));
    }
    return true;
  }
  return false;
}

// "TAG[n]@how": an empty array of the tag tells kind and width.
Expected<Value> DecodeBulk(const std::string& text, std::size_t at_sign) {
  const std::size_t bracket = text.find('[');
  if (bracket == std::string::npos || bracket > at_sign) return Bad(text, "has no count");
  auto empty = DecodeValue(json(text.substr(0, bracket) + "[0]:"));
  if (!empty) return empty;
  auto& packed = std::get<Packed>(empty->data);
  std::uint64_t count = 0;
  if (!ReadNumber(std::string_view(text).substr(bracket + 1, at_sign - bracket - 2), &count) ||
      count > kLargestArray / packed.width) {
    return Bad(text, "has a bad count");
  }
  packed.bytes.resize(count * packed.width);
  const std::string how = text.substr(at_sign + 1);
  if (how.starts_with("file:")) {
    std::ifstream file(LocalPath(how.substr(5)), std::ios::binary);
    file.read(reinterpret_cast<char*>(packed.bytes.data()), static_cast<std::streamsize>(packed.bytes.size()));
    if (!file || file.peek() != std::ifstream::traits_type::eof()) {
      return Bad(text, "names a file that cannot be read or has another size");
    }
    return empty;
  }
  const std::size_t colon = how.rfind(':');
  std::uint64_t seed = 0;
  if (!how.starts_with("pattern:") || colon < 8 || !ReadNumber(std::string_view(how).substr(colon + 1), &seed) ||
      !FillPattern(how.substr(8, colon - 8), seed, &packed.bytes)) {
    return Bad(text, "names no pattern; use zero, counter or xorshift, and a seed");
  }
  return empty;
}

}  // namespace

Expected<Value> Bulk::Decode(const json& in) const {
  return DecodeValue(in, [](const json& said) {
    const auto& text = said.get_ref<const std::string&>();
    const std::size_t at_sign = text.find("]@");
    const std::size_t colon = text.find(':');
    // Only a tag's count can stand before the @: names of objects may hold one.
    if (at_sign != std::string::npos && at_sign < colon) return DecodeBulk(text, at_sign + 1);
    return DecodeValue(said);
  });
}

Expected<json> Bulk::WriteFile(const Packed& packed) {
  const std::string path = folder_ + "/testee-" + std::to_string(next_file_++) + ".bin";
  std::ofstream file(LocalPath(path), std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(packed.bytes.data()), static_cast<std::streamsize>(packed.bytes.size()));
  file.close();
  if (!file) return Fail(ErrorCode::kInternal, "the side file " + path + " cannot be written");
  return json(std::string(Tag(packed.kind, packed.width)) + "[" +
              std::to_string(packed.bytes.size() / packed.width) + "]@file:" + path);
}

Expected<json> Bulk::Encode(const Value& value) {
  if (const auto* packed = std::get_if<Packed>(&value.data)) {
    if (packed->bytes.size() > kLargestInline && !folder_.empty()) return WriteFile(*packed);
  } else if (const auto* array = std::get_if<Array>(&value.data)) {
    json out = json::array();
    for (const Value& element : array->elements) {
      auto encoded = Encode(element);
      if (!encoded) return encoded;
      out.push_back(std::move(*encoded));
    }
    return out;
  } else if (const auto* record = std::get_if<Record>(&value.data)) {
    json out = json::object();
    for (const auto& [name, member] : record->fields) {
      auto encoded = Encode(member);
      if (!encoded) return encoded;
      out[name] = std::move(*encoded);
    }
    return out;
  }
  return EncodeValue(value);
}

}  // namespace spanproof
