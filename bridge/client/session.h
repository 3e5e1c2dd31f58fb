// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "bridge/client/callback_address.h"
#include "bridge/client/callback_state.h"
#include "bridge/client/exception.h"
#include "bridge/client/options.h"
#include "bridge/client/remote.h"
#include "bridge/client/result_value.h"
#include "bridge/client/retained.h"
#include "bridge/client/text_capture.h"
#include "bridge/client/type_of.h"
#include "bridge/client/wide_text.h"
#include "bridge/core/memsync.h"

// The bridge's interface: call functions in Windows DLLs from Linux.
//   auto session = bridge::Session::Start({.wine = "wine", .arch = bridge::Arch::kWin64});
//   auto sort = session.Load("sort.dll").Function<void(float*, int)>("bubblesort",
//       {.memsync = {{.pointer = {0}, .length = {{1}}, .type = bridge::kFloat}}});
//   sort(values.data(), static_cast<int>(values.size()));
// Sessions, modules, functions and callbacks are handles: copies share. All may be used
// from any thread; each client thread has a thread of its own in the host, so thread-local
// storage and last error behave as in one process. A session ends with its last handle.
namespace bridge {

class FunctionState;
class ModuleState;
class SessionCore;

struct FunctionOptions {
  Convention convention = Convention::kCdecl;
  std::vector<Memsync> memsync = {};
  std::optional<std::size_t> variadic = {};  // "..." stands behind so many arguments: printf's is 1
  // Of a call, as SessionOptions::call_timeout, and beside it: the nearest counts, also one of a call around.
  std::chrono::milliseconds deadline{0};
};

struct CallbackOptions {
  Convention convention = Convention::kCdecl;
  std::vector<Memsync> memsync = {};
  ResultValue on_throw = {};  // what the DLL gets where the handler throws, or the callback was released
};

template <typename Prototype>
class Function;
template <typename Prototype>
class Callback;

namespace internal {

template <typename R, typename... Args>
Signature MakeSignature(const CallbackOptions& options) {
  return Signature{.convention = options.convention,
                   .result = TypeOf<R>(),
                   .arguments = {TypeOf<Args>()...},
                   .read_only = {kPointsToConst<Args>...},
                   .memsync = options.memsync};
}
template <typename R, typename... Args>
Signature MakeSignature(const FunctionOptions& options) {
  return Signature{.convention = options.convention,
                   .result = TypeOf<R>(),
                   .arguments = {TypeOf<Args>()...},
                   .read_only = {kPointsToConst<Args>...},
                   .memsync = options.memsync,
                   .variadic = options.variadic};
}

// Calls and, where a callback's handler threw, leaves the exception in `thrown`.
Expected<void> Call(const FunctionState& function, std::uint64_t* words, std::exception_ptr* thrown);
Expected<void> Call(const FunctionState& function, std::uint64_t* words, std::exception_ptr* thrown, std::stop_token stop);
// The host that a call of this thread goes to now, and a call to that host and no other.
struct HostOfNow {
  Connection* connection = nullptr;
  std::uint64_t serial = 0;
};
Expected<HostOfNow> FindHost(const FunctionState& function);
Expected<void> CallIn(const HostOfNow& host, const FunctionState& function, std::uint64_t* words, std::exception_ptr* thrown,
                      std::stop_token stop);
Expected<std::shared_ptr<const FunctionState>> Bind(const std::shared_ptr<ModuleState>& module, std::string symbol,
                                                    Signature signature, std::chrono::milliseconds deadline);
Expected<std::shared_ptr<const FunctionState>> BindAt(const std::shared_ptr<SessionCore>& core, std::uint64_t address,
                                                      Signature signature, std::chrono::milliseconds deadline);
Expected<std::shared_ptr<LiveCallback>> MakeCallback(const std::shared_ptr<SessionCore>& core, const Signature& signature,
                                                     Handler handler, std::uint64_t on_throw = 0);
std::uint64_t AddressOf(const LiveCallback& callback);
Expected<std::uint64_t> CodeIn(const LiveCallback& callback, Connection& host);
Error DescribeException(const std::exception_ptr& thrown);
Expected<std::uint64_t> FindData(const ModuleState& module, const std::string& symbol);
std::weak_ptr<Connection> SessionOf(const ModuleState& module);

// In a handler: the host that calls it.
struct Serving {};
std::weak_ptr<Connection> SessionOf(Serving);
std::weak_ptr<Connection> SessionOf(const HostOfNow& host);

// What came from the DLL's process and means memory there gets the session that can reach it.
template <typename T>
concept Attachable = requires(T value) { value.Attach(std::weak_ptr<Connection>()); };
template <typename T, typename From>
T Attached(T value, const From& from) {
  if constexpr (Attachable<T>) value.Attach(SessionOf(from));
  return value;
}

// Arguments that mean something in one host only say what, or why not.
template <typename T>
concept HostBound = requires(const T& value, Connection& host) {
  { value.WordIn(host) } -> std::same_as<Expected<std::uint64_t>>;
};
template <typename T>
std::uint64_t FirstWord(const T& value) {
  if constexpr (HostBound<T>) return 0;
  else return ToWord(value);
}
template <typename T>
Expected<void> Complete(const T& value, Connection& host, std::uint64_t* word) {
  if constexpr (HostBound<T>) {
    auto bound = value.WordIn(host);
    if (!bound) return tl::unexpected(std::move(bound.error()));
    *word = *bound;
  }
  return {};
}

// Where a result goes: into its word, or for a struct by value into memory whose address the word says.
template <typename R>
struct Room {
  void Announce(std::uint64_t*) {}
  R Take(std::uint64_t word) const { return FromWord<R>(word); }
};
template <>
struct Room<void> {
  void Announce(std::uint64_t*) {}
};
template <typename T>
T FromArgument(std::uint64_t word) {
  if constexpr (Aggregate<T>) {
    static_assert(std::is_trivially_copyable_v<T>, "what a DLL passes by value is bytes, as in C");
    std::remove_cv_t<T> value;
    std::memcpy(&value, reinterpret_cast<const void*>(word), sizeof value);
    return value;
  } else {
    return FromWord<T>(word);
  }
}
template <Aggregate R>
struct Room<R> {
  static_assert(std::is_trivially_copyable_v<R>, "what a function of a DLL returns by value is bytes, as in C");
  R value{};
  void Announce(std::uint64_t* word) { *word = reinterpret_cast<std::uint64_t>(&value); }
  R Take(std::uint64_t) const { return value; }
};

}  // namespace internal

// A function of a DLL. Pointers given to it are read and written during the
// call only. A pointer that it returns into memory that was passed is the
// client's own. Other memory that it returns, or stores where an argument points, is the DLL's: the client
// gets a copy of what directives and types lead to, at an address that stands for the DLL's. That copy
// - is as the DLL's memory was when this call, or a later one that it was passed to, came back;
// - is written to the DLL's memory, where it was changed, before the next call that it is passed to, and only then;
// - is passed as the DLL's own address, so that the DLL's own function frees it; afterwards it is not to be used;
// - lives until the session ends, or 64 MiB of newer ones were made; then passing it is refused.
// Declare Remote<T> in place of T* to read and write the DLL's memory itself, whenever you want.
template <typename R, typename... Args>
class Function<R(Args...)> {
 public:
  explicit Function(std::shared_ptr<const FunctionState> state) : state_(std::move(state)) {}

