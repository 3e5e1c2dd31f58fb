// SPDX-License-Identifier: MIT
#include "bridge/client/conversation.h"

#include <algorithm>
#include <climits>
#include <cstring>
#include <new>

#include "bridge/client/callback_state.h"
#include "bridge/client/connection.h"
#include "bridge/client/exception.h"
#include "bridge/client/host_order.h"
#include "bridge/client/fault_text.h"
#include "bridge/client/function_state.h"

namespace bridge {
namespace {

using protocol::Verb;

constexpr std::uint64_t kScratchBytes = 64 << 10;
// What handlers on one thread of a DLL's own may have lent it.
constexpr std::size_t kMostVisitorLoans = 1024;
constexpr std::uint64_t kMostVisitorBytes = 16 << 20;

Error Describe(protocol::Loss why) {
  switch (why) {
    case protocol::Loss::kBadLength:
      return {ErrorCode::kInvalidArgument, "the memory of a callback's arguments could not be read: a length of its memsync is negative or beyond reason", 0, 0};
    case protocol::Loss::kNoSpace: return {ErrorCode::kInternal, "no shared memory is left for a callback's arguments", 0, 0};
    case protocol::Loss::kReleased:
      return {ErrorCode::kInvalidArgument, "the DLL called a callback that was released: keep it for as long as the DLL may call it", 0, 0};
  }
  return {ErrorCode::kCorrupt, "a callback came without its arguments, and with no reason", 0, 0};
}

}  // namespace

Conversation::Conversation(Connection* connection, std::uint32_t index)
    : connection_(connection),
      serial_(connection->serial()),
      index_(index),
      lines_(connection->segment().channel(index)),
      frames_(&connection->arena()),
      results_(&connection->arena()),
      loans_(&connection->arena()) {}

Conversation::~Conversation() {
  connection_->arena().Free(scratch_);
  for (const Block& block : granted_) connection_->arena().Free(block);
}

Expected<void> Conversation::Create(bool with_scratch) {
  new (lines_) protocol::Channel{};
  if (with_scratch) {
    auto scratch = connection_->arena().Allocate(kScratchBytes);
    if (!scratch) return tl::unexpected(scratch.error());
    scratch_ = *scratch;
    if (connection_->options().checked) checked_ = std::make_unique<CheckedSpace>(this);
  }
  return pipes_.Create(connection_->meeting());
}

bool Conversation::Close() {
  constexpr int kPatience = 2000;  // milliseconds
  if (checked_) checked_->Open();
  if (auto closed = Ask(Verb::kCloseChannel, 0, {}, "closing a channel", kPatience); !closed)
    return closed.error().code != ErrorCode::kTimeout;
  // The answer is published before the mark is looked at. A thread between the two would take the mark of
  // whoever has the channel next, and ring nobody; when its pipe is closed it is past that.
  Wake wake;
  do wake = pipes_.Block(connection_->process().pidfd(), kPatience);
  while (wake == Wake::kRang);
  return wake == Wake::kGone;
}

void Conversation::Moved() { lines_ = connection_->segment().channel(index_); }

FrameOrigin Conversation::Origin() const {
  const Segment& segment = connection_->segment();
  return {segment.region(), segment.delta(), loans_.instances(), connection_->access()};
}

std::uint64_t Conversation::OwnOf(std::uint64_t address) {
  const std::uint64_t own = Own(address, Origin(), instances_);
  const Mirrors& mirrors = connection_->mirrors();
  if (own == 0 || own != address || mirrors.empty()) return own;
  const std::byte* mirror = mirrors.LocalOf(address);
  return mirror ? reinterpret_cast<std::uint64_t>(mirror) : own;
}

Expected<void> Conversation::SettleLoans() {
  return loans_.Settle(connection_->access(), [](void* here, std::uint64_t address) { return static_cast<Conversation*>(here)->OwnOf(address); }, this);
}

Conversation::Deadline::Deadline(Conversation* here, std::chrono::milliseconds limit, std::string_view what)
    : here_(here), outer_(here->deadline_), at_(std::chrono::steady_clock::now() + limit), limit_(limit), what_(what) {
  if (outer_ != nullptr && outer_->at_ <= at_) {
    at_ = outer_->at_;
    limit_ = outer_->limit_;
    what_ = outer_->what_;
  }
  here_->deadline_ = this;
}

Wake Conversation::Receive(int timeout_ms) {
  return Await(lines_->reply, ++received_, connection_->spins(), [&] {
    int limit = timeout_ms;
    if (deadline_ != nullptr) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_->at_ - std::chrono::steady_clock::now()).count();
      limit = static_cast<int>(std::clamp<std::int64_t>(left, 0, limit < 0 ? INT_MAX : limit));
    }
    return pipes_.Block(connection_->process().pidfd(), limit);
  });
}

