// SPDX-License-Identifier: MIT
#include "bridge/host/channel.h"

#include <windows.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "bridge/host/c_runtimes.h"
#include "bridge/host/foreign_memory.h"
#include "bridge/host/guarded_call.h"
#include "bridge/host/guarded_copy.h"
#include "bridge/host/module_at.h"
#include "bridge/host/session.h"
#include "bridge/host/stack_guard.h"
#include "bridge/host/thread_slot.h"

namespace bridge::host {
namespace {

using protocol::Verb;

const ThreadSlot g_channel;

std::uint64_t Address(const void* p) { return reinterpret_cast<std::uint64_t>(p); }

std::uintptr_t StackHere() { return reinterpret_cast<std::uintptr_t>(reinterpret_cast<NT_TIB*>(NtCurrentTeb())->StackBase); }

// What the DLL would meet if the handler read there itself, or wrote.
enum class Touch : ULONG_PTR { kRead = 0, kWrite = 1 };
void RaiseFault(Touch how, std::uint64_t address) {
  const ULONG_PTR touched[] = {static_cast<ULONG_PTR>(how), static_cast<ULONG_PTR>(address)};
  RaiseException(EXCEPTION_ACCESS_VIOLATION, 0, 2, touched);
}

}  // namespace

Expected<std::byte*> Scratch::Allocate(std::uint64_t bytes, std::uint64_t align) {
  const auto aligned = [&] { return reinterpret_cast<std::byte*>((Address(top_) + align - 1) & ~(align - 1)); };
  if (bytes > static_cast<std::uint64_t>(end_ - top_) || aligned() + bytes > end_) {
    const auto spare = blocks_.begin() + static_cast<std::ptrdiff_t>(used_);
    auto fit = std::find_if(spare, blocks_.end(), [&](const Block& block) {
      return static_cast<std::uint64_t>(block.end - block.begin) >= bytes + align;
    });
    if (fit == blocks_.end()) {
      std::uint64_t granted = 0;
      auto* begin = reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(more_(channel_, bytes + align, &granted)));
      if (granted != 0 && (!segment_.Contains(begin) || granted > static_cast<std::uint64_t>(segment_.end - begin)))
        return Fail(ErrorCode::kCorrupt, "the memory that was granted for a callback or result lies outside the segment");
      if (granted < bytes + align)
        return Fail(ErrorCode::kInternal, "no shared memory for " + std::to_string(bytes) + " bytes of a callback or result");
      blocks_.push_back({begin, begin + granted});
      fit = std::prev(blocks_.end());
    }
    std::iter_swap(blocks_.begin() + static_cast<std::ptrdiff_t>(used_++), fit);
    top_ = blocks_[used_ - 1].begin;
    end_ = blocks_[used_ - 1].end;
  }
  std::byte* block = aligned();
  top_ = block + bytes;
  return block;
}

Channel::Channel(protocol::Channel* lines, DoorbellPipes pipes, std::byte* scratch, std::uint64_t scratch_bytes,
                 Registry* registry, const std::atomic<std::uint32_t>* spins, Region segment)
    : lines_(lines),
      pipes_(pipes),
      registry_(registry),
      spins_(spins),
      segment_(segment),
      scratch_(scratch, scratch_bytes, segment, &Channel::MoreScratch, this) {}

Channel* Channel::Current() { return static_cast<Channel*>(g_channel.Get()); }

inline bool Channel::Wait() {
  if (gone_) [[unlikely]] return false;
  ++received_;
  if (Await(lines_->request, received_, spins_->load(std::memory_order_relaxed), [this] { return disturbed_ = true, pipes_.Block(); }) !=
      Wake::kRang) [[unlikely]] {
    gone_ = true;
    return false;
  }
  return true;
}

Channel::Message Channel::Received() const {
  const std::uint32_t head = lines_->request.head;
  return {protocol::VerbOf(head), protocol::TargetOf(head), lines_->request.words};
}

