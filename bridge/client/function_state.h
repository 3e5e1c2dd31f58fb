// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/client/connection.h"
#include "bridge/core/memsync.h"
#include "bridge/core/returned.h"

namespace bridge {

class ModuleState {
 public:
  ModuleState(std::shared_ptr<Connection> connection, std::uint32_t id, std::string name)
      : connection(std::move(connection)), id(id), name(std::move(name)) {}

  static Expected<std::shared_ptr<ModuleState>> Load(std::shared_ptr<Connection> connection, const std::string& path);
  Expected<void> Unload();
  // The host's address of what the DLL exports as `symbol`, or "#n".
  Expected<std::uint64_t> FindData(const std::string& symbol) const;

  const std::shared_ptr<Connection> connection;
  const std::uint32_t id;
  const std::string name;
  std::atomic<bool> loaded{true};
};

// A bound function, without the types of C++: what Function<R(Args...)> and
// programs that learn signatures at run time stand on. Thread-safe.
class FunctionState {
 public:
  static Expected<std::shared_ptr<const FunctionState>> Bind(std::shared_ptr<ModuleState> module, std::string symbol,
                                                             Signature signature);

  // `words` holds the arguments, 8 bytes each, integers extended by their sign,
  // pointers being this process's, and of a struct or union by value the address of its bytes. The result is
  // stored behind them, at words[arguments()]; where that is a struct or union by value, the word holds the address of
  // room for it, as this process lays it out, and keeps it. The callee has copies of its own of what is passed by value.
  // `thrown` gets what a callback's handler threw meanwhile.
  // Memory that pointers in the result lead to lives until this thread's next call.
  Expected<void> Call(std::uint64_t* words, std::exception_ptr* thrown) const;

  std::size_t arguments() const { return arguments_; }
  const Signature& signature() const { return signature_; }
  Connection& connection() const { return *module_->connection; }

 private:
  FunctionState() = default;
  Expected<void> CallHere(Conversation* here, std::uint64_t* words) const;
  // The frame of a call: memory that crosses, and room for the result; its address for the client, or null.
  Expected<std::byte*> MakeFrame(Conversation* here, std::uint64_t* sent) const;
  Expected<std::uint64_t> ReadLate(Conversation* here, std::uint64_t late) const;

  std::shared_ptr<ModuleState> module_;
  std::string symbol_;
  Signature signature_;
  std::uint32_t id_ = 0;
  std::size_t arguments_ = 0;
  std::size_t sent_ = 0;        // words: the arguments, and the hidden pointer to a result in memory
  bool needs_frame_ = false;    // memory crosses before the call
  enum class Result : std::uint8_t { kWord, kPointer, kAggregate } result_ = Result::kWord;
  Plan before_, after_;
  std::optional<ReturnedAggregate> returned_;  // kAggregate
  std::optional<std::size_t> hidden_;          // where the pointer to it stands among the words that are sent
  std::vector<std::size_t> in_words_;          // aggregates whose bytes are their words
};

}  // namespace bridge
