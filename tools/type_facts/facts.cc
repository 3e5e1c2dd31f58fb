// SPDX-License-Identifier: MIT
#include <fstream>
#include <iterator>
#include <ostream>
#include <stdexcept>

#include "tools/type_facts/c_source.h"

namespace type_facts {
namespace {

// The section's numbers, one after another; then objects, by their place.
class Section {
 public:
  explicit Section(const std::string& bytes) : bytes_(bytes) {}

  std::uint64_t Number() {
    const std::string four = Bytes(at_, 4);
    at_ += 4;
    std::uint64_t value = 0;
    for (int i = 3; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(four[static_cast<std::size_t>(i)]);
    return value;
  }
  std::string Bytes(std::uint64_t at, std::uint64_t count) const {
    if (count > bytes_.size() || at > bytes_.size() - count)
      throw std::runtime_error("the section ends at " + std::to_string(bytes_.size()) + ", and " + std::to_string(count) +
                               " bytes at " + std::to_string(at) + " are wanted: was it made from other types?");
    return bytes_.substr(at, count);
  }

 private:
  const std::string& bytes_;
  std::uint64_t at_ = 0;
};

std::string Hex(const std::string& bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) text += {kDigits[byte >> 4], kDigits[byte & 15]};
  return text;
}

}  // namespace

std::string ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

BitRange BitsOf(const std::string& pattern) {
  BitRange bits;
  bool found = false;
  for (std::uint64_t bit = 0; bit < pattern.size() * 4; ++bit) {
    // The second digit of a byte holds its lower bits.
    const std::string digit = pattern.substr((bit / 4) ^ 1, 1);
    if ((std::stoul(digit, nullptr, 16) >> bit % 4 & 1) == 0) continue;
    if (!found) bits.first = bit;
    bits.last = bit;
    found = true;
  }
  return bits;
}

std::vector<Facts> ReadSection(const std::vector<Described>& types, const std::string& bytes) {
  Section section(bytes);
  std::vector<Facts> all;
  for (const Described& type : types) {
    Facts facts;
    facts.size = section.Number();
    facts.align = section.Number();
    const auto flat = Flat(type, types);
    for (const FlatMember& member : flat)
      if (!member.bits) facts.offsets[member.name] = section.Number();
    // Objects of one type stand one after another.
    std::uint64_t object = section.Number();
    for (const FlatMember& member : flat) {
      if (!member.bits) continue;
      facts.patterns[member.name] = Hex(section.Bytes(object, facts.size));
      object += facts.size;
    }
    all.push_back(std::move(facts));
  }
  return all;
}

void WriteFacts(const std::vector<Described>& types, const std::vector<Facts>& facts, std::ostream& out) {
  for (std::size_t i = 0; i < types.size(); ++i) {
    out << "type " << types[i].name << ' ' << facts[i].size << ' ' << facts[i].align << '\n';
    for (const FlatMember& member : Flat(types[i], types)) {
      if (member.bits) out << "bits " << member.name << ' ' << facts[i].patterns.at(member.name) << '\n';
      else out << "member " << member.name << ' ' << facts[i].offsets.at(member.name) << '\n';
    }
  }
}

}  // namespace type_facts
