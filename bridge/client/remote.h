// SPDX-License-Identifier: MIT
#pragma once

#include <compare>
#include <cstddef>
#include <concepts>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "bridge/client/exception.h"
#include "bridge/client/remote_memory.h"
#include "bridge/client/type_of.h"

namespace bridge {

// An address in the DLL's process and nothing else: what stands in structs in place of a T* that the DLL owns,
// and for opaque handles (T void). As wide as a pointer on each side, crosses as it is, null included.
// Session::At makes a Remote of it.
template <typename T>
class RemoteAddress {
 public:
  RemoteAddress() = default;
  RemoteAddress(std::nullptr_t) {}  // NOLINT: reads as the literal it is
  explicit RemoteAddress(std::uint64_t address) : address_(address) {}

  static Type BridgeType() { return Type::Pointer(kVoid); }
  static RemoteAddress FromWord(std::uint64_t word) { return RemoteAddress(word); }
  std::uint64_t address() const { return address_; }
  explicit operator bool() const { return address_ != 0; }
  // INVALID_HANDLE_VALUE: all ones in the width of a pointer there.
  bool IsInvalidHandle() const { return address_ == UINT64_MAX || address_ == UINT32_MAX; }
  auto operator<=>(const RemoteAddress&) const = default;

 private:
  std::uint64_t address_ = 0;
};
static_assert(sizeof(RemoteAddress<void>) == 8 && std::is_trivially_copyable_v<RemoteAddress<void>>);

namespace internal {
template <typename T>
Expected<const RemoteElement*> ElementOf(Abi abi) {
  static std::mutex mutex;
  static std::optional<Expected<RemoteElement>> elements[5];
  const std::lock_guard lock(mutex);
  auto& element = elements[static_cast<std::size_t>(abi)];
  if (!element) element = RemoteElement::Make(TypeOf<T>(), abi);
  if (!*element) return tl::unexpected((*element).error());
  return &**element;
}
Abi AbiOf(const Connection& connection);
// kInvalidArgument where `session` is another host.
Expected<std::uint64_t> AddressIn(const std::weak_ptr<Connection>& session, std::uint64_t address, Connection& host);
}  // namespace internal

// Memory that the DLL owns: an address in its process, together with the session that can reach it. Use it as
// a function's result, argument, or a callback's argument; in structs RemoteAddress<T> stands.
//   auto numbers = make.Function<bridge::Remote<float>(int)>("make_floats")(10);
//   numbers.Read(0, 10); numbers.Write(3, 1.5f); release(numbers);
// Reading and writing go to the DLL's process each time; nothing is kept, so what the DLL writes later is seen.
// The DLL decides how long the memory lives. Memory that it gave back is refused where it cannot be touched any
// more; where the C runtime still has its pages, what stands there is read, as in one process.
// Does not keep the session alive: kInvalidArgument where that ended. A value; any thread.
template <typename T>
class Remote {
 public:
  using Element = std::conditional_t<std::is_void_v<T>, std::byte, std::remove_const_t<T>>;

  Remote() = default;
  Remote(std::nullptr_t) {}  // NOLINT: reads as the literal it is
  Remote(std::weak_ptr<Connection> session, std::uint64_t address) : session_(std::move(session)), address_(address) {}

  static Type BridgeType() { return Type::Pointer(kVoid); }
  static Remote FromWord(std::uint64_t word) { return Remote({}, word); }
  // As an argument.
  Expected<std::uint64_t> WordIn(Connection& host) const { return internal::AddressIn(session_, address_, host); }
  // Of a value that just crossed.
  void Attach(std::weak_ptr<Connection> session) { session_ = std::move(session); }

  std::uint64_t address() const { return address_; }
  operator RemoteAddress<T>() const { return RemoteAddress<T>(address_); }  // NOLINT
  explicit operator bool() const { return address_ != 0; }
  bool IsInvalidHandle() const { return RemoteAddress<T>(address_).IsInvalidHandle(); }
  friend bool operator==(const Remote& a, const Remote& b) { return a.address_ == b.address_; }
  friend auto operator<=>(const Remote& a, const Remote& b) { return a.address_ <=> b.address_; }

  // The same address seen as another type.
  template <typename U>
  Remote<U> As() const {
    return Remote<U>(session_, address_);
  }

