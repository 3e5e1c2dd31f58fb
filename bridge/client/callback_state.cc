// SPDX-License-Identifier: MIT
#include "bridge/client/callback_state.h"

#include <array>

#include "bridge/client/connection.h"
#include "bridge/client/exception.h"
#include "bridge/client/session_core.h"

namespace bridge {
namespace {

thread_local Connection* t_serving = nullptr;

// Leaves frame space, results and instances as they were, also when a handler throws.
class Scope {
 public:
  explicit Scope(Conversation* conversation)
      : conversation_(conversation), mark_(conversation->frames().mark()), base_(conversation->instances().size()),
        around_(std::exchange(t_serving, &conversation->connection())) {}
  ~Scope() {
    t_serving = around_;
    conversation_->instances().resize(base_);
    conversation_->frames().Release(mark_);
  }
  std::size_t base() const { return base_; }

 private:
  Conversation* const conversation_;
  const FrameSpace::Mark mark_;
  const std::size_t base_;
  Connection* const around_;
};

}  // namespace

std::uint64_t CallbackState::Run(Conversation* conversation, const std::uint64_t* frame_words) const {
  const Scope scope(conversation);
  const std::shared_ptr<const Inside> inside = inside_;  // outlives the handler, whatever it releases
  const Plan& plan = inside->plan;
  const std::vector<Kind>& kinds = inside->kinds;
  std::array<std::uint64_t, kMaxArguments + 1> words;
  std::copy_n(frame_words, kinds.size(), words.begin());
  words[kinds.size()] = 0;
  std::vector<Instance>& instances = conversation->instances();
  const FrameOrigin origin = conversation->Origin();
  Mirrors& mirrors = conversation->connection().mirrors();
  if (!plan.empty()) ValueOrThrow(Unpack(plan, words.data(), origin, &conversation->frames(), &instances));
  const auto enclosing = [&] { return std::span<const Instance>(instances.data(), scope.base()); };
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (kinds[i] == Kind::kPointer && words[i] == frame_words[i]) {
      words[i] = Own(words[i], origin, enclosing());
      if (words[i] == 0 || words[i] != frame_words[i] || mirrors.empty()) continue;
      if (const std::byte* mirror = mirrors.LocalOf(words[i])) words[i] = reinterpret_cast<std::uint64_t>(mirror);
    }
  const auto write_back = [&] {
    WriteBack(plan, {instances.data() + scope.base(), instances.size() - scope.base()});
  };
  std::uint64_t result;
  try {
    result = inside->handler(words.data());
  } catch (...) {
    write_back();  // the DLL goes on with its own pointers
    throw;
  }
  write_back();
  if (inside->result == Kind::kPointer && mirrors.Contains(reinterpret_cast<const std::byte*>(result))) {
    ValueOrThrow(mirrors.Flush(conversation, reinterpret_cast<const std::byte*>(result)));
    return mirrors.RemoteOf(reinterpret_cast<const std::byte*>(result));
  }
  return inside->result == Kind::kPointer ? Foreign(result, origin, enclosing()) : result;
}

std::weak_ptr<Connection> CallbackState::ServingConnection() {
  return t_serving != nullptr ? t_serving->weak_from_this() : std::weak_ptr<Connection>();
}

LiveCallback::LiveCallback(std::shared_ptr<SessionCore> core, Binding binding, CallbackState state)
    : core_(std::move(core)), binding_(std::move(binding)), state_(std::move(state)) {}

LiveCallback::~LiveCallback() {
  if (const auto connection = connection_.lock()) connection->FreeCallback(token_, host_id_);
}

Expected<std::shared_ptr<LiveCallback>> LiveCallback::Make(std::shared_ptr<SessionCore> core, const Signature& signature,
                                                           Handler handler) {
  auto binding = MakeBinding(signature, core->abi(), true);
  if (!binding) return tl::unexpected(binding.error());
  auto plan = CompilePlan(signature, Abi::kSysv64, core->abi(), Phase::kBefore);
  if (!plan) return tl::unexpected(plan.error());
  std::vector<Kind> kinds;
  for (const Passed& passed : binding->arguments) kinds.push_back(passed.kind);
  CallbackState state(std::move(*plan), std::move(kinds), binding->result.kind, std::move(handler));
  auto here = core->Here();
  if (!here) return tl::unexpected(here.error());
  std::shared_ptr<LiveCallback> live(new LiveCallback(std::move(core), std::move(*binding), std::move(state)));
  auto made = live->CodeIn(&(*here)->connection());
  if (!made) return tl::unexpected(made.error());
  return live;
}

std::uint64_t LiveCallback::code() const {
  if (auto here = core_->Here()) (void)CodeIn(&(*here)->connection());
  const std::lock_guard lock(mutex_);
  return code_;
}

Expected<std::uint64_t> LiveCallback::CodeIn(Connection* connection) const {
  const std::lock_guard lock(mutex_);
  if (serial_ == connection->serial()) [[likely]] return code_;
  if (!core_->Has(*connection))
    return Fail(ErrorCode::kInvalidArgument, "this callback was made for another session: make one for each");
  auto made = connection->MakeCallback(binding_, std::make_unique<CallbackState>(state_));
  if (!made) return tl::unexpected(made.error());
  connection_ = connection->weak_from_this();
  serial_ = connection->serial();
  token_ = made->token;
  host_id_ = made->host_id;
  return code_ = made->code;
}

}  // namespace bridge
