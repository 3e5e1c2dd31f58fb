// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "bridge/client/exception.h"
#include "bridge/client/type_of.h"

namespace bridge {

class Connection;

// A block of the memory that client and host share. Given back at the end or by
// Release; the DLL must have forgotten it by then.
class RetainedBlock {
 public:
  // Zeroed. kUnsupported where elements of `type` look different to the DLL, naming what to do.
  static Expected<std::shared_ptr<RetainedBlock>> Make(std::shared_ptr<Connection> connection, const Type& type,
                                                       std::uint64_t count);
  // Bytes whose meaning is the caller's.
  static Expected<std::shared_ptr<RetainedBlock>> MakeBytes(std::shared_ptr<Connection> connection, std::uint64_t bytes);
  ~RetainedBlock();
  RetainedBlock(const RetainedBlock&) = delete;
  RetainedBlock& operator=(const RetainedBlock&) = delete;

  std::byte* begin() const { return begin_; }
  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t pointer_in_host() const;
  Expected<std::uint64_t> WordIn(Connection& host) const;
  bool released() const { return released_.load(std::memory_order_relaxed); }
  // kInvalidArgument the second time.
  Expected<void> Release();

 private:
  RetainedBlock(std::shared_ptr<Connection> connection, std::byte* begin, std::uint64_t bytes, std::uint64_t taken)
      : connection_(std::move(connection)), begin_(begin), bytes_(bytes), taken_(taken) {}

  const std::shared_ptr<Connection> connection_;
  std::byte* const begin_;
  const std::uint64_t bytes_, taken_;
  std::atomic<bool> released_{false};
};

// Memory that a DLL may keep beyond the call that it was given in, and write whenever it likes: both sides see the
// same bytes, so the client reads what stands there now, and synchronising is nothing but looking. What other
// arguments point at is copied for the time of a call only.
//   auto buffer = session.Allocate<float>(64);
//   keep(buffer);            // Function<void(bridge::Retained<float>)>, or Function<void(float*, …)> with buffer.data()
//   tick(); use(buffer[0]);  // written by the DLL meanwhile
// A handle: copies share, the last one or Release() gives the memory back. Keeps the session alive. The DLL's writes
// are seen as another thread's: a call that has returned is in order before, for more agree on a flag with the DLL.
template <typename T>
class Retained {
 public:
  Retained() = default;

  static Expected<Retained> Make(std::shared_ptr<Connection> connection, std::size_t count) {
    auto block = RetainedBlock::Make(std::move(connection), TypeOf<T>(), count);
    if (!block) return tl::unexpected(block.error());
    Retained retained;
    retained.block_ = std::move(*block);
    retained.count_ = count;
    return retained;
  }

  static Type BridgeType() { return Type::Pointer(kVoid); }
  // As an argument: where the DLL sees it.
  std::uint64_t address() const { return block_ ? Block().pointer_in_host() : 0; }
  std::uint64_t pointer_in_host() const { return address(); }
  Expected<std::uint64_t> WordIn(Connection& host) const { return block_ ? Block().WordIn(host) : Expected<std::uint64_t>(0); }

  T* data() const { return block_ ? reinterpret_cast<T*>(Block().begin()) : nullptr; }
  std::size_t size() const { return count_; }
  T& operator[](std::size_t index) const {
    if (index >= count_)
      throw Exception({ErrorCode::kInvalidArgument, "element " + std::to_string(index) + " of retained memory that has " +
                                                        std::to_string(count_), 0, 0});
    return data()[index];
  }
  T* begin() const { return data(); }
  T* end() const { return data() + count_; }
  explicit operator bool() const { return block_ && !block_->released(); }

  // Gives the memory back at once. Throws where that was done before.
  void Release() { ValueOrThrow(TryRelease()); }
  Expected<void> TryRelease() {
    if (!block_) return Fail(ErrorCode::kInvalidArgument, "this retained memory was never allocated");
    return block_->Release();
  }

 private:
  const RetainedBlock& Block() const {
    if (block_->released())
      throw Exception({ErrorCode::kInvalidArgument, "this retained memory was released: allocate it anew", 0, 0});
    return *block_;
  }
  std::shared_ptr<RetainedBlock> block_;
  std::size_t count_ = 0;
};

}  // namespace bridge
