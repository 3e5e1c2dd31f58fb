// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "bridge/client/session_core.h"
#include "bridge/core/memsync.h"
#include "bridge/core/returned.h"

namespace bridge {

class ModuleState {
 public:
  ModuleState(std::shared_ptr<SessionCore> core, std::string name, std::string path)
      : core(std::move(core)), name(std::move(name)), path_(std::move(path)) {}

  static Expected<std::shared_ptr<ModuleState>> Load(std::shared_ptr<SessionCore> core, const std::string& path);
  Expected<void> Unload();
  // The host's address of what the DLL exports as `symbol`, or "#n".
  Expected<std::uint64_t> FindData(const std::string& symbol) const;
  // What the conversation's host calls it, loaded there where it was not.
  Expected<std::uint32_t> IdIn(Conversation* here) const;

  const std::shared_ptr<SessionCore> core;
  const std::string name;  // as it was asked for
  std::atomic<bool> loaded{true};

 private:
  const std::string path_;    // as Windows gets it
  mutable std::mutex mutex_;  // of what follows
  mutable std::uint64_t serial_ = 0;
  mutable std::uint32_t id_ = 0;
};

// A bound function, without the types of C++: what Function<R(Args...)> and
// programs that learn signatures at run time stand on. Thread-safe.
class FunctionState : public std::enable_shared_from_this<FunctionState> {
 public:
  static Expected<std::shared_ptr<const FunctionState>> Bind(std::shared_ptr<ModuleState> module, std::string symbol,
                                                             Signature signature,
                                                             std::chrono::milliseconds deadline = {});
  // Code at an address of the host of now: where a DLL says that a function of its lies. kInvalidArgument where nothing
  // can run there; after that host's end, of calls.
  static Expected<std::shared_ptr<const FunctionState>> BindAt(std::shared_ptr<SessionCore> core, std::uint64_t address,
                                                               Signature signature, std::chrono::milliseconds deadline = {});

  // `words` holds the arguments, 8 bytes each, integers extended by their sign,
  // pointers being this process's, and of a struct or union by value the address of its bytes. The result is
  // stored behind them, at words[arguments()]; where that is a struct or union by value, the word holds the address of
  // room for it, as this process lays it out, and keeps it. The callee has copies of its own of what is passed by value.
  // `thrown` gets what a callback's handler threw meanwhile.
  // Memory of the DLL's own that pointers in the result, or in memory that was sent, lead to afterwards, gets a copy
  // at an address of this process that stands for the DLL's: see Mirrors.
  Expected<void> Call(std::uint64_t* words, std::exception_ptr* thrown) const;
  // The same, but with kCancelled once `stop` is asked for, and the host's end.
  Expected<void> Call(std::uint64_t* words, std::exception_ptr* thrown, std::stop_token stop) const;
  // The same, in the host that words were made for and no other.
  Expected<void> CallIn(std::uint64_t serial, std::uint64_t* words, std::exception_ptr* thrown, std::stop_token stop) const;

  std::size_t arguments() const { return arguments_; }
  const Signature& signature() const { return signature_; }
  const std::shared_ptr<SessionCore>& core() const { return core_; }
  ~FunctionState();

 private:
  explicit FunctionState(std::shared_ptr<SessionCore> core) : core_(std::move(core)) {}
  static Expected<std::shared_ptr<const FunctionState>> Make(std::shared_ptr<FunctionState> function, Signature signature,
                                                             std::chrono::milliseconds deadline);
  // What the conversation's host calls it, bound there where it was not.
  Expected<std::uint32_t> IdIn(Conversation* here) const {
    const std::uint64_t bound = bound_.load(std::memory_order_relaxed);
    if (bound >> protocol::kTargetBits == here->serial()) [[likely]]
      return static_cast<std::uint32_t>(bound & protocol::kMaxTarget);
    return BindIn(here);
  }
  Expected<std::uint32_t> BindIn(Conversation* here) const;
  Expected<std::uint32_t> ModuleIn(Conversation* here) const;
  Expected<void> CallHere(Conversation* here, std::uint64_t* words) const;
  Expected<void> CallOn(Conversation* here, std::uint64_t* words, std::exception_ptr* thrown) const;
  Expected<void> CallUntil(Conversation* here, std::uint64_t* words) const;
  // The frame of a call: memory that crosses, and room for the result; its address for the client, or null.
  Expected<std::byte*> MakeFrame(Conversation* here, std::uint64_t* sent, std::size_t base, bool* mirrored) const;
  // Opaque pointers that mean memory which both sides know.
  Expected<void> PassOpaque(Conversation* here, std::uint64_t* sent) const;
  // Puts the DLL's own addresses in the place of copies of its memory. False: there were none.
  Expected<bool> PassMirrors(Conversation* here, std::uint64_t* sent, std::span<Instance> mine) const;
  // Whether the callee left a pointer to memory of its own in what was sent.
  bool StoredForeign(Conversation* here, std::size_t base) const;
  // Brings over what the DLL handed out. The result as this process sees it.
  Expected<std::uint64_t> Follow(Conversation* here, const std::uint64_t* sent, std::uint64_t result, std::size_t base) const;

  const std::shared_ptr<SessionCore> core_;
  std::shared_ptr<ModuleState> module_;  // null of code at an address
  std::uint64_t only_in_ = 0;            // then: the connection whose address it is
  std::string symbol_;
  Signature signature_;
  std::vector<std::byte> binding_;               // as the host gets it
  mutable std::atomic<std::uint64_t> bound_{0};  // the connection's serial, and in the lowest bits what its host calls it
  mutable std::mutex bind_mutex_;                // of the next
  mutable std::shared_ptr<Releases> releases_;   // that connection's
  std::chrono::milliseconds limit_{0};  // of a call; 0: none
  std::size_t arguments_ = 0;
  std::size_t sent_ = 0;        // words: the arguments, and the hidden pointer to a result in memory
  bool needs_frame_ = false;    // memory crosses before the call
  enum class Result : std::uint8_t { kWord, kPointer, kAggregate } result_ = Result::kWord;
  Plan before_, after_;
  bool late_result_ = false;             // the result leads to memory that is brought over
  bool late_arguments_ = false;          // so does memory that is sent, by lengths that the result says
  bool stores_pointers_ = false;         // the callee may store pointers in what is sent
  std::vector<std::size_t> opaque_;      // arguments: pointers that nothing follows
  std::optional<ReturnedAggregate> returned_;  // kAggregate
  std::optional<std::size_t> hidden_;          // where the pointer to it stands among the words that are sent
  std::vector<std::size_t> in_words_;          // aggregates whose bytes are their words
};

}  // namespace bridge