  // Element `index`, or `count` from `begin` on. Throw; the Try forms do not.
  Element Read(std::int64_t index = 0) const requires(!std::is_void_v<T>) { return ValueOrThrow(TryRead(index)); }
  Expected<Element> TryRead(std::int64_t index = 0) const requires(!std::is_void_v<T>) {
    Element value{};
    auto read = Move(index, 1, [&](const RemoteElement& element, Connection& session, std::uint64_t at) {
      return element.Read(session, at, reinterpret_cast<std::byte*>(&value), 1);
    });
    if (!read) return tl::unexpected(read.error());
    return value;
  }
  std::vector<Element> Read(std::int64_t begin, std::size_t count) const requires(!std::is_void_v<T>) {
    return ValueOrThrow(TryRead(begin, count));
  }
  Expected<std::vector<Element>> TryRead(std::int64_t begin, std::size_t count) const requires(!std::is_void_v<T>) {
    static_assert(!std::is_same_v<Element, bool>, "std::vector<bool> has no bytes: read std::uint8_t");
    if (count > kMaxExtentBytes / sizeof(Element))
      return Fail(ErrorCode::kInvalidArgument, "reading " + std::to_string(count) + " elements: the count is beyond reason");
    std::vector<Element> values(count);
    auto read = Move(begin, count, [&](const RemoteElement& element, Connection& session, std::uint64_t at) {
      return element.Read(session, at, reinterpret_cast<std::byte*>(values.data()), count);
    });
    if (!read) return tl::unexpected(read.error());
    return values;
  }

  void Write(std::int64_t index, const Element& value) const requires(!std::is_void_v<T>) { ValueOrThrow(TryWrite(index, value)); }
  Expected<void> TryWrite(std::int64_t index, const Element& value) const requires(!std::is_void_v<T>) {
    return TryWrite(index, std::span<const Element>(&value, 1));
  }
  void Write(std::int64_t begin, std::span<const Element> values) const requires(!std::is_void_v<T>) {
    ValueOrThrow(TryWrite(begin, values));
  }
  Expected<void> TryWrite(std::int64_t begin, std::span<const Element> values) const requires(!std::is_void_v<T>) {
    static_assert(!std::is_const_v<T>, "the DLL declares this memory const: As<T>() without const writes it nevertheless");
    return Move(begin, values.size(), [&](const RemoteElement& element, Connection& session, std::uint64_t at) {
      return element.Write(session, at, reinterpret_cast<const std::byte*>(values.data()), values.size());
    });
  }

  // Up to the terminator, without it. kInvalidArgument where there is none in the first `limit` units.
  auto ReadText(std::size_t limit = 1 << 20) const requires(sizeof(Element) <= 2 && std::integral<Element>) {
    return ValueOrThrow(TryReadText(limit));
  }
  auto TryReadText(std::size_t limit = 1 << 20) const requires(sizeof(Element) <= 2 && std::integral<Element>) {
    using Text = std::basic_string<std::conditional_t<sizeof(Element) == 1, char, char16_t>>;
    auto session = Session();
    if (!session) return Expected<Text>(tl::unexpected(session.error()));
    return ReadRemoteText(**session, address_, sizeof(Element), limit * sizeof(Element)).map([](const std::string& bytes) {
      return Text(reinterpret_cast<const typename Text::value_type*>(bytes.data()), bytes.size() / sizeof(Element));
    });
  }

  // By elements of the DLL's layout; needs the session.
  friend Remote operator+(const Remote& a, std::int64_t elements) requires(!std::is_void_v<T>) {
    return Remote(a.session_, ValueOrThrow(a.Locate(elements)).at);
  }
  friend Remote operator-(const Remote& a, std::int64_t elements) requires(!std::is_void_v<T>) { return a + -elements; }

 private:
  struct Located {
    std::shared_ptr<Connection> session;
    const RemoteElement* element;
    std::uint64_t at;
  };

  Expected<std::shared_ptr<Connection>> Session() const {
    if (auto session = session_.lock()) return session;
    return Fail(ErrorCode::kInvalidArgument,
                address_ == 0 ? "this is a null pointer" : "the session or the host whose memory this points at has ended, or was never given");
  }
  Expected<Located> Locate(std::int64_t index) const requires(!std::is_void_v<T>) {
    auto session = Session();
    if (!session) return tl::unexpected(session.error());
    auto element = internal::ElementOf<Element>(internal::AbiOf(**session));
    if (!element) return tl::unexpected(element.error());
    const std::uint64_t at = address_ + static_cast<std::uint64_t>(index) * (*element)->remote_size();
    return Located{std::move(*session), *element, at};
  }
  template <typename F>
  Expected<void> Move(std::int64_t begin, std::size_t count, F&& move) const {
    if (address_ == 0) return Fail(ErrorCode::kInvalidArgument, "this is a null pointer");
    auto place = Locate(begin);
    if (!place) return tl::unexpected(place.error());
    if (count == 0) return {};
    return move(*place->element, *place->session, place->at);
  }

  std::weak_ptr<Connection> session_;
  std::uint64_t address_ = 0;
};

}  // namespace bridge
