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
  std::array<std::uint64_t, kMaxArguments + 1> words;
  std::copy_n(frame_words, kinds_.size(), words.begin());
  words[kinds_.size()] = 0;
  std::vector<Instance>& instances = conversation->instances();
  const FrameOrigin origin = conversation->Origin();
  if (!plan_.empty()) ValueOrThrow(Unpack(plan_, words.data(), origin, &conversation->frames(), &instances));
  const auto enclosing = [&] { return std::span<const Instance>(instances.data(), scope.base()); };
  for (std::size_t i = 0; i < kinds_.size(); ++i)
    if (kinds_[i] == Kind::kPointer && words[i] == frame_words[i]) words[i] = Own(words[i], origin, enclosing());
  const std::uint64_t result = handler_(words.data());
  WriteBack(plan_, {instances.data() + scope.base(), instances.size() - scope.base()});
  return result_ == Kind::kPointer ? Foreign(result, origin, enclosing()) : result;
}

LiveCallback::~LiveCallback() { connection_->FreeCallback(token_, host_id_); }

}  // namespace bridge