inline void Channel::Post(Verb verb, std::uint32_t target) {
  lines_->reply.head = protocol::Head(verb, target);
  Publish(lines_->reply, ++sent_, [this] { disturbed_ = true, pipes_.Ring(); });
}

void Channel::Send(Verb verb, std::uint32_t target, const protocol::Words& words) {
  lines_->reply.words = words;
  Post(verb, target);
}

void Channel::SendError(const Error& error) {
  if (error.code == ErrorCode::kFault) return Send(Verb::kFault, 0, {error.os_error, error.address});
  const Scratch::Mark mark = scratch_.mark();
  std::uint64_t address = 0, bytes = 0;
  if (auto block = scratch_.Allocate(error.message.size() + 1, 16)) {
    std::memcpy(*block, error.message.data(), error.message.size());
    address = Address(*block);
    bytes = error.message.size();
  }
  Send(Verb::kFailed, static_cast<std::uint32_t>(error.code), {address, bytes, error.os_error});
  scratch_.Release(mark);
}

void Channel::SendFault(const Fault& fault) {
  const Scratch::Mark mark = scratch_.mark();
  const ModuleAt module = FindModuleAt(fault.address);
  protocol::Words words{fault.code, fault.address, fault.data, module.offset};
  if (auto block = scratch_.Allocate(module.name.size() + 1, 1)) {
    std::memcpy(*block, module.name.data(), module.name.size());
    words[4] = Address(*block);
    words[5] = module.name.size();
  }
  Send(Verb::kFault, fault.access, words);
  scratch_.Release(mark);
}

bool Channel::Serve() {
  GuardStack();
  g_channel.Set(this);
  while (Wait()) {
    // Results of the call before stay readable until now.
    const Scratch::Mark mark = scratch_.mark();
    if (!Handle(Received())) break;
    scratch_.Release(mark);
  }
  g_channel.Set(nullptr);
  return !gone_;
}

void Channel::Visit() { g_channel.Set(this); }

void Channel::NoteEnd(std::uint32_t exit_code) {
  lines_->end.exit_code = exit_code;
  lines_->end.ended.store(1, std::memory_order_release);
}

bool Channel::Handle(const Message& message) {
  const auto answer = [this](Expected<std::uint64_t> value) {
    if (value)
      Send(Verb::kDone, 0, {*value, 0, 0});
    else
      SendError(value.error());
  };
  const auto done = [&](Expected<void> value) { answer(value.map([] { return std::uint64_t{0}; })); };
  const auto id = [](Expected<std::uint32_t> value) { return value.map([](auto v) { return std::uint64_t{v}; }); };
  if (message.verb == Verb::kCall) [[likely]] return Call(message), true;
  disturbed_ = true;
  switch (message.verb) {
    case Verb::kLoad: {
      auto path = Payload(message);
      if (!path) return answer(tl::unexpected(path.error())), true;
      answer(id(registry_->Load({reinterpret_cast<const char*>(path->data()), path->size()})));
      return true;
    }
    case Verb::kUnload: done(registry_->Unload(message.target)); return true;
    case Verb::kBind:
    case Verb::kBindCallback: answer(Bind(message)); return true;
    case Verb::kMakeCallback: {
      auto made = registry_->MakeCallback(message.target, message.words[0], message.words[1], segment_);
      if (!made) return SendError(made.error()), true;
      Send(Verb::kDone, 0, {(*made)->id, Address((*made)->code), 0});
      return true;
    }
    case Verb::kRelease: done(Release(message)); return true;
    case Verb::kRead: answer(ReadMemory(message.words, message.target, segment_)); return true;
    case Verb::kWrite: answer(WriteMemory(message.words, segment_)); return true;
    case Verb::kProtect: answer(ProtectMemory(message.words, message.target != 0, segment_)); return true;
    case Verb::kFindData: answer(FindData(message)); return true;
    case Verb::kFlush: FlushCRuntimes(); done({}); return true;
    case Verb::kOpenChannel:
    case Verb::kOpenVisitor: return OpenChannel(message);
    case Verb::kNoVisitor: RefuseVisitors(); done({}); return true;
    case Verb::kFloor:
      done({});
      EchoFloor(lines_->floor_request, lines_->floor_reply);
      lines_->floor_reply.counter.store(protocol::kFloorEnd, std::memory_order_release);
      return true;
    case Verb::kShutdown: CloseVisitors(); [[fallthrough]];
    case Verb::kCloseChannel: done({}); return false;
    default:
      SendError(Error{ErrorCode::kCorrupt, "the host does not know this message", 0, 0});
      return true;
  }
}

