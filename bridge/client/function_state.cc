// SPDX-License-Identifier: MIT
#include "bridge/client/function_state.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "bridge/client/follower.h"
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
      : here_(here), mark_(here->frames().mark()), base_(here->instances().size()),
        loans_(here->loans().mark()), checked_(here->checked() ? here->checked()->mark() : 0) {}
  ~CallScope() {
    here_->instances().resize(base_);
    if (here_->loans().mark() != loans_) [[unlikely]] here_->loans().End(loans_);
    if (here_->checked()) [[unlikely]] here_->checked()->Release(checked_);
    here_->frames().Release(mark_);
  }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;
  std::size_t base() const { return base_; }
  std::size_t checked() const { return checked_; }

 private:
  Conversation* const here_;
  const FrameSpace::Mark mark_;
  const std::size_t base_;
  const std::size_t loans_;
  const std::size_t checked_;
};

// "argument 0, byte 44 of its 40": what was touched beside a copy.
std::string Spell(const CheckedSpace::Beyond& beyond, std::span<const Instance> instances) {
  const auto owner = std::find_if(instances.begin(), instances.end(), [&](const Instance& one) {
    return one.copied && one.frame >= beyond.block && one.frame < beyond.block + std::max<std::uint64_t>(beyond.bytes, 1);
  });
  const std::string place = beyond.offset < 0 ? std::to_string(-beyond.offset) + " bytes before the " + std::to_string(beyond.bytes)
                                              : "byte " + std::to_string(beyond.offset) + " of the " + std::to_string(beyond.bytes);
  return place + " bytes" + (owner == instances.end() ? std::string() : " of argument " + std::to_string(owner->word));
}

// In checked mode: what went out as const is to come back as it was, unless a pointer that is not const leads there too.
void HoldToConst(CheckedSpace* checked, std::span<const Instance> instances) {
  const auto promised = [](const Instance& one) { return one.copied && one.node->read_only && !one.node->by_value; };
  const auto meet = [](const Instance& a, const Instance& b) {
    return a.frame < b.frame + b.frame_bytes() && b.frame < a.frame + a.frame_bytes();
  };
  for (const Instance& one : instances)
    if (promised(one) && std::none_of(instances.begin(), instances.end(), [&](const Instance& other) {
          return other.copied && !promised(other) && meet(one, other);
        }))
      checked->Promise(one.frame);
}

// What was written where it must not be.
Error WrittenTo(const std::string& symbol, const CheckedSpace::Beyond& where, std::span<const Instance> instances) {
  return {ErrorCode::kFault, symbol + " wrote " + Spell(where, instances) +
                                 (where.inside() ? ", which it was given as const: drop the const, or is the DLL wrong?"
                                                 : ": is a memsync directive's length too small, or does the DLL go beyond its memory?"), 0, 0};
}

// A fault beside a copy, in checked mode, says which.
Error Explain(Conversation* here, std::size_t base, Error error) {
  const Conversation::Touched touched = here->touched();
  if (error.code != ErrorCode::kFault || touched.address == 0) return error;
  const auto beyond = here->checked()->Locate(reinterpret_cast<const std::byte*>(touched.address - here->Origin().delta));
  if (!beyond) return error;
  error.message += std::string(": it ") + (touched.access == 0 ? "read " : "wrote ") + Spell(*beyond, std::span(here->instances()).subspan(base)) +
                   ": is a memsync directive's length too small, or does the DLL go beyond its memory?";
  return error;
}

// A fault ended the call alone.
Error WhatBecame(Error error) {
  if (error.code == ErrorCode::kFault) error.message += "; the session still works";
  return error;
}

std::uint64_t OwnAddress(void* context, std::uint64_t address) {
  return static_cast<Conversation*>(context)->OwnOf(address);
}

