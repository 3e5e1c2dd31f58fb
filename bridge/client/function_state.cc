// SPDX-License-Identifier: MIT
#include "bridge/client/function_state.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "bridge/core/binding.h"

namespace bridge {
namespace {

namespace fs = std::filesystem;
using protocol::Verb;

// What to hand to Windows: an absolute path where there are folders in it or the
// file is there, the bare name for Windows' own search otherwise. A path to no file
// is handed over too: Windows adds ".dll" and does not tell letters by their case.
Expected<std::string> ResolvePath(const std::string& path, const SessionOptions& options) {
  if (path.empty())
    return tl::unexpected(Error{ErrorCode::kNotFound, "no DLL at '' (Windows error 126)", 126, 0});
  std::error_code ignored;
  if (path.find('/') != path.npos || fs::exists(path, ignored))
    return fs::absolute(path, ignored).lexically_normal().string();
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

Expected<std::uint64_t> ModuleState::FindData(const std::string& symbol) const {
  if (!loaded) return Fail(ErrorCode::kInvalidArgument, "'" + name + "' was unloaded");
  auto here = connection->Here();
  if (!here) return tl::unexpected(here.error());
  WireWriter wire;
  wire.U32(id);
  wire.Text(symbol);
  auto found = (*here)->AskWithPayload(Verb::kFindData, 0, wire.bytes(), "looking for '" + symbol + "'");
  if (!found) return tl::unexpected(found.error());
  return found->words[0];
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
  function->sent_ = binding->arguments.size();
  if (signature.result.kind() == Kind::kPointer) function->result_ = Result::kPointer;
  if (const Kind kind = signature.result.kind(); kind == Kind::kStruct || kind == Kind::kUnion) {
    auto returned = ReturnedAggregate::Make(signature.result, signature.convention, Abi::kSysv64, abi);
    if (!returned) return in_function(returned.error());
    function->returned_ = std::move(*returned);
    function->result_ = Result::kAggregate;
    if (binding->result.in == ResultIn::kMemory)
      function->hidden_ = std::min(HiddenPointerIndex(signature.convention, abi), signature.arguments.size());
  }
  for (std::uint32_t root : before->roots)
    if (before->nodes[root].by_value == Travel::kWord) function->in_words_.push_back(before->nodes[root].word);
  function->needs_frame_ = !before->empty() || function->hidden_;
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
  if (sent_ > protocol::kWords) {
    auto block = here->frames().Allocate((sent_ + 1) * 8, 16);
    if (!block) return tl::unexpected(block.error());
    sent = reinterpret_cast<std::uint64_t*>(*block);
  }
  std::copy_n(words, arguments_, sent);
  sent[arguments_] = 0;
  std::byte* room = nullptr;
  if (needs_frame_) {
    auto made = MakeFrame(here, sent);
    if (!made) return tl::unexpected(made.error());
    room = *made;
  }
  protocol::Words line{reinterpret_cast<std::uint64_t>(sent) + delta};
  if (sent_ <= protocol::kWords) [[likely]] std::copy_n(few.begin(), protocol::kWords, line.begin());
  auto answer = here->Ask(Verb::kCall, id_, line, symbol_);
  if (!answer) [[unlikely]] return tl::unexpected(answer.error());
  here->last_error = static_cast<std::uint32_t>(answer->words[1]);
  std::uint64_t result = answer->words[0];
  if (!before_.empty()) {
    const std::span<const Instance> mine(here->instances().data() + scope.base(), here->instances().size() - scope.base());
    CopyBack(before_, mine, Rewrite::kLargeToo, OwnAddress, here);
  }
  if (answer->words[2] != 0) {
    auto late = ReadLate(here, answer->words[2]);
    if (!late) return tl::unexpected(late.error());
    result = *late;
  }
  if (result_ == Result::kWord) [[likely]] {
    words[arguments_] = result;
  } else if (result_ == Result::kPointer) {
    words[arguments_] = OwnAddress(here, result);
  } else {
    const std::byte* from = room != nullptr ? room : reinterpret_cast<const std::byte*>(&result);
    returned_->ToLocal(reinterpret_cast<std::byte*>(words[arguments_]), from, OwnAddress, here);
  }
  return {};
}

Expected<std::byte*> FunctionState::MakeFrame(Conversation* here, std::uint64_t* sent) const {
  const Segment& segment = here->connection().segment();
  if (!before_.empty()) {
    auto packed = Pack(before_, sent, Road{&here->frames(), segment.delta(), segment.region()}, &here->instances());
    if (!packed) return tl::unexpected(packed.error());
  }
  if (!hidden_) return nullptr;
  const std::uint64_t bytes = returned_->passed().bytes;
  auto room = here->frames().Allocate(bytes, std::max<std::uint64_t>(returned_->align(), 16));
  if (!room) return room;
  std::memset(*room, 0, bytes);  // what the callee leaves unwritten is not some other call's
  std::copy_backward(sent + *hidden_, sent + arguments_, sent + arguments_ + 1);
  sent[*hidden_] = reinterpret_cast<std::uint64_t>(*room) + segment.delta();
  return room;
}

// What only the call made known: the words after it, and the memory that they lead to. Gives the result's.
Expected<std::uint64_t> FunctionState::ReadLate(Conversation* here, std::uint64_t late) const {
  const FrameOrigin origin = here->Origin();
  const auto* at = reinterpret_cast<const std::byte*>(late - origin.delta);
  if (!origin.segment.Contains(at) || static_cast<std::uint64_t>(origin.segment.end - at) < (arguments_ + 1) * 8)
    return Fail(ErrorCode::kCorrupt, symbol_ + ": the result's memory lies outside the segment");
  std::vector<std::uint64_t> words(arguments_ + 1);
  std::copy_n(reinterpret_cast<const std::uint64_t*>(at), arguments_ + 1, words.begin());
  for (const std::size_t word : in_words_) words[word] = late + word * 8;  // plans expect the address of such bytes
  here->results().Release({});
  auto unpacked = Unpack(after_, words.data(), origin, &here->results(), &here->instances());
  if (!unpacked) return tl::unexpected(unpacked.error());
  return words[arguments_];
}

}  // namespace bridge