Expected<std::span<const std::byte>> Channel::Payload(const Message& message) const {
  const auto* begin = reinterpret_cast<const std::byte*>(message.words[0]);
  if (!segment_.Contains(begin) || message.words[1] > static_cast<std::uint64_t>(segment_.end - begin))
    return Fail(ErrorCode::kCorrupt, "a payload lies outside the segment");
  return std::span(begin, static_cast<std::size_t>(message.words[1]));
}

Expected<std::uint64_t> Channel::Bind(const Message& message) {
  auto payload = Payload(message);
  if (!payload) return tl::unexpected(payload.error());
  WireReader in(*payload);
  const bool is_function = message.verb == Verb::kBind;
  const std::uint32_t module = is_function ? in.U32() : 0;
  const std::string symbol = is_function ? in.Text() : std::string();
  auto binding = ReadBinding(&in, sizeof(void*));
  if (!binding) return tl::unexpected(binding.error());
  auto bound = is_function ? registry_->Bind(module, symbol, std::move(*binding))
                           : registry_->BindCallback(std::move(*binding));
  return bound.map([](std::uint32_t value) { return std::uint64_t{value}; });
}

Expected<std::uint64_t> Channel::FindData(const Message& message) {
  auto payload = Payload(message);
  if (!payload) return tl::unexpected(payload.error());
  WireReader in(*payload);
  const std::uint32_t module = in.U32();
  const std::string symbol = in.Text();
  if (!in.ok()) return Fail(ErrorCode::kCorrupt, "a symbol's description is malformed");
  return registry_->FindSymbol(module, symbol).map([](void* found) { return Address(found); });
}

Expected<void> Channel::Release(const Message& message) {
  auto payload = Payload(message);
  if (!payload) return tl::unexpected(payload.error());
  WireReader in(*payload);
  Expected<void> all;
  for (std::size_t i = 0; i < payload->size() / 8; ++i) {
    const std::uint32_t what = in.U32(), id = in.U32();
    auto released = what == 0 ? registry_->FreeFunction(id) : registry_->FreeCallback(id);
    if (!released) all = std::move(released);
  }
  return all;
}

bool Channel::OpenChannel(const Message& message) {
  auto payload = Payload(message);
  if (!payload) return SendError(payload.error()), true;
  WireReader in(*payload);
  const std::string read = in.Text(), write = in.Text();
  const std::uint64_t scratch = in.U64(), bytes = in.U64();
  if (!in.ok()) return SendError(Error{ErrorCode::kCorrupt, "a channel's description is malformed", 0, 0}), true;
  auto opened = OpenSessionChannel(message.target, read, write, scratch, bytes, message.verb == Verb::kOpenVisitor);
  if (opened)
    Send(Verb::kDone, 0, {0, 0, 0});
  else
    SendError(opened.error());
  return true;
}