tl::unexpected<Error> InCall(std::size_t argument, Error error) {
  error.message = "argument " + std::to_string(argument) + ": " + error.message;
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace

Expected<std::shared_ptr<ModuleState>> ModuleState::Load(std::shared_ptr<SessionCore> core, const std::string& path) {
  auto resolved = ResolvePath(path, core->options());
  if (!resolved) return tl::unexpected(resolved.error());
  auto here = core->Here();
  if (!here) return tl::unexpected(here.error());
  auto module = std::make_shared<ModuleState>(std::move(core), path, std::move(*resolved));
  if (auto id = module->IdIn(*here); !id) return tl::unexpected(id.error());
  return module;
}

Expected<std::uint32_t> ModuleState::IdIn(Conversation* here) const {
  const std::lock_guard lock(mutex_);
  if (serial_ == here->serial()) return id_;
  here->connection().SendReleases(here);
  auto answer = here->AskWithPayload(Verb::kLoad, 0, std::as_bytes(std::span(path_)), "loading '" + name + "'");
  if (!answer) return tl::unexpected(answer.error());
  serial_ = here->serial();
  return id_ = static_cast<std::uint32_t>(answer->words[0]);
}

Expected<void> ModuleState::Unload() {
  if (!loaded.exchange(false)) return Fail(ErrorCode::kInvalidArgument, "'" + name + "' was unloaded before");
  auto here = core->Here();
  if (!here) return tl::unexpected(here.error());
  const std::lock_guard lock(mutex_);
  if (serial_ != (*here)->serial()) return {};  // its host is gone
  return (*here)->Ask(Verb::kUnload, id_, {}, "unloading '" + name + "'").map([](auto&&) {});
}

Expected<std::uint64_t> ModuleState::FindData(const std::string& symbol) const {
  if (!loaded) return Fail(ErrorCode::kInvalidArgument, "'" + name + "' was unloaded");
  auto here = core->Here();
  if (!here) return tl::unexpected(here.error());
  auto id = IdIn(*here);
  if (!id) return tl::unexpected(id.error());
  WireWriter wire;
  wire.U32(*id);
  wire.Text(symbol);
  auto found = (*here)->AskWithPayload(Verb::kFindData, 0, wire.bytes(), "looking for '" + symbol + "'");
  if (!found) return tl::unexpected(found.error());
  return found->words[0];
}

Expected<std::shared_ptr<const FunctionState>> FunctionState::Bind(std::shared_ptr<ModuleState> module,
                                                                   std::string symbol, Signature signature,
                                                                   std::chrono::milliseconds deadline) {
  if (!module->loaded) return Fail(ErrorCode::kInvalidArgument, "'" + module->name + "' was unloaded");
  std::shared_ptr<FunctionState> function(new FunctionState(module->core));
  function->module_ = std::move(module);
  function->symbol_ = std::move(symbol);
  return Make(std::move(function), std::move(signature), deadline);
}

Expected<std::shared_ptr<const FunctionState>> FunctionState::BindAt(std::shared_ptr<SessionCore> core, std::uint64_t address,
                                                                     Signature signature, std::chrono::milliseconds deadline) {
  auto here = core->Here();
  if (!here) return tl::unexpected(here.error());
  std::shared_ptr<FunctionState> function(new FunctionState(std::move(core)));
  function->only_in_ = (*here)->serial();
  char symbol[24];
  std::snprintf(symbol, sizeof symbol, "@%llx", static_cast<unsigned long long>(address));
  function->symbol_ = symbol;
  return Make(std::move(function), std::move(signature), deadline);
}

Expected<std::shared_ptr<const FunctionState>> FunctionState::Make(std::shared_ptr<FunctionState> function, Signature signature,
                                                                   std::chrono::milliseconds deadline) {
  const Abi abi = function->core()->abi();
  const auto in_function = [&](Error error) {
    error.message = "binding '" + function->symbol_ + "': " + error.message;
    return tl::unexpected<Error>(std::move(error));
  };
  auto binding = MakeBinding(signature, abi, false);
  if (!binding) return in_function(binding.error());
  auto before = CompilePlan(signature, Abi::kSysv64, abi, Phase::kBefore);
  if (!before) return in_function(before.error());
  auto after = CompilePlan(signature, Abi::kSysv64, abi, Phase::kAfter);
  if (!after) return in_function(after.error());
  WireWriter wire;
  Write(*binding, &wire);
  function->binding_.assign(wire.bytes().begin(), wire.bytes().end());
  const std::chrono::milliseconds every = function->core()->options().call_timeout;
  function->limit_ = every.count() == 0 || (deadline.count() != 0 && deadline < every) ? deadline : every;
  auto here = function->core()->Here();
  if (!here) return tl::unexpected(here.error());
  if (auto bound = function->BindIn(*here); !bound) return tl::unexpected(bound.error());
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
  for (const Node& node : before->nodes)
    function->stores_pointers_ |= !node.read_only && std::any_of(node.children.begin(), node.children.end(), [&](std::uint32_t child) {
      return !before->nodes[child].inlined;
    });
  for (std::size_t i = 0; i < signature.arguments.size(); ++i)
    if ((signature.arguments[i].kind() == Kind::kPointer || signature.arguments[i].kind() == Kind::kFunction) &&
        std::none_of(before->roots.begin(), before->roots.end(), [&](std::uint32_t root) { return before->nodes[root].word == i; }))
      function->opaque_.push_back(i);
  for (const std::uint32_t root : after->roots)
    (after->nodes[root].word == signature.arguments.size() ? function->late_result_ : function->late_arguments_) = true;
  function->needs_frame_ = !before->empty() || function->hidden_;
  function->before_ = std::move(*before);
  function->after_ = std::move(*after);
  function->signature_ = std::move(signature);
  return function;
}

Expected<std::uint32_t> FunctionState::ModuleIn(Conversation* here) const {
  if (module_ != nullptr) return module_->IdIn(here);
  if (here->serial() != only_in_)
    return Fail(ErrorCode::kInvalidArgument, "the code at '" + symbol_ + "' belongs to a host that ended: ask the DLL for its address again");
  return protocol::kNoModule;
}

Expected<std::uint32_t> FunctionState::BindIn(Conversation* here) const {
  auto module = ModuleIn(here);
  if (!module) return tl::unexpected(module.error());
  WireWriter wire;
  wire.U32(*module);
  wire.Text(symbol_);
  wire.Bytes(binding_);
  here->connection().SendReleases(here);
  auto bound = here->AskWithPayload(Verb::kBind, 0, wire.bytes(), "binding '" + symbol_ + "'");
  if (!bound) return tl::unexpected(bound.error());
  const auto id = static_cast<std::uint32_t>(bound->words[0]);
  const std::lock_guard lock(bind_mutex_);
  if (const std::uint64_t other = bound_.load(std::memory_order_relaxed); other >> protocol::kTargetBits == here->serial()) {
    here->connection().releases()->Add(Releases::What::kFunction, id);  // another thread was quicker
    return static_cast<std::uint32_t>(other & protocol::kMaxTarget);
  }
  bound_.store(here->serial() << protocol::kTargetBits | id, std::memory_order_relaxed);
  releases_ = here->connection().releases();
  return id;
}

FunctionState::~FunctionState() {
  if (releases_) releases_->Add(Releases::What::kFunction, static_cast<std::uint32_t>(bound_.load() & protocol::kMaxTarget));
}

Expected<void> FunctionState::Call(std::uint64_t* words, std::exception_ptr* thrown) const {
  auto here = core()->Here();
  if (!here) [[unlikely]] return tl::unexpected(here.error());
  return CallOn(*here, words, thrown);
}

Expected<void> FunctionState::Call(std::uint64_t* words, std::exception_ptr* thrown, std::stop_token stop) const {
  auto here = core()->Here();
  if (!here) return tl::unexpected(here.error());
  return CallIn((*here)->serial(), words, thrown, std::move(stop));
}

Expected<void> FunctionState::CallIn(std::uint64_t serial, std::uint64_t* words, std::exception_ptr* thrown,
                                     std::stop_token stop) const {
  auto here = core()->Here();
  if (!here) [[unlikely]] return tl::unexpected(here.error());
  if ((*here)->serial() != serial) [[unlikely]]
    return Fail(ErrorCode::kDisconnected, "the host ended before `" + symbol_ + "` was called; the session started anew");
  if (!stop.stop_possible()) [[likely]] return CallOn(*here, words, thrown);
  const auto cancelled = [this] { return "the call `" + symbol_ + "` was cancelled"; };
  if (stop.stop_requested()) return Fail(ErrorCode::kCancelled, cancelled() + " before it began; the session still works");
  const std::stop_callback on_stop(std::move(stop), [cancelled, conversation = *here] {
    conversation->connection().End({ErrorCode::kCancelled, cancelled(), conversation});
  });
  return CallOn(*here, words, thrown);
}

Expected<void> FunctionState::CallOn(Conversation* here, std::uint64_t* words, std::exception_ptr* thrown) const {
  if (module_ != nullptr && !module_->loaded.load(std::memory_order_relaxed)) [[unlikely]]
    return Fail(ErrorCode::kInvalidArgument, "'" + symbol_ + "': its module '" + module_->name + "' was unloaded");
  // What handlers let go of goes when all is done: callbacks first, whose table a function may keep.
  std::vector<std::shared_ptr<const void>> last;
  CallbackTable::Pin ran_last;
  const FunctionState* const around = std::exchange(here->calling, this);
  // Of a handler that threw before this one: it belongs to the call around.
  const std::exception_ptr earlier = around != nullptr ? here->TakeException() : nullptr;
  auto done = limit_.count() == 0 ? CallHere(here, words) : CallUntil(here, words);
  here->calling = around;
  if (around == nullptr && !here->held.empty()) [[unlikely]] {  // callbacks ran
    last.swap(here->held);
    ran_last = std::move(here->ran_last);
  }
  if (auto exception = here->TakeException()) [[unlikely]] *thrown = exception;
  if (earlier) [[unlikely]] here->PutException(earlier);
  return done;
}

Expected<void> FunctionState::CallUntil(Conversation* here, std::uint64_t* words) const {
  const Conversation::Deadline deadline(here, limit_, symbol_);
  return CallHere(here, words);
}

Expected<void> FunctionState::CallHere(Conversation* here, std::uint64_t* words) const {
  const auto id = IdIn(here);
  if (!id) [[unlikely]] return tl::unexpected(id.error());
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
  if (!opaque_.empty())
    if (auto passed = PassOpaque(here, sent); !passed) [[unlikely]] return passed;
  std::byte* room = nullptr;
  bool mirrored = false;
  if (needs_frame_) {
    auto made = MakeFrame(here, sent, scope.base(), &mirrored);
    if (!made) return tl::unexpected(made.error());
    room = *made;
  }
  protocol::Words line{reinterpret_cast<std::uint64_t>(sent) + delta};
  if (sent_ <= protocol::kWords) [[likely]] std::copy_n(few.begin(), protocol::kWords, line.begin());
  auto answer = here->Ask(Verb::kCall, *id, line, symbol_);
  if (!here->loans().empty()) [[unlikely]]
    if (auto settled = here->SettleLoans(); !settled && answer) answer = tl::unexpected(settled.error());
  if (!answer) [[unlikely]]
    return tl::unexpected(WhatBecame(here->checked() ? Explain(here, scope.base(), answer.error()) : answer.error()));
  if (here->checked()) [[unlikely]]
    if (const auto where = here->checked()->Verify(scope.checked()))
      return tl::unexpected(WhatBecame(WrittenTo(symbol_, *where, std::span(here->instances()).subspan(scope.base()))));
  here->last_error = static_cast<std::uint32_t>(answer->words[1]);
  std::uint64_t result = answer->words[0];
  if (!before_.empty()) {
    const std::span<const Instance> mine(here->instances().data() + scope.base(), here->instances().size() - scope.base());
    const Caller caller{here->connection().access(), symbol_};
    if (auto back = CopyBack(before_, mine, Rewrite::kLargeToo, OwnAddress, here, caller); !back) [[unlikely]] return back;
  }
  const bool late = !after_.empty() && (late_arguments_ || result != 0);
  if (late || mirrored || (stores_pointers_ && StoredForeign(here, scope.base()))) {
    auto followed = Follow(here, sent, result, scope.base());
    if (!followed) return tl::unexpected(followed.error());
    result = *followed;
  }
  if (result_ == Result::kWord) [[likely]] {
    words[arguments_] = result;
  } else if (result_ == Result::kPointer) {
    words[arguments_] = late_result_ ? result : OwnAddress(here, result);
  } else {
    const std::byte* from = room != nullptr ? room : reinterpret_cast<const std::byte*>(&result);
    returned_->ToLocal(reinterpret_cast<std::byte*>(words[arguments_]), from, OwnAddress, here);
  }
  return {};
}

Expected<std::byte*> FunctionState::MakeFrame(Conversation* here, std::uint64_t* sent, std::size_t base, bool* mirrored) const {
  const Segment& segment = here->connection().segment();
  if (!before_.empty()) {
    const Road road{&here->copies(), segment.delta(), segment.region(), {here->connection().access(), symbol_}};
    auto packed = Pack(before_, sent, road, &here->instances());
    if (!packed) return tl::unexpected(packed.error());
    if (!here->connection().mirrors().empty()) [[unlikely]] {
      auto passed = PassMirrors(here, sent, std::span(here->instances()).subspan(base));
      if (!passed) return tl::unexpected(passed.error());
      *mirrored = *passed;
    }
    if (here->checked()) [[unlikely]] HoldToConst(here->checked(), std::span(here->instances()).subspan(base));
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

Expected<void> FunctionState::PassOpaque(Conversation* here, std::uint64_t* sent) const {
  Connection& connection = here->connection();
  const Segment& segment = connection.segment();
  if (segment.delta() == 0 && connection.mirrors().empty()) [[likely]] return {};
  for (const std::size_t i : opaque_) {
    const auto* local = reinterpret_cast<const std::byte*>(sent[i]);
    if (segment.region().Contains(local)) {
      sent[i] += segment.delta();
    } else if (connection.mirrors().Contains(local)) {
      if (auto flushed = connection.mirrors().Flush(here, local); !flushed) return InCall(i, flushed.error());
      sent[i] = connection.mirrors().RemoteOf(local);
      if (sent[i] == 0) return InCall(i, connection.mirrors().WhyGone(local));
    }
  }
  return {};
}

Expected<bool> FunctionState::PassMirrors(Conversation* here, std::uint64_t* sent, std::span<Instance> mine) const {
  Mirrors& mirrors = here->connection().mirrors();
  bool any = false;
  for (Instance& one : mine) {
    if (one.node->by_value || !mirrors.Contains(one.local)) continue;
    one.copied = false;
    if (one.node->inlined) continue;
    if (auto flushed = mirrors.Flush(here, one.local); !flushed) return InCall(one.word, flushed.error());
    one.written = mirrors.RemoteOf(one.local);
    if (one.written == 0) return InCall(one.word, mirrors.WhyGone(one.local));
    if (one.slot != nullptr) StorePointer(one.slot, one.written, before_.frame_pointer);
    else sent[one.word] = one.written;
    any = true;
  }
  // Pack put those bytes into their words before a pointer among them changed.
  for (const Instance& one : mine)
    if (any && one.node->by_value == Travel::kWord)
      std::memcpy(sent + one.node->word, one.frame, std::min<std::size_t>(one.node->frame_size, 8));
  return any;
}

bool FunctionState::StoredForeign(Conversation* here, std::size_t base) const {
  const FrameOrigin origin = here->Origin();
  const std::span<const Instance> mine(here->instances().data() + base, here->instances().size() - base);
  for (const Instance& one : mine) {
    if (!one.copied || one.node->read_only) continue;
    for (std::uint64_t i = 0; i < one.count; ++i)
      for (std::size_t k = 0; k < one.node->children.size(); ++k) {
        if (before_.nodes[one.node->children[k]].inlined) continue;
        const std::uint64_t now =
            LoadPointer(one.frame + i * one.node->frame_size + one.node->slots[k].frame_offset, before_.frame_pointer);
        if (now != 0 && !origin.segment.Contains(reinterpret_cast<const std::byte*>(now - origin.delta))) return true;
      }
  }
  return false;
}

Expected<std::uint64_t> FunctionState::Follow(Conversation* here, const std::uint64_t* sent, std::uint64_t result,
                                              std::size_t base) const {
  Connection& connection = here->connection();
  const std::uint64_t delta = connection.segment().delta();
  const std::span<const Instance> mine(here->instances().data() + base, here->instances().size() - base);
  // Lengths are looked for in words that lie in the segment, behind the hidden pointer's place.
  auto block = here->frames().Allocate((arguments_ + 1) * 8, 16);
  if (!block) return tl::unexpected(block.error());
  auto* raw = reinterpret_cast<std::uint64_t*>(*block);
  for (std::size_t i = 0; i < arguments_; ++i) raw[i] = sent[hidden_ && i >= *hidden_ ? i + 1 : i];
  raw[arguments_] = result;
  std::vector<std::uint64_t> words(raw, raw + arguments_ + 1);
  for (const std::size_t word : in_words_) words[word] = reinterpret_cast<std::uint64_t>(raw + word) + delta;
  Follower follower(here, &connection.mirrors(), std::move(words));
  const auto failed = [this](Error error) {
    error.message = symbol_ + ": " + error.message;
    return tl::unexpected<Error>(std::move(error));
  };
  for (const Instance& one : mine)
    if (connection.mirrors().Contains(one.local) && !one.node->by_value && !one.node->inlined && !one.node->read_only)
      if (auto again = follower.Again(before_, one); !again) return failed(again.error());
  if (stores_pointers_)
    for (const Instance& one : mine)
      if (one.copied && !one.node->read_only && !one.node->children.empty())
        if (auto stored = follower.Stored(before_, *one.node, one, mine); !stored) return failed(stored.error());
  for (const std::uint32_t root : after_.roots) {
    const Node& node = after_.nodes[root];
    if (node.word == arguments_) {
      auto own = follower.Result(after_, after_.Target(root), result);
      if (!own) return failed(own.error());
      result = *own;
      continue;
    }
    for (const Instance& one : mine)
      if (one.parent == Instance::kNone && one.copied && one.word == node.word && !one.node->by_value)
        if (auto stored = follower.Stored(after_, node, one, mine); !stored) return failed(stored.error());
  }
  return result;
}

}  // namespace bridge