  // Throws Exception, and what a callback's handler threw during the call.
  R operator()(Args... args) const {
    internal::Room<R> room;
    internal::HostOfNow host;
    std::uint64_t words[sizeof...(Args) + 1] = {internal::FirstWord(args)...};
    room.Announce(&words[sizeof...(Args)]);
    std::exception_ptr thrown;
    auto done = Run(words, &thrown, &host, {}, args...);
    if (thrown) [[unlikely]] std::rethrow_exception(thrown);
    if (!done) [[unlikely]] throw Exception(std::move(done.error()));
    if constexpr (!std::is_void_v<R>) return internal::Attached(room.Take(words[sizeof...(Args)]), host);
  }

  Expected<R> TryCall(Args... args) const { return Try({}, args...); }
  // The same until `stop` is asked for, by any thread: then the call is kCancelled, and the host is ended, as by a deadline.
  Expected<R> TryCallUntil(std::stop_token stop, Args... args) const { return Try(std::move(stop), args...); }

 private:
  Expected<R> Try(std::stop_token stop, const Args&... args) const {
    internal::Room<R> room;
    internal::HostOfNow host;
    std::uint64_t words[sizeof...(Args) + 1] = {internal::FirstWord(args)...};
    room.Announce(&words[sizeof...(Args)]);
    std::exception_ptr thrown;
    auto done = Run(words, &thrown, &host, std::move(stop), args...);
    if (thrown) return tl::unexpected(internal::DescribeException(thrown));
    if (!done) return tl::unexpected(std::move(done.error()));
    if constexpr (std::is_void_v<R>) return {};
    else return internal::Attached(room.Take(words[sizeof...(Args)]), host);
  }