void Channel::Call(const Message& message) {
  const Function* function = registry_->function(message.target);
  if (function == nullptr)
    return SendError(Error{ErrorCode::kInvalidArgument, "this function is not bound", 0, 0});
  const std::size_t count = function->binding.arguments.size();
  const std::uint64_t* arguments = message.words.data();
  if (count > protocol::kWords) {
    arguments = reinterpret_cast<const std::uint64_t*>(message.words[0]);
    if (!segment_.Contains(arguments) ||
        static_cast<std::size_t>(segment_.end - reinterpret_cast<const std::byte*>(arguments)) < count * 8)
      return SendError(Error{ErrorCode::kCorrupt, "the arguments lie outside the segment", 0, 0});
  }
  Called called;
  const Level before = level();
  // As the thread's last call left it, where the host did something since.
  if (std::exchange(disturbed_, false)) SetLastError(last_error_);
  const std::size_t open = open_.size();
  if (open != 0) open_.back().calling = function->code;
  GuardedCall(*function, arguments, segment_, &called);
  if (open_.size() != open) [[unlikely]] {
    const DWORD left = GetLastError();
    EndCallbacks(open);
    Leave(before);
    SetLastError(left);
  }
  if (open != 0) open_.back().calling = nullptr;
  if (called.outcome != Outcome::kReturned) [[unlikely]] {
    disturbed_ = true;
    Leave(before);
    if (called.outcome == Outcome::kFault) return SendFault(called.fault);
    return SendError(DescribeOutcome(*function, called));
  }
  last_error_ = GetLastError();
  lines_->reply.words[0] = called.result;
  lines_->reply.words[1] = last_error_;
  Post(Verb::kDone, 0);
}

void Channel::EndCallbacks(std::size_t left) {
  const DWORD last_error = last_error_;
  while (open_.size() > left) EndLastCallback();
  last_error_ = last_error;
  disturbed_ = true;
}

// Answers the call that the DLL jumped out of, and takes what the handler says then. What the handler calls meanwhile may jump
// over this frame too, so that the callback stays open until the end.
void Channel::EndLastCallback() {
  OpenCallback& last = open_.back();
  last.frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  last.stack = StackHere();
  const Level before = last.before;
  SendFault({.code = static_cast<std::uint32_t>(STATUS_LONGJUMP), .address = Address(std::exchange(last.calling, nullptr))});
  AwaitResult();
  Leave(before);
}

std::uint64_t Channel::RunCallback(const Closure& closure, const std::byte* values) {
  last_error_ = GetLastError();
  const std::uint64_t token = closure.token;
  const Prototype& prototype = *closure.prototype;
  const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  const std::uintptr_t stack = StackHere();
  std::size_t open = open_.size();
  // What stood where this frame stands, or above it, is no more.
  while (open != 0 && open_[open - 1].frame <= frame && open_[open - 1].stack == stack) [[unlikely]] --open;
  if (open != open_.size()) [[unlikely]] EndCallbacks(open);
  std::optional<std::uint64_t> result;
  if (token == Closure::kReleased) [[unlikely]]
    result = AskWithout(protocol::Loss::kReleased);
  else if (prototype.shape.in_line) [[likely]]
    result = AskInLine(token, prototype.shape, values);
  else
    result = AskWithMemory(token, prototype, values);
  if (!result) [[unlikely]] result = Otherwise(closure, values);
  if (std::exchange(disturbed_, false)) SetLastError(last_error_);
  return *result;
}

std::optional<std::uint64_t> Channel::AskInLine(std::uint64_t token, const ClosureShape& shape, const std::byte* values) {
  std::uint64_t* word = lines_->reply.words.data();
  for (const ClosureShape::Argument& argument : shape.arguments) *word++ = ReadScalar(argument.kind, values + argument.offset);
  Open(level(), __builtin_frame_address(0));
  Post(Verb::kCallback, static_cast<std::uint32_t>(token));
  return AwaitResult();
}

