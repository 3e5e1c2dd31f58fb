// SPDX-License-Identifier: MIT
#include "bridge/client/session.h"

#include "bridge/client/connection.h"
#include "bridge/client/function_state.h"
#include "bridge/client/session_core.h"

namespace bridge {

Expected<Session> Session::TryStart(SessionOptions options) {
  return SessionCore::Start(std::move(options)).map([](auto core) { return Session(std::move(core)); });
}

Expected<Module> Session::TryLoad(const std::string& dll) const {
  return ModuleState::Load(core_, dll).map([](auto state) { return Module(std::move(state)); });
}

unsigned Session::starts() const { return core_->starts(); }

void Session::Stop() const { core_->Stop(); }

std::uint32_t Session::LastError() const { return ValueOrThrow(core_->Here())->last_error; }

Text Session::TakeText() const { return ValueOrThrow(core_->TakeText()); }

std::shared_ptr<Connection> Session::connection() const { return core_->connection(); }

Expected<void> Module::TryUnload() { return state_->Unload(); }

namespace internal {

Expected<void> Call(const FunctionState& function, std::uint64_t* words, std::exception_ptr* thrown) {
  return function.Call(words, thrown);
}

Expected<void> Call(const FunctionState& function, std::uint64_t* words, std::exception_ptr* thrown, std::stop_token stop) {
  return function.Call(words, thrown, std::move(stop));
}

Expected<std::shared_ptr<const FunctionState>> Bind(const std::shared_ptr<ModuleState>& module, std::string symbol,
                                                    Signature signature, std::chrono::milliseconds deadline) {
  return FunctionState::Bind(module, std::move(symbol), std::move(signature), deadline);
}

Expected<std::shared_ptr<const FunctionState>> BindAt(const std::shared_ptr<SessionCore>& core, std::uint64_t address,
                                                      Signature signature, std::chrono::milliseconds deadline) {
  return FunctionState::BindAt(core, address, std::move(signature), deadline);
}

Expected<std::shared_ptr<LiveCallback>> MakeCallback(const std::shared_ptr<SessionCore>& core, const Signature& signature,
                                                     Handler handler, std::uint64_t on_throw) {
  return LiveCallback::Make(core, signature, std::move(handler), on_throw);
}

Expected<HostOfNow> FindHost(const FunctionState& function) {
  return function.core()->Here().map([](Conversation* here) { return HostOfNow{&here->connection(), here->serial()}; });
}

Expected<void> CallIn(const HostOfNow& host, const FunctionState& function, std::uint64_t* words, std::exception_ptr* thrown,
                      std::stop_token stop) {
  return function.CallIn(host.serial, words, thrown, std::move(stop));
}

std::uint64_t AddressOf(const LiveCallback& callback) { return callback.code(); }

Expected<std::uint64_t> CodeIn(const LiveCallback& callback, Connection& host) { return callback.CodeIn(&host); }

std::weak_ptr<Connection> SessionOf(Serving) { return CallbackState::ServingConnection(); }

std::weak_ptr<Connection> SessionOf(const HostOfNow& host) { return host.connection->weak_from_this(); }

std::weak_ptr<Connection> SessionOf(const ModuleState& module) { return module.core->connection(); }

Expected<std::uint64_t> FindData(const ModuleState& module, const std::string& symbol) { return module.FindData(symbol); }

Abi AbiOf(const Connection& connection) { return connection.abi(); }

Error DescribeException(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Exception& exception) {
    return exception.error();
  } catch (const std::exception& exception) {
    return {ErrorCode::kInternal, std::string("a callback's handler threw: ") + exception.what(), 0, 0};
  } catch (...) {
    return {ErrorCode::kInternal, "a callback's handler threw something that is no std::exception", 0, 0};
  }
}

}  // namespace internal
}  // namespace bridge