  // `host` is found out where arguments or the result need it.
  Expected<void> Run(std::uint64_t* words, std::exception_ptr* thrown, internal::HostOfNow* host, std::stop_token stop,
                     const Args&... args) const {
    if constexpr ((internal::HostBound<Args> || ... || internal::Attachable<R>)) {
      auto found = internal::FindHost(*state_);
      if (!found) return tl::unexpected(std::move(found.error()));
      *host = *found;
      Expected<void> bound;
      std::size_t index = 0;
      (void)((bound = internal::Complete(args, *found->connection, &words[index++]), bound.has_value()) && ...);
      if (!bound) return bound;
      return internal::CallIn(*host, *state_, words, thrown, std::move(stop));
    } else {
      (void)host;
      return stop.stop_possible() ? internal::Call(*state_, words, thrown, std::move(stop)) : internal::Call(*state_, words, thrown);
    }
  }

  std::shared_ptr<const FunctionState> state_;
};

// A function pointer for DLLs. It stays valid until its last copy is gone; the
// handler runs on the thread that made the call during which the DLL calls it. Where the DLL calls it on a thread that it
// made, during a call or later, the handler runs on a thread of the session's own, one for each of the DLL's, until that ends; the session
// lives at least until it returns, and what it throws goes to SessionOptions::on_stray_exception.
// With its last copy gone it is not run again; what it captured ends with it, or when the calls return that ran it.
template <typename R, typename... Args>
class Callback<R(Args...)> {
 public:
  Callback() = default;  // a null function pointer
  explicit Callback(std::shared_ptr<LiveCallback> live) : live_(std::move(live)) {}

  static Type BridgeType() { return Type(Kind::kFunction); }
  std::uint64_t address() const { return live_ ? internal::AddressOf(*live_) : 0; }
  Expected<std::uint64_t> WordIn(Connection& host) const { return live_ ? internal::CodeIn(*live_, host) : Expected<std::uint64_t>(0); }

 private:
  std::shared_ptr<LiveCallback> live_;
};

class Module {
 public:
  explicit Module(std::shared_ptr<ModuleState> state) : state_(std::move(state)) {}

  // `symbol` as the DLL exports it, or "#n" for an ordinal. kNotFound names what is missing,
  // kInvalidArgument a wrong memsync directive, kUnsupported what the bridge cannot pass.
  template <typename Prototype>
  bridge::Function<Prototype> Function(std::string symbol, FunctionOptions options = {}) const {
    return ValueOrThrow(TryFunction<Prototype>(std::move(symbol), std::move(options)));
  }
  template <typename Prototype>
  Expected<bridge::Function<Prototype>> TryFunction(std::string symbol, FunctionOptions options = {}) const {
    return Bind(std::type_identity<Prototype>{}, std::move(symbol), options);
  }