std::optional<std::uint64_t> Channel::AskWithMemory(std::uint64_t token, const Prototype& prototype, const std::byte* values) {
  const Binding& binding = prototype.binding;
  const bool in_memory = binding.result.in == ResultIn::kMemory;
  const std::size_t count = prototype.shape.arguments.size();
  const Level before = level();
  const auto leave = [&](std::optional<std::uint64_t> result) { return Leave(before), result; };
  auto block = scratch_.Allocate((count + 1) * 8, 16);
  auto room = scratch_.Allocate(in_memory ? binding.result.bytes : 0, 16);
  if (!block || !room) return leave(AskWithout(protocol::Loss::kNoSpace));
  auto* words = reinterpret_cast<std::uint64_t*>(*block);
  for (std::size_t i = 0; i < count; ++i) {
    const ClosureShape::Argument& argument = prototype.shape.arguments[i];
    const bool bytes = IsAggregate(argument.kind) && argument.travel != Travel::kReference;
    words[i] = bytes ? Address(values + argument.offset) : ReadScalar(IsAggregate(argument.kind) ? Kind::kPointer : argument.kind, values + argument.offset);
  }
  words[count] = 0;
  std::uint64_t lost = 0;
  if (auto packed = Pack(binding.plan, words, Road{&scratch_, 0, segment_, {&kDllMemory, {}}}, &instances_); !packed) {
    lost = packed.error().address;
    if (lost == 0) return leave(AskWithout(packed.error().code == ErrorCode::kInvalidArgument ? protocol::Loss::kBadLength : protocol::Loss::kNoSpace));
  }
  if (lost != 0) [[unlikely]] {
    leave({});
    RaiseFault(Touch::kRead, lost);
    return {};
  }
  if (in_memory) {
    std::memset(*room, 0, binding.result.bytes);
    words[count] = Address(*room);
  }
  std::optional<std::uint64_t> result = Ask(Verb::kCallback, token, {Address(words)}, before);
  const std::span<const Instance> mine(instances_.data() + before.instances, instances_.size() - before.instances);
  if (auto back = CopyBack(binding.plan, mine, Rewrite::kChanged, [](void*, std::uint64_t address) { return address; }, nullptr, {&kDllMemory, {}}); !back)
    lost = back.error().address;
  if (in_memory && result) {
    result = ReadScalar(Kind::kPointer, values + prototype.shape.hidden);
    if (const std::byte* failed = kDllMemory.write(reinterpret_cast<std::byte*>(static_cast<std::uintptr_t>(*result)), *room, binding.result.bytes))
      lost = Address(failed);
  }
  leave(result);
  if (lost != 0) [[unlikely]] RaiseFault(Touch::kWrite, lost);
  return result;
}

std::optional<std::uint64_t> Channel::AskWithout(protocol::Loss loss) {
  return Ask(Verb::kLostCallback, static_cast<std::uint64_t>(loss), {}, level());
}

std::optional<std::uint64_t> Channel::Ask(Verb verb, std::uint64_t target, const protocol::Words& words, Level before) {
  Open(before, __builtin_frame_address(0));
  Send(verb, static_cast<std::uint32_t>(target), words);
  return AwaitResult();
}

void Channel::Open(Level before, const void* frame) {
  open_.push_back({reinterpret_cast<std::uintptr_t>(frame), StackHere(), before, nullptr});
}

std::optional<std::uint64_t> Channel::AwaitResult() {
  while (Wait()) {
    const std::uint32_t head = lines_->request.head;
    if (protocol::VerbOf(head) == Verb::kCallbackDone) [[likely]] {
      open_.pop_back();
      return protocol::TargetOf(head) == 0 ? std::optional(lines_->request.words[0]) : std::nullopt;
    }
    if (!Handle(Received())) break;
  }
  ExitProcess(0);  // nobody is left to return to
}

std::uint64_t Channel::MoreScratch(void* self, std::uint64_t bytes, std::uint64_t* granted) {
  auto* channel = static_cast<Channel*>(self);
  channel->Send(Verb::kNeedSpace, 0, {bytes});
  if (!channel->Wait()) return *granted = 0;
  const Message message = channel->Received();
  if (message.verb != Verb::kSpace) return *granted = 0;
  *granted = message.words[1];
  return message.words[0];
}

}  // namespace bridge::host
