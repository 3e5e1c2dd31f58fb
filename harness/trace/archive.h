// SPDX-License-Identifier: MIT
#pragma once

#include <cereal/archives/portable_binary.hpp>
#include <cereal/cereal.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/utility.hpp>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace spanproof {

// Thrown by BoundedInput and caught where a record ends; it leaves this folder
// never. `at` counts bytes from the start of the payload.
struct ArchiveError : std::runtime_error {
  ArchiveError(std::size_t at, const std::string& what) : std::runtime_error(what), at(at) {}
  std::size_t at;
};

// Reads what cereal's portable-binary archive writes, from memory, in which no
// length is believed: each is held against the bytes left before anything is
// allocated for it, since cereal's own archive resizes first.
class BoundedInput : public cereal::InputArchive<BoundedInput, cereal::AllowEmptyClassElision> {
 public:
  // `version` is that of the file the payload stands in.
  BoundedInput(std::span<const std::uint8_t> bytes, std::uint32_t version)
      : cereal::InputArchive<BoundedInput, cereal::AllowEmptyClassElision>(this), bytes_(bytes), version_(version) {
    std::uint8_t little = 0;
    Take(&little, 1);
    if (little != 1) throw ArchiveError(0, "the payload is not little-endian");
  }

  std::uint32_t version() const { return version_; }
  std::size_t position() const { return position_; }
  std::size_t left() const { return bytes_.size() - position_; }
  [[noreturn]] void Refuse(const std::string& what) const { throw ArchiveError(position_, what); }

  void Take(void* to, std::size_t size) {
    if (size > left()) Refuse("the payload ends early");
    if (size != 0) std::memcpy(to, bytes_.data() + position_, size);
    position_ += size;
  }

  // Every element of what is counted takes a byte or more.
  void Bound(std::uint64_t count) const {
    if (count > left()) Refuse("a count of " + std::to_string(count) + " exceeds the payload");
  }

  // Nested values are read by recursion, which must end before the stack does.
  class Nested {
   public:
    explicit Nested(BoundedInput& archive) : archive_(archive) {
      if (++archive_.depth_ > kDepth) archive_.Refuse("values or steps are nested too deeply");
    }
    ~Nested() { --archive_.depth_; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;

   private:
    BoundedInput& archive_;
  };

 private:
  static constexpr int kDepth = 300;
  std::span<const std::uint8_t> bytes_;
  std::uint32_t version_;
  std::size_t position_ = 0;
  int depth_ = 0;
};

using TraceOutput = cereal::PortableBinaryOutputArchive;

// Whether the file has what came with `version`; what is written has all of it.
inline bool Since(const TraceOutput&, std::uint32_t) { return true; }
inline bool Since(const BoundedInput& archive, std::uint32_t version) { return archive.version() >= version; }

template <class T>
  requires std::is_arithmetic_v<T>
void load(BoundedInput& archive, T& number) {
  static_assert(std::is_integral_v<T> && !std::is_same_v<T, bool>, "say it fixed-width");
  std::uint8_t bytes[sizeof(T)];
  archive.Take(bytes, sizeof(T));
  std::make_unsigned_t<T> bits = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bits |= static_cast<std::make_unsigned_t<T>>(
        static_cast<std::make_unsigned_t<T>>(bytes[i]) << (8 * i));
  }
  number = static_cast<T>(bits);
}

template <class T>
void load(BoundedInput& archive, cereal::SizeTag<T>& tag) {
  std::uint64_t count = 0;
  archive(count);
  archive.Bound(count);
  tag.size = count;
}

template <class T>
void load(BoundedInput& archive, cereal::NameValuePair<T>& named) {
  archive(named.value);
}

template <class T>
void load(BoundedInput& archive, cereal::BinaryData<T>& data) {
  archive.Take(data.data, static_cast<std::size_t>(data.size));
}

// Wrappers, so that each way into the bytes is chosen by name.
template <class T>
struct List {
  std::vector<T>& items;
};
template <class T>
List<T> ListOf(std::vector<T>& items) {
  return {items};
}

template <class T>
void save(TraceOutput& archive, const List<T>& list) {
  archive(static_cast<std::uint64_t>(list.items.size()));
  for (T& item : list.items) archive(item);
}

template <class T>
void load(BoundedInput& archive, List<T>& list) {
  std::uint64_t count = 0;
  archive(count);
  archive.Bound(count);
  list.items.clear();
  // One at a time: an element in memory is larger than in the file.
  for (std::uint64_t i = 0; i < count; ++i) archive(list.items.emplace_back());
}

// An enumeration of one byte whose values are 0 to `last`, or a bool.
template <class T>
struct Choice {
  T& value;
  T last;
};
template <class T>
Choice<T> ChoiceOf(T& value, T last) {
  return {value, last};
}
inline Choice<bool> FlagOf(bool& value) { return {value, true}; }

template <class T>
void save(TraceOutput& archive, const Choice<T>& choice) {
  archive(static_cast<std::uint8_t>(choice.value));
}

template <class T>
void load(BoundedInput& archive, Choice<T>& choice) {
  std::uint8_t number = 0;
  archive(number);
  if (number > static_cast<std::uint8_t>(choice.last)) archive.Refuse("a choice is out of range");
  choice.value = static_cast<T>(number);
}

}  // namespace spanproof
