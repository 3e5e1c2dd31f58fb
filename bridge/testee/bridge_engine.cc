// SPDX-License-Identifier: MIT
#include "bridge/testee/bridge_engine.h"

#include <chrono>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "bridge/client/connection.h"
#include "bridge/client/function_state.h"
#include "bridge/client/remote_memory.h"
#include "bridge/testee/signature.h"

namespace bridge::testee {
namespace {

using spanproof::Called;
using spanproof::CallbackSink;
using spanproof::Engine;
using spanproof::EngineError;
using spanproof::EngineResult;
using spanproof::Handle;
using spanproof::Slot;

tl::unexpected<EngineError> FromError(const Error& error) {
  EngineError::Kind kind = EngineError::Kind::kInternal;
  switch (error.code) {
    case ErrorCode::kInvalidArgument: kind = error.os_error ? EngineError::Kind::kOs : EngineError::Kind::kRefused; break;
    case ErrorCode::kNotFound: kind = EngineError::Kind::kOs; break;
    case ErrorCode::kUnsupported: kind = EngineError::Kind::kUnsupported; break;
    case ErrorCode::kFault: kind = EngineError::Kind::kFault; break;
    case ErrorCode::kDisconnected: kind = EngineError::Kind::kEnded; break;
    case ErrorCode::kTimeout: kind = EngineError::Kind::kTimeout; break;
    default: break;
  }
  return tl::unexpected(EngineError{kind, error.os_error, error.address, error.message, error.module, error.offset});
}

// Slots are zero-extended, the bridge's words extended by their sign. What does not fit stays as it is: the client says so.
std::uint64_t ToWord(Kind kind, std::uint64_t bits) {
  if (const std::uint32_t bytes = ScalarBytes(kind, 8); bytes < 8 && bits >> (bytes * 8) != 0) return bits;
  switch (kind) {
    case Kind::kInt8: return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int8_t>(bits)));
    case Kind::kInt16: return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int16_t>(bits)));
    case Kind::kInt32: return static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(bits)));
    default: return bits;
  }
}

std::uint64_t ToSlot(Kind kind, std::uint64_t word) {
  switch (kind) {
    case Kind::kVoid: return 0;
    case Kind::kBool:
    case Kind::kInt8:
    case Kind::kUint8: return word & 0xff;
    case Kind::kInt16:
    case Kind::kUint16:
    case Kind::kChar16: return word & 0xffff;
    case Kind::kInt32:
    case Kind::kUint32:
    case Kind::kFloat: return word & 0xffffffff;
    default: return word;
  }
}

std::string CpuName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown";
}

class BridgeEngine final : public Engine {
 public:
  BridgeEngine(Session session, Abi abi) : session_(std::move(session)), abi_(abi) {}

  Description Describe() override {
    Description self;
    self.name = "bridge";
    self.version = "1";
    self.engine = "bridge";
    self.abi = HarnessAbi();
    self.memory_abi = spanproof::Abi::kSysv64Windows;  // the client's own, which the bridge translates
    self.capabilities = {"load",  "call",     "callback", "memory",   "text",   "last_error",
                         "stdcall", "fastcall", "thiscall", "varargs", "by_value", "fault",
                         "threads", "foreign_threads", "deadline", "restart",
                         "callback_by_value", "function_pointers"};
    self.os = "wine";
    self.wine = WineVersion();
    self.cpu = CpuName();
    return self;
  }

  EngineResult<Handle> Load(const std::string& path) override {
    auto module = session_.TryLoad(path);
    if (!module) return FromError(module.error());
    const std::lock_guard lock(mutex_);
    modules_.push_back(std::move(*module));
    return static_cast<Handle>(modules_.size() - 1);
  }

  EngineResult<void> Unload(Handle module) override {
    if (auto done = ModuleOf(module).TryUnload(); !done) return FromError(done.error());
    return {};
  }

  EngineResult<Handle> Bind(Handle module, const std::string& symbol, const spanproof::TypeTable& types,
                            const spanproof::Prototype& prototype) override {
    auto signature = Translate(types, prototype);
    if (!signature) return FromError(signature.error());
    return Keep(FunctionState::Bind(ModuleOf(module).state(), symbol, std::move(*signature)), symbol);
  }

  EngineResult<Handle> BindAt(std::uint64_t address, const spanproof::TypeTable& types, const spanproof::Prototype& prototype) override {
    auto signature = Translate(types, prototype);
    if (!signature) return FromError(signature.error());
    auto here = session_.core()->Here();
    if (!here) return FromError(here.error());
    // A pointer that was declared void* may be a copy's address by now.
    auto code = CodeIn(&(*here)->connection(), ToRemote(address));
    if (!code) return FromError(code.error());
    return Keep(FunctionState::BindAt(session_.core(), *code, std::move(*signature)), "a function that the DLL returned");
  }

