// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "bridge/client/connection.h"
#include "bridge/core/memsync.h"

namespace bridge {

class ModuleState {
 public:
  ModuleState(std::shared_ptr<Connection> connection, std::uint32_t id, std::string name)
      : connection(std::move(connection)), id(id), name(std::move(name)) {}

  static Expected<std::shared_ptr<ModuleState>> Load(std::shared_ptr<Connection> connection, const std::string& path);
  Expected<void> Unload();

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
  // pointers being this process's; the result is stored behind them, at words[arguments()].
  // `thrown` gets what a callback's handler threw meanwhile.
  // Memory that pointers in the result lead to lives until this thread's next call.
  Expected<void> Call(std::uint64_t* words, std::exception_ptr* thrown) const;

  std::size_t arguments() const { return arguments_; }
  const Signature& signature() const { return signature_; }
  Connection& connection() const { return *module_->connection; }

 private:
  FunctionState() = default;
  Expected<void> CallHere(Conversation* here, std::uint64_t* words) const;

  std::shared_ptr<ModuleState> module_;
  std::string symbol_;
  Signature signature_;
  std::uint32_t id_ = 0;
  std::size_t arguments_ = 0;
  bool pointer_result_ = false;
  Plan before_, after_;
};

}  // namespace bridge