  // Exported data, by name or ordinal. kNotFound names what is missing. Belongs to the module:
  // when that is unloaded its memory is gone.
  template <typename T>
  Remote<T> Data(const std::string& symbol) const {
    return ValueOrThrow(TryData<T>(symbol));
  }
  template <typename T>
  Expected<Remote<T>> TryData(const std::string& symbol) const {
    return internal::FindData(*state_, symbol).map([this](std::uint64_t address) {
      return Remote<T>(internal::SessionOf(*state_), address);
    });
  }

  // Modules stay loaded until this or the session's end. Calls of its functions are refused afterwards.
  void Unload() { ValueOrThrow(TryUnload()); }
  Expected<void> TryUnload();

  const std::shared_ptr<ModuleState>& state() const { return state_; }

 private:
  template <typename R, typename... Args>
  Expected<bridge::Function<R(Args...)>> Bind(std::type_identity<R(Args...)>, std::string symbol,
                                              const FunctionOptions& options) const {
    auto bound = internal::Bind(state_, std::move(symbol), internal::MakeSignature<R, Args...>(options), options.deadline);
    if (!bound) return tl::unexpected(bound.error());
    return bridge::Function<R(Args...)>(std::move(*bound));
  }
  std::shared_ptr<ModuleState> state_;
};

class Session {
 public:
  // Starts a host under Wine: 40 to 80 ms, seconds where the prefix is new.
  static Session Start(SessionOptions options = {}) { return ValueOrThrow(TryStart(std::move(options))); }
  static Expected<Session> TryStart(SessionOptions options = {});

  // A path, or a name that is looked for in the current folder, in dll_path and by Windows itself.
  Module Load(const std::string& dll) const { return ValueOrThrow(TryLoad(dll)); }
  Expected<Module> TryLoad(const std::string& dll) const;

  // Code in the DLL's process: a function whose address a DLL returned (as RemoteAddress<void> or Remote<void>) or stored.
  // kInvalidArgument where nothing can run there. It is called for as long as what it belongs to stays loaded, which
  // nobody checks; calls after that process's end are kInvalidArgument.
  //   auto add = session.FunctionAt<int(int, int)>(operation('+'));
  template <typename Prototype>
  bridge::Function<Prototype> FunctionAt(std::uint64_t address, FunctionOptions options = {}) const {
    return ValueOrThrow(TryFunctionAt<Prototype>(address, std::move(options)));
  }
  template <typename Prototype>
  Expected<bridge::Function<Prototype>> TryFunctionAt(std::uint64_t address, FunctionOptions options = {}) const {
    return BindAt(std::type_identity<Prototype>{}, address, options);
  }
  template <typename Prototype, typename T>
  bridge::Function<Prototype> FunctionAt(RemoteAddress<T> address, FunctionOptions options = {}) const {
    return FunctionAt<Prototype>(address.address(), std::move(options));
  }
  template <typename Prototype>
  bridge::Function<Prototype> FunctionAt(CallbackAddress<Prototype> address, FunctionOptions options = {}) const {
    return FunctionAt<Prototype>(address.address(), std::move(options));
  }
  // Of this session's host of now, else kInvalidArgument.
  template <typename Prototype, typename T>
  bridge::Function<Prototype> FunctionAt(const Remote<T>& address, FunctionOptions options = {}) const {
    return FunctionAt<Prototype>(ValueOrThrow(address.WordIn(*connection())), std::move(options));
  }

  // Wraps a callable for DLLs: session.MakeCallback<std::int16_t(Image*)>(handler, {.memsync = …}).
  // What the handler throws ends the call that led to it; the DLL gets options.on_throw.
  template <typename Prototype, typename F>
  Callback<Prototype> MakeCallback(F handler, CallbackOptions options = {}) const {
    return ValueOrThrow(TryMakeCallback<Prototype>(std::move(handler), std::move(options)));
  }
  // Where a function's options say the same of the callback.
  template <typename Prototype, typename F, std::same_as<FunctionOptions> Options>
  Callback<Prototype> MakeCallback(F handler, const Options& options) const {
    if (options.variadic)
      throw Exception({ErrorCode::kUnsupported, "a callback with '...' is not supported: its handler could not know what came, declare the arguments", 0, 0});
    return MakeCallback<Prototype>(std::move(handler), CallbackOptions{.convention = options.convention, .memsync = options.memsync});
  }
  // kInvalidArgument names a wrong memsync directive, kUnsupported what the bridge cannot pass.
  template <typename Prototype, typename F>
  Expected<Callback<Prototype>> TryMakeCallback(F handler, CallbackOptions options = {}) const {
    return MakeCallback(std::type_identity<Prototype>{}, std::move(handler), options);
  }