Error Conversation::Late() {
  gone_ = true;
  const std::string call = "the call `" + std::string(deadline_->what_) + "` took longer than " + std::to_string(deadline_->limit_.count()) + " ms";
  connection_->End({ErrorCode::kTimeout, call, this});
  return connection_->Disconnected(this, deadline_->what_);
}

Expected<Conversation::Answer> Conversation::Ask(Verb verb, std::uint32_t target, const protocol::Words& words,
                                                 std::string_view what, int timeout_ms) {
  if (gone_) [[unlikely]] return tl::unexpected(Lost(what));
  struct Open {
    explicit Open(int* depth) : depth(depth) { ++*depth; }
    ~Open() { --*depth; }
    int* const depth;
  } const open(&depth);
  protocol::Line& request = lines_->request;
  request.head = protocol::Head(verb, target);
  request.words = words;
  Publish(request, ++sent_, [this] { pipes_.Ring(); });
  for (;;) {
    if (const Wake wake = Receive(timeout_ms); wake != Wake::kRang) [[unlikely]] {
      gone_ = true;  // the turns are out of step for good
      if (wake == Wake::kGone) return tl::unexpected(Lost(what));
      if (deadline_ != nullptr && (timeout_ms < 0 || deadline_->at_ <= std::chrono::steady_clock::now())) return tl::unexpected(Late());
      return Fail(ErrorCode::kTimeout, std::string(what) + " took longer than " + std::to_string(timeout_ms) + " ms");
    }
    AfterHost(connection_);
    const std::uint32_t head = lines_->reply.head;
    if (protocol::VerbOf(head) == Verb::kDone) [[likely]] return Answer{protocol::TargetOf(head), lines_->reply.words};
    switch (protocol::VerbOf(head)) {
      case Verb::kCallback:
      case Verb::kLostCallback:
        ServeCallback();
        if (deadline_ != nullptr && deadline_->at_ <= std::chrono::steady_clock::now()) [[unlikely]] return tl::unexpected(Late());
        continue;
      case Verb::kNeedSpace: GrantSpace(); continue;
      case Verb::kFault: touched_ = {lines_->reply.words[2], protocol::TargetOf(head)}; [[fallthrough]];
      default: return tl::unexpected(Refusal(what));
    }
  }
}

bool Conversation::thread_ended() const { return gone_ && lines_->end.ended.load(std::memory_order_acquire) != 0; }

Error Conversation::Lost(std::string_view what) {
  if (!thread_ended()) return connection_->Disconnected(depth > 0 ? this : nullptr, what);
  Connection::Forget();
  const std::uint32_t code = lines_->end.exit_code;
  return {ErrorCode::kFault, "the DLL ended the thread with exit code " + std::to_string(code) + " during " + std::string(what) +
                                 "; the session still works", code, 0};
}

Wake Conversation::Listen() {
  visitor_ = true;
  const Wake wake = Await(lines_->reply, ++received_, visited_ ? connection_->spins() : 0, [this] {
    if (std::exchange(visited_, false)) connection_->spin_share().Change(-1);
    return pipes_.Block(connection_->process().pidfd(), -1);
  });
  if (wake == Wake::kGone) gone_ = true;
  else if (!std::exchange(visited_, true)) connection_->spin_share().Change(1);
  return wake;
}

void Conversation::ServeVisit(bool refused) {
  // No call's end comes: what handlers lent would pile up.
  if (serving_ == 0 && (loans_.mark() >= kMostVisitorLoans || loans_.bytes() >= kMostVisitorBytes)) [[unlikely]] {
    if (auto settled = SettleLoans(); !settled) connection_->Stray(std::make_exception_ptr(Exception(settled.error())));
    loans_.End(0);
  }
  switch (protocol::VerbOf(lines_->reply.head)) {
    case Verb::kCallback:
    case Verb::kLostCallback: return ServeCallback(refused);
    case Verb::kNeedSpace: return GrantSpace();
    default: return Reply(Verb::kCallbackDone, 1);  // nothing else begins
  }
}

const char* Conversation::TextIn(std::uint64_t address, std::uint64_t bytes) const {
  const Region segment = connection_->segment().region();
  const auto* text = reinterpret_cast<const std::byte*>(address - connection_->segment().delta());
  const bool sound = segment.Contains(text) && bytes <= static_cast<std::uint64_t>(segment.end - text);
  return sound ? reinterpret_cast<const char*>(text) : nullptr;
}