  EngineResult<Called> Call(Handle function, std::span<const Slot> arguments, const spanproof::CallOptions& options) override {
    const auto [called, symbol] = FunctionOf(function);
    // A new host's, where the last one ended.
    auto here = session_.core()->Here();
    if (!here) return FromError(here.error());
    const Signature& signature = called->signature();
    std::vector<std::uint64_t> words(arguments.size() + 1);
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const Kind kind = signature.arguments[i].kind();
      words[i] = IsAggregate(signature.arguments[i]) ? reinterpret_cast<std::uint64_t>(arguments[i].aggregate)
                                                     : ToWord(kind, arguments[i].words[0]);
      if (kind != Kind::kFunction) continue;
      auto code = CodeIn(&(*here)->connection(), words[i]);
      if (!code) return FromError(code.error());
      words[i] = *code;
    }
    thread_local std::vector<std::byte> room;  // of a result by value, until the thread's next call
    if (IsAggregate(signature.result)) {
      auto layout = LayoutOf(signature.result, Abi::kSysv64);
      if (!layout) return FromError(layout.error());
      room.assign(layout->size, std::byte{});
      words.back() = reinterpret_cast<std::uint64_t>(room.data());
    }
    std::exception_ptr thrown;
    std::optional<Conversation::Deadline> deadline;
    if (options.deadline_ms != 0) deadline.emplace(*here, std::chrono::milliseconds(options.deadline_ms), symbol);
    auto done = called->Call(words.data(), &thrown);
    if (thrown) return FromError(internal::DescribeException(thrown));
    if (!done) return FromError(done.error());
    Called result;
    if (IsAggregate(signature.result))
      result.result.aggregate = room.data();
    else
      result.result.words[0] = ToSlot(signature.result.kind(), words.back());
    result.last_error = (*here)->last_error;
    result.last_error_known = true;
    return result;
  }

  EngineResult<std::shared_ptr<void>> MakeCallback(const spanproof::TypeTable& types,
                                                   const spanproof::Prototype& prototype, CallbackSink sink) override {
    auto signature = Translate(types, prototype);
    if (!signature) return FromError(signature.error());
    std::vector<Kind> kinds;
    for (const Type& argument : signature->arguments) kinds.push_back(argument.kind());
    Handler handler = [kinds, result = signature->result.kind(), sink = std::move(sink)](const std::uint64_t* words) {
      std::vector<Slot> slots(kinds.size());
      for (std::size_t i = 0; i < kinds.size(); ++i) {
        if (IsAggregate(kinds[i])) slots[i].aggregate = reinterpret_cast<const void*>(words[i]);
        else slots[i].words[0] = ToSlot(kinds[i], words[i]);
      }
      Slot answer;
      if (IsAggregate(result)) answer.aggregate = reinterpret_cast<const void*>(words[kinds.size()]);
      sink(slots, &answer);
      return ToWord(result, answer.words[0]);
    };
    auto made = internal::MakeCallback(session_.core(), *signature, std::move(handler));
    if (!made) return FromError(made.error());
    const std::lock_guard lock(mutex_);
    std::erase_if(codes_, [](const auto& each) { return each.second.expired(); });
    codes_[(*made)->code()] = *made;
    return std::shared_ptr<void>(std::move(*made));
  }

  std::uint64_t CallbackAddress(const std::shared_ptr<void>& callback) override {
    const std::lock_guard lock(mutex_);
    for (const auto& [code, live] : codes_)
      if (live.lock() == callback) return code;
    return 0;
  }

  EngineResult<std::uint64_t> FindData(Handle module, const std::string& symbol, const spanproof::TypeTable& types,
                                       spanproof::TypeId type) override {
    auto found = ModuleOf(module).state()->FindData(symbol);
    if (!found) return FromError(found.error());
    const auto layout = spanproof::LayoutOf(types, type, HarnessAbi());
    if (!layout) return FromError({ErrorCode::kInvalidArgument, layout.error().message, 0, 0});
    // With an address of its own, so that it can be passed like any other pointer.
    std::vector<std::byte> bytes(layout->size);
    const auto held = session_.connection();
    Connection& connection = *held;
    if (auto read = ReadRemote(connection, *found, bytes.data(), bytes.size()); !read) return FromError(read.error());
    auto mirror = Mirror(*found, bytes);
    if (!mirror) return FromError(mirror.error());
    return reinterpret_cast<std::uint64_t>(*mirror);
  }

  EngineResult<void> ReadForeign(std::uint64_t address, std::span<std::uint8_t> bytes) override {
    auto* to = reinterpret_cast<std::byte*>(bytes.data());
    if (auto read = ReadRemote(*session_.connection(), ToRemote(address), to, bytes.size()); !read) return FromError(read.error());
    return {};
  }

  EngineResult<void> WriteForeign(std::uint64_t address, std::span<const std::uint8_t> bytes) override {
    const auto* from = reinterpret_cast<const std::byte*>(bytes.data());
    if (auto written = WriteRemote(*session_.connection(), ToRemote(address), from, bytes.size()); !written)
      return FromError(written.error());
    return {};
  }

  // By an address that can be passed like any other: a copy's, empty where nothing was brought over yet.
  std::uint64_t OwnAddress(std::uint64_t foreign) override {
    if (IsCode(foreign)) return foreign;
    const auto held = session_.connection();
    Connection& connection = *held;
    const std::uint64_t shared = foreign - connection.segment().delta();
    if (connection.segment().region().Contains(reinterpret_cast<const std::byte*>(shared))) return shared;
    if (const std::byte* known = connection.mirrors().LocalOf(foreign)) return reinterpret_cast<std::uint64_t>(known);
    auto made = Mirror(foreign, {});
    return made ? reinterpret_cast<std::uint64_t>(*made) : foreign;
  }
  std::uint64_t ForeignAddress(std::uint64_t own) override { return ToRemote(own); }

  EngineResult<std::shared_ptr<void>> MakeRetained(std::uint64_t size) override {
    auto block = RetainedBlock::MakeBytes(session_.connection(), size);
    if (!block) return FromError(block.error());
    std::byte* begin = (*block)->begin();
    return std::shared_ptr<void>(std::move(*block), begin);
  }

  std::vector<spanproof::PrintedText> TakeText() override {
    std::vector<spanproof::PrintedText> texts;
    auto text = session_.core()->TakeText();
    if (!text) return texts;  // the host is gone: the call says so
    if (!text->out.empty()) texts.push_back({spanproof::Stream::kStdout, std::move(text->out)});
    if (!text->err.empty()) texts.push_back({spanproof::Stream::kStderr, std::move(text->err)});
    return texts;
  }

 private:
  struct Bound {
    std::shared_ptr<const FunctionState> state;
    std::string symbol;
  };

  spanproof::Abi HarnessAbi() const {
    switch (abi_) {
      case Abi::kWin64Msvc: return spanproof::Abi::kWin64Msvc;
      case Abi::kWin64Gnu: return spanproof::Abi::kWin64Gnu;
      case Abi::kWin32Msvc: return spanproof::Abi::kWin32Msvc;
      case Abi::kWin32Gnu: return spanproof::Abi::kWin32Gnu;
      case Abi::kSysv64: break;
    }
    return spanproof::Abi::kSysv64;
  }

  Module ModuleOf(Handle module) const {
    const std::lock_guard lock(mutex_);
    return modules_.at(module);
  }
  Bound FunctionOf(Handle function) const {
    const std::lock_guard lock(mutex_);
    return functions_.at(function);
  }
  EngineResult<Handle> Keep(Expected<std::shared_ptr<const FunctionState>> bound, std::string symbol) {
    if (!bound) return FromError(bound.error());
    const std::lock_guard lock(mutex_);
    functions_.push_back({std::move(*bound), std::move(symbol)});
    return static_cast<Handle>(functions_.size() - 1);
  }
  bool IsCode(std::uint64_t address) const {
    const std::lock_guard lock(mutex_);
    const auto known = codes_.find(address);
    return known != codes_.end() && !known->second.expired();
  }
  // Where the code of a callback of ours lies in that host; other addresses as they are.
  Expected<std::uint64_t> CodeIn(Connection* connection, std::uint64_t first) const {
    std::shared_ptr<LiveCallback> live;
    {
      const std::lock_guard lock(mutex_);
      const auto known = codes_.find(first);
      if (known == codes_.end()) return first;
      live = known->second.lock();
    }
    return live ? live->CodeIn(connection) : first;
  }

  // An address here that stands for the DLL's, with the bytes that were read there.
  Expected<std::byte*> Mirror(std::uint64_t remote, std::span<const std::byte> bytes) const {
    const Plan plan;
    const Node node;
    const auto held = session_.connection();
    Mirrors& mirrors = held->mirrors();
    Mirrors::Pins pins;
    auto made = mirrors.Put(held->serial(), remote, {.plan = &plan, .node = &node, .count = bytes.size(), .remote_bytes = bytes}, &pins);
    mirrors.Unpin(pins);
    return made;
  }

  // The DLL's address: of a copy's, of memory that both sides see, or as it is.
  std::uint64_t ToRemote(std::uint64_t address) const {
    const auto held = session_.connection();
    Connection& connection = *held;
    const auto* local = reinterpret_cast<const std::byte*>(address);
    if (connection.mirrors().Contains(local)) return connection.mirrors().RemoteByteOf(local);
    return connection.segment().region().Contains(local) ? address + connection.segment().delta() : address;
  }

  std::string WineVersion() {
    auto ntdll = session_.TryLoad("ntdll.dll");
    if (!ntdll) return "";
    auto version = ntdll->TryFunction<const char*()>("wine_get_version", {.memsync = {{.pointer = {"r"}, .null = true}}});
    if (!version) return "";
    return version->TryCall().value_or("");
  }

  Session session_;
  const Abi abi_;  // of the DLLs
  mutable std::mutex mutex_;  // of what follows
  std::vector<Module> modules_;
  // By the code that a callback had at first: what it is called by here, and no memory to be copied.
  std::map<std::uint64_t, std::weak_ptr<LiveCallback>> codes_;
  std::vector<Bound> functions_;
};

}  // namespace

std::unique_ptr<Engine> MakeBridgeEngine(Session session, Abi abi) {
  return std::make_unique<BridgeEngine>(std::move(session), abi);
}

}  // namespace bridge::testee