  // Memory of the DLL's process at an address that came in a struct, or from anywhere else.
  template <typename T>
  Remote<T> At(RemoteAddress<T> address) const {
    return Remote<T>(connection(), address.address());
  }

  // Memory for DLLs to keep: see Retained.
  template <typename T>
  Retained<T> Allocate(std::size_t count = 1) const {
    return ValueOrThrow(TryAllocate<T>(count));
  }
  template <typename T>
  Expected<Retained<T>> TryAllocate(std::size_t count = 1) const {
    return Retained<T>::Make(connection(), count);
  }

  // Ends the session now, from any thread: calls that are open are kCancelled, as are later ones. Handlers of callbacks
  // run on to their own end.
  void Stop() const;

  // How many hosts there were: more than 1 where SessionOptions::restart had reason to.
  unsigned starts() const;

  // GetLastError() as this thread's last call left it.
  std::uint32_t LastError() const;
  // What DLLs printed since the last time (TextMode::kCapture), flushed first, and how much was dropped before it.
  Text TakeText() const;

  // Of the host of now.
  std::shared_ptr<Connection> connection() const;
  const std::shared_ptr<SessionCore>& core() const { return core_; }

 private:
  explicit Session(std::shared_ptr<SessionCore> core) : core_(std::move(core)) {}

  template <typename R, typename... Args>
  Expected<bridge::Function<R(Args...)>> BindAt(std::type_identity<R(Args...)>, std::uint64_t address, const FunctionOptions& options) const {
    auto bound = internal::BindAt(core_, address, internal::MakeSignature<R, Args...>(options), options.deadline);
    if (!bound) return tl::unexpected(bound.error());
    return bridge::Function<R(Args...)>(std::move(*bound));
  }

  template <typename R, typename... Args, typename F>
  Expected<Callback<R(Args...)>> MakeCallback(std::type_identity<R(Args...)>, F handler, const CallbackOptions& options) const {
    static_assert(std::is_invocable_r_v<R, F, Args...>, "the handler does not fit the prototype");
    auto run = [handler = std::move(handler), session = internal::Serving{}](const std::uint64_t* words) mutable -> std::uint64_t {
      return [&]<std::size_t... I>(std::index_sequence<I...>) -> std::uint64_t {
        if constexpr (std::is_void_v<R>) {
          return handler(internal::Attached(internal::FromArgument<Args>(words[I]), session)...), 0;
        } else if constexpr (internal::Aggregate<R>) {
          const R result = handler(internal::Attached(internal::FromArgument<Args>(words[I]), session)...);
          return std::memcpy(reinterpret_cast<void*>(words[sizeof...(Args)]), &result, sizeof result), 0;
        } else {
          return ToWord<R>(handler(internal::Attached(internal::FromArgument<Args>(words[I]), session)...));
        }
      }(std::index_sequence_for<Args...>{});
    };
    const Signature signature = internal::MakeSignature<R, Args...>(options);
    Expected<std::shared_ptr<LiveCallback>> made;
    if constexpr (std::is_void_v<R>) {
      made = internal::MakeCallback(core_, signature, std::move(run));
    } else {
      auto on_throw = options.on_throw.template As<R>();
      if (!on_throw) return tl::unexpected(on_throw.error());
      made = internal::MakeCallback(core_, signature, std::move(run), ToWord<R>(*on_throw));
    }
    return std::move(made).map([](auto live) { return Callback<R(Args...)>(std::move(live)); });
  }

  std::shared_ptr<SessionCore> core_;
};

}  // namespace bridge
