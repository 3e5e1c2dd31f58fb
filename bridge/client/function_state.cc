// SPDX-License-Identifier: MIT
#include "bridge/client/function_state.h"

#include <algorithm>
#include <array>

#include "bridge/core/binding.h"

namespace bridge {
namespace {

namespace fs = std::filesystem;
using protocol::Verb;

// What to hand to Windows: an absolute path for a file that is there, the bare
// name for Windows' own search where there is none.
Expected<std::string> ResolvePath(const std::string& path, const SessionOptions& options) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) return fs::absolute(path, ignored).lexically_normal().string();
  if (path.find('/') != path.npos || path.empty())
    return tl::unexpected(Error{ErrorCode::kNotFound, "no DLL at '" + path + "' (Windows error 126)", 126, 0});
  for (const fs::path& folder : options.dll_path)
    if (fs::exists(folder / path, ignored)) return fs::absolute(folder / path, ignored).lexically_normal().string();
  return path;
}

// Gives back frame space and instances on every way out of a call.
class CallScope {
 public:
  explicit CallScope(Conversation* here)
      : here_(here), mark_(here->frames().mark()), base_(here->instances().size()) {}
  ~CallScope() {
    here_->instances().resize(base_);
    here_->frames().Release(mark_);
  }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;
  std::size_t base() const { return base_; }

 private:
  Conversation* const here_;
  const FrameSpace::Mark mark_;
  const std::size_t base_;
};

std::uint64_t OwnAddress(void* context, std::uint64_t address) {
  auto* here = static_cast<Conversation*>(context);
  return Own(address, here->Origin(), here->instances());
}

}  // namespace

Expected<std::shared_ptr<ModuleState>> ModuleState::Load(std::shared_ptr<Connection> connection, const std::string& path) {
  auto resolved = ResolvePath(path, connection->options());
  if (!resolved) return tl::unexpected(resolved.error());
  auto here = connection->Here();
  if (!here) return tl::unexpected(here.error());
  auto answer = (*here)->AskWithPayload(Verb::kLoad, 0, std::as_bytes(std::span(*resolved)), "loading '" + path + "'");
  if (!answer) return tl::unexpected(answer.error());
  return std::make_shared<ModuleState>(std::move(connection), static_cast<std::uint32_t>(answer->words[0]), path);
}

Expected<void> ModuleState::Unload() {
  if (!loaded.exchange(false)) return Fail(ErrorCode::kInvalidArgument, "'" + name + "' was unloaded before");
  auto here = connection->Here();
  if (!here) return tl::unexpected(here.error());
  return (*here)->Ask(Verb::kUnload, id, {}, "unloading '" + name + "'").map([](auto&&) {});
}

Expected<std::shared_ptr<const FunctionState>> FunctionState::Bind(std::shared_ptr<ModuleState> module,
                                                                   std::string symbol, Signature signature) {
  if (!module->loaded) return Fail(ErrorCode::kInvalidArgument, "'" + module->name + "' was unloaded");
  std::shared_ptr<FunctionState> function(new FunctionState);
  const Abi abi = module->connection->abi();
  const auto in_function = [&symbol](Error error) {
    error.message = "binding '" + symbol + "': " + error.message;
    return tl::unexpected<Error>(std::move(error));
  };
  auto binding = MakeBinding(signature, abi, false);
  if (!binding) return in_function(binding.error());
  auto before = CompilePlan(signature, Abi::kSysv64, abi, Phase::kBefore);
  if (!before) return in_function(before.error());
  auto after = CompilePlan(signature, Abi::kSysv64, abi, Phase::kAfter);
  if (!after) return in_function(after.error());
  auto here = module->connection->Here();
  if (!here) return tl::unexpected(here.error());
  WireWriter wire;
  wire.U32(module->id);
  wire.Text(symbol);
  Write(*binding, &wire);
  auto bound = (*here)->AskWithPayload(Verb::kBind, 0, wire.bytes(), "binding '" + symbol + "'");
  if (!bound) return tl::unexpected(bound.error());
  function->id_ = static_cast<std::uint32_t>(bound->words[0]);
  function->module_ = std::move(module);
  function->symbol_ = std::move(symbol);
  function->arguments_ = signature.arguments.size();
  function->pointer_result_ = signature.result.kind() == Kind::kPointer;
  function->before_ = std::move(*before);
  function->after_ = std::move(*after);
  function->signature_ = std::move(signature);
  return function;
}

Expected<void> FunctionState::Call(std::uint64_t* words, std::exception_ptr* thrown) const {
  if (!module_->loaded.load(std::memory_order_relaxed)) [[unlikely]]
    return Fail(ErrorCode::kInvalidArgument, "'" + symbol_ + "': its module '" + module_->name + "' was unloaded");
  auto here = module_->connection->Here();
  if (!here) [[unlikely]] return tl::unexpected(here.error());
  auto done = CallHere(*here, words);
  if (auto exception = (*here)->TakeException()) [[unlikely]] *thrown = exception;
  return done;
}

Expected<void> FunctionState::CallHere(Conversation* here, std::uint64_t* words) const {
  const CallScope scope(here);
  const std::uint64_t delta = here->connection().segment().delta();
  std::array<std::uint64_t, protocol::kWords + 1> few{};
  std::uint64_t* sent = few.data();
  if (arguments_ > protocol::kWords) {
    auto block = here->frames().Allocate((arguments_ + 1) * 8, 16);
    if (!block) return tl::unexpected(block.error());
    sent = reinterpret_cast<std::uint64_t*>(*block);
  }
  std::copy_n(words, arguments_, sent);
  sent[arguments_] = 0;
  if (!before_.empty()) {
    auto packed = Pack(before_, sent, Road{&here->frames(), delta, here->connection().segment().region()}, &here->instances());
    if (!packed) return tl::unexpected(packed.error());
  }
  protocol::Words line{reinterpret_cast<std::uint64_t>(sent) + delta};
  if (arguments_ <= protocol::kWords) [[likely]] std::copy_n(few.begin(), protocol::kWords, line.begin());
  auto answer = here->Ask(Verb::kCall, id_, line, symbol_);
  if (!answer) [[unlikely]] return tl::unexpected(answer.error());
  here->last_error = static_cast<std::uint32_t>(answer->words[1]);
  words[arguments_] = answer->words[0];
  if (!before_.empty()) {
    const std::span<const Instance> mine(here->instances().data() + scope.base(), here->instances().size() - scope.base());
    CopyBack(before_, mine, Rewrite::kLargeToo, OwnAddress, here);
  }
  if (answer->words[2] != 0) {
    const FrameOrigin origin = here->Origin();
    const auto* late = reinterpret_cast<const std::byte*>(answer->words[2] - delta);
    if (!origin.segment.Contains(late) || static_cast<std::uint64_t>(origin.segment.end - late) < (arguments_ + 1) * 8)
      return Fail(ErrorCode::kCorrupt, symbol_ + ": the result's memory lies outside the segment");
    std::vector<std::uint64_t> frame_words(arguments_ + 1);
    std::copy_n(reinterpret_cast<const std::uint64_t*>(late), arguments_ + 1, frame_words.begin());
    here->results().Release({});
    auto unpacked = Unpack(after_, frame_words.data(), origin, &here->results(), &here->instances());
    if (!unpacked) return tl::unexpected(unpacked.error());
    words[arguments_] = frame_words[arguments_];
  }
  if (pointer_result_) words[arguments_] = Own(words[arguments_], here->Origin(), here->instances());
  return {};
}

}  // namespace bridge