Error Conversation::Refusal(std::string_view what) const {
  const Answer answer{protocol::TargetOf(lines_->reply.head), lines_->reply.words};
  const auto& words = answer.words;
  const Verb verb = protocol::VerbOf(lines_->reply.head);
  if (verb == Verb::kFault) {
    Exceptional exception{.code = static_cast<std::uint32_t>(words[0]), .address = words[1], .touched = words[2], .access = answer.target, .module = {}, .offset = words[3]};
    if (const char* name = TextIn(words[4], words[5])) exception.module.assign(name, words[5]);
    return {ErrorCode::kFault, std::string(what) + " raised " + Spell(exception), exception.code, exception.address, exception.module, exception.offset};
  }
  const char* message = TextIn(words[0], words[1]);
  if (verb != Verb::kFailed || message == nullptr || answer.target > static_cast<std::uint32_t>(ErrorCode::kInternal))
    return {ErrorCode::kCorrupt, std::string(what) + ": the host's answer is malformed", 0, 0};
  return {static_cast<ErrorCode>(answer.target), std::string(message, words[1]), static_cast<std::uint32_t>(words[2]), 0};
}

Expected<Conversation::Answer> Conversation::AskWithPayload(Verb verb, std::uint32_t target,
                                                            std::span<const std::byte> payload, std::string_view what) {
  const FrameSpace::Mark mark = frames_.mark();
  auto block = frames_.Allocate(payload.size() + 1, 16);
  if (!block) return tl::unexpected(block.error());
  std::memcpy(*block, payload.data(), payload.size());
  auto answer = Ask(verb, target,
                    {reinterpret_cast<std::uint64_t>(*block) + connection_->segment().delta(), payload.size()}, what);
  frames_.Release(mark);
  return answer;
}

void Conversation::Reply(Verb verb, std::uint32_t target, std::uint64_t first, std::uint64_t second) {
  if (visitor_) BeforeHost(connection_);
  lines_->request.head = protocol::Head(verb, target);
  lines_->request.words[0] = first;
  lines_->request.words[1] = second;
  Publish(lines_->request, ++sent_, [this] { pipes_.Ring(); });
}

void Conversation::Hold() {
  if (calling == nullptr || (!held.empty() && held.back().get() == calling)) [[likely]] return;
  // Nested ones take turns: each is held once.
  const auto before = std::find_if(held.begin(), held.end(), [this](const auto& one) { return one.get() == calling; });
  if (before != held.end())
    std::iter_swap(before, std::prev(held.end()));
  else
    held.push_back(calling->shared_from_this());
}

void Conversation::ServeCallback(bool refused) {
  const std::uint32_t head = lines_->reply.head;
  const protocol::Words words = lines_->reply.words;
  std::uint64_t result = 0;
  std::exception_ptr thrown;
  ++serving_;
  try {
    if (refused) throw Exception({ErrorCode::kDisconnected, "the session ends", 0, 0});
    Hold();
    if (protocol::VerbOf(head) == Verb::kLostCallback) [[unlikely]]
      throw Exception(Describe(static_cast<protocol::Loss>(protocol::TargetOf(head))));
    CallbackTable::Pin callback = std::move(ran_last);  // it may be another in the meantime
    if (!callback.Holds(protocol::TargetOf(head))) [[unlikely]] callback = connection_->callbacks().Find(protocol::TargetOf(head));
    if (!callback) [[unlikely]] throw Exception(Describe(protocol::Loss::kReleased));
    result = callback->Run(this, words);
    if (calling != nullptr && callback.usable()) ran_last = std::move(callback);
  } catch (...) {
    thrown = std::current_exception();
  }
  --serving_;
  if (thrown && visitor_ && serving_ == 0) {
    if (!refused) connection_->Stray(thrown);
  } else if (thrown && !exception_) {
    exception_ = thrown;
  }
  Reply(Verb::kCallbackDone, thrown ? 1 : 0, result);
}

void Conversation::GrantSpace() {
  auto block = connection_->arena().Allocate(std::max<std::uint64_t>(lines_->reply.words[0] * 2, kScratchBytes));
  if (!block) return Reply(Verb::kSpace, 0);
  granted_.push_back(*block);
  Reply(Verb::kSpace, 0, reinterpret_cast<std::uint64_t>(block->begin) + connection_->segment().delta(), block->bytes);
}

}  // namespace bridge
