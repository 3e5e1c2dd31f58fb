// SPDX-License-Identifier: MIT
#include "bridge/client/callback_state.h"

#include <array>

#include "bridge/client/connection.h"
#include "bridge/client/exception.h"

namespace bridge {
namespace {

// Leaves frame space, results and instances as they were, also when a handler throws.
class Scope {
 public:
  explicit Scope(Conversation* conversation)
      : conversation_(conversation), mark_(conversation->frames().mark()), base_(conversation->instances().size()) {}
  ~Scope() {
    conversation_->instances().resize(base_);
    conversation_->frames().Release(mark_);
  }
  std::size_t base() const { return base_; }

 private:
  Conversation* const conversation_;
  const FrameSpace::Mark mark_;
  const std::size_t base_;
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

LiveCallback::~LiveCallback() { connection_->FreeCallback(token_, host_id_); }

}  // namespace bridge
