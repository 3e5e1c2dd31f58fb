// SPDX-License-Identifier: MIT
#include "bridge/client/callback_state.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "bridge/client/connection.h"
#include "bridge/client/exception.h"
#include "bridge/client/session_core.h"

namespace bridge {
namespace {

thread_local Connection* t_serving = nullptr;

// Says whose handler runs, until it is over.
class Serving {
 public:
  explicit Serving(Connection* connection) : around_(std::exchange(t_serving, connection)) {}
  ~Serving() { t_serving = around_; }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;

 private:
  Connection* const around_;
};

// Leaves frame space and instances as they were, also when a handler throws.
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

struct Place {
  Conversation* conversation;
  std::size_t enclosing;  // instances of the calls around
};

std::span<const Instance> Enclosing(const Place& place) { return {place.conversation->instances().data(), place.enclosing}; }

std::uint64_t ToForeignBut(const Place& place, std::uint64_t address, const FrameOrigin& origin) {
  const auto* local = reinterpret_cast<const std::byte*>(address);
  Mirrors& mirrors = place.conversation->connection().mirrors();
  if (!mirrors.Contains(local)) return Foreign(address, origin, Enclosing(place));
  ValueOrThrow(mirrors.Flush(place.conversation, local));
  return mirrors.RemoteOf(local);
}

std::uint64_t ToForeign(void* context, std::uint64_t address) {
  const Place& place = *static_cast<const Place*>(context);
  return ToForeignBut(place, address, place.conversation->Origin());
}

// The same, but for what is lent, which may not be lent as far as it is to be now.
std::uint64_t ToKnown(void* context, std::uint64_t address) {
  const Place& place = *static_cast<const Place*>(context);
  FrameOrigin origin = place.conversation->Origin();
  origin.lent = {};
  return ToForeignBut(place, address, origin);
}

// A pointer inside of memory that a handler is given.
struct Held {
  std::byte* local;
  std::byte* frame;       // the same place where it is given in place
  std::uint64_t raw = 0;  // as it came; 0 of one that is followed, which others put back
  std::uint64_t shown = 0;
  std::uint64_t now = 0;  // as the handler left it
  bool writable = false;
};

// Those of `mine`, which Unpack made; what nothing follows becomes this process's where it means memory that is known.
std::vector<Held> ShowPointers(const Plan& plan, std::span<const Instance> mine, Conversation* conversation) {
  std::vector<Held> all;
  const Access* const access = conversation->connection().access();
  for (const Instance& one : mine) {
    if (one.node == nullptr || one.lent) continue;  // what was lent may be gone when the handler returns
    const Node& node = *one.node;
    for (std::uint64_t i = 0; i < one.count; ++i) {
      const auto at = [&](const Spot& spot) {
        return Held{one.local + i * node.local_size + spot.local_offset, one.frame + i * node.frame_size + spot.frame_offset, 0, 0, 0, !node.read_only};
      };
      for (std::size_t k = 0; k < node.children.size(); ++k) {
        if (plan.nodes[node.children[k]].inlined) continue;
        Held held = at(node.slots[k]);
        held.shown = LoadPointer(held.local, plan.local_pointer);
        all.push_back(held);
      }
      for (const Spot& spot : node.opaque) {
        Held held = at(spot);
        held.raw = LoadPointer(held.frame, plan.frame_pointer);
        held.shown = held.raw == 0 ? 0 : conversation->OwnOf(held.raw);
        // What an open call sent as const may lie where nothing can be written: it is as it was.
        if (held.shown != held.raw && StorePointer(held.local, held.shown, plan.local_pointer, access) != nullptr)
          held.shown = LoadPointer(held.local, plan.local_pointer);
        all.push_back(held);
      }
    }
  }
  return all;
}

// After all else is written back: the DLL gets its own pointers, and its addresses for those that the handler stored.
void TakePointers(const Plan& plan, std::span<const Held> all, Place place) {
  for (const Held& held : all) {
    if (held.now != held.shown && held.writable) StorePointer(held.frame, held.now == 0 ? 0 : ToForeign(&place, held.now), plan.frame_pointer);
    else if (held.raw != 0 && held.raw != held.shown) StorePointer(held.frame, held.raw, plan.frame_pointer);
  }
}

// A word that has bits beyond its type would reach the DLL as another value: a pointer that was declared an integer.
void CheckWidth(Kind kind, std::uint64_t word) {
  const std::uint32_t bytes = IsIntegerKind(kind) ? ScalarBytes(kind, 8) : 8;
  if (bytes == 8) return;
  const auto above = static_cast<std::int64_t>(word) >> (bytes * 8 - 1);
  if (above == 0 || above == -1 || word >> (bytes * 8) == 0) [[likely]] return;
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(word));
  throw Exception({ErrorCode::kInvalidArgument, std::string("the handler's result ") + text + " does not fit " + WithArticle(Type(kind)) +
                                                    (bytes == 4 ? ", as which C's long crosses too" : "") +
                                                    ": where it is an address, declare the result a pointer", 0, 0});
}

}  // namespace

Expected<std::shared_ptr<const CallbackState>> CallbackState::Make(const Signature& signature, Abi abi, const Binding& binding,
                                                                   Handler handler, std::uint64_t on_throw) {
  std::shared_ptr<CallbackState> made(new CallbackState);
  CallbackState& state = *made;
  auto plan = CompilePlan(signature, Abi::kSysv64, abi, Phase::kBefore);
  if (!plan) return tl::unexpected(plan.error());
  for (std::uint32_t i = 0; i < signature.arguments.size(); ++i) {
    const Kind kind = signature.arguments[i].kind();
    state.kinds_.push_back(kind);
    if (kind == Kind::kPointer) state.pointers_.push_back(i);
    if (IsAggregate(kind) && binding.declared_argument(i).travel == Travel::kWord) state.in_words_.push_back(i);
  }
  for (const Node& node : plan->nodes) state.holds_pointers_ |= !node.children.empty() || !node.opaque.empty();
  if (std::any_of(signature.memsync.begin(), signature.memsync.end(), [](const Memsync& each) { return each.pointer.root == Path::kResult; })) {
    auto lends = CompilePlan(signature, Abi::kSysv64, abi, Phase::kAfter);
    if (!lends) return tl::unexpected(lends.error());
    state.lends_ = std::make_shared<const Plan>(std::move(*lends));
  }
  state.result_ = signature.result.kind();
  if (IsAggregate(signature.result)) {
    auto returned = ReturnedAggregate::Make(signature.result, signature.convention, Abi::kSysv64, abi);
    if (!returned) return tl::unexpected(returned.error());
    auto layout = LayoutOf(signature.result, Abi::kSysv64);
    if (!layout) return tl::unexpected(layout.error());
    state.returned_ = std::move(*returned);
    state.result_bytes_ = static_cast<std::uint32_t>(layout->size);
  }
  state.in_line_ = FitsMessages(binding);
  state.plan_ = std::move(*plan);
  state.handler_ = std::move(handler);
  state.on_throw_ = on_throw;
  if (state.returned_ && on_throw != 0) {
    const auto* bytes = reinterpret_cast<const std::byte*>(on_throw);
    state.on_throw_bytes_.assign(bytes, bytes + state.result_bytes_);
  }
  return made;
}

std::uint64_t CallbackState::Run(Conversation* conversation, const protocol::Words& line) const {
  const Serving serving(&conversation->connection());
  if (!conversation->loans().empty()) [[unlikely]] ValueOrThrow(conversation->SettleLoans());
  if (in_line_) [[likely]] {
    std::array<std::uint64_t, protocol::kWords + 1> words;
    std::copy_n(line.begin(), protocol::kWords, words.begin());
    words[kinds_.size()] = 0;
    if (!pointers_.empty()) OwnPointers(conversation, words.data(), line.data());
    return CallHandler(conversation, words.data(), nullptr);
  }
  const Segment& segment = conversation->connection().segment();
  const auto* words = reinterpret_cast<const std::byte*>(line[0] - segment.delta());
  const std::uint64_t bytes = (kinds_.size() + 1) * 8;
  if (!segment.region().Contains(words) || static_cast<std::uint64_t>(segment.region().end - words) < bytes)
    throw Exception({ErrorCode::kCorrupt, "a callback's arguments lie outside the segment", 0, 0});
  return RunWithMemory(conversation, reinterpret_cast<const std::uint64_t*>(words));
}

std::uint64_t CallbackState::RunWithMemory(Conversation* conversation, const std::uint64_t* frame_words) const {
  const Scope scope(conversation);
  const FrameOrigin origin = conversation->Origin();
  const std::size_t count = kinds_.size();
  std::array<std::uint64_t, kMaxArguments + 1> words, said;
  std::copy_n(frame_words, count + 1, said.begin());
  std::copy_n(said.begin(), count, words.begin());
  words[count] = 0;
  auto* room = reinterpret_cast<std::byte*>(said[count] - origin.delta);
  if (room_bytes() != 0 && (!origin.segment.Contains(room) || static_cast<std::uint64_t>(origin.segment.end - room) < room_bytes()))
    throw Exception({ErrorCode::kCorrupt, "the room for a callback's result lies outside the segment", 0, 0});
  for (const std::uint32_t i : in_words_) words[i] = reinterpret_cast<std::uint64_t>(frame_words + i) + origin.delta;
  std::vector<Instance>& instances = conversation->instances();
  if (!plan_.empty()) ValueOrThrow(Unpack(plan_, words.data(), origin, &conversation->frames(), &instances));
  OwnPointers(conversation, words.data(), said.data());
  const auto mine = [&] { return std::span<const Instance>(instances).subspan(scope.base()); };
  std::vector<Held> held;
  if (holds_pointers_) held = ShowPointers(plan_, mine(), conversation);
  const auto write_back = [&] {
    for (Held& one : held) {
      const bool there = FirstUnreadable(origin.access, one.local, plan_.local_pointer) == nullptr;
      one.now = there ? LoadPointer(one.local, plan_.local_pointer) : one.shown;
    }
    auto done = WriteBack(plan_, mine(), origin.access);
    for (const Instance& one : mine())
      if (one.lent) [[unlikely]] conversation->loans().Refresh(plan_, one);
    TakePointers(plan_, held, {conversation, instances.size()});
    return done;
  };
  std::uint64_t result;
  try {
    result = CallHandler(conversation, words.data(), room);
  } catch (...) {
    (void)write_back();  // the DLL goes on with its own pointers
    throw;
  }
  ValueOrThrow(write_back());
  return result;
}

std::weak_ptr<Connection> CallbackState::ServingConnection() {
  return t_serving != nullptr ? t_serving->weak_from_this() : std::weak_ptr<Connection>();
}

void CallbackState::OwnPointers(Conversation* conversation, std::uint64_t* words, const std::uint64_t* said) const {
  for (const std::uint32_t i : pointers_)
    if (words[i] == said[i]) words[i] = conversation->OwnOf(words[i]);
}

std::uint64_t CallbackState::CallHandler(Conversation* conversation, std::uint64_t* words, std::byte* room) const {
  if (lends_ != nullptr) {
    words[kinds_.size()] = handler_(words);
    return Lend(conversation, words);
  }
  if (!returned_) [[likely]] return ResultToHost(conversation, handler_(words), room);
  std::vector<std::byte> local(result_bytes_);
  words[kinds_.size()] = reinterpret_cast<std::uint64_t>(local.data());
  handler_(words);
  return ResultToHost(conversation, reinterpret_cast<std::uint64_t>(local.data()), room);
}

std::uint64_t CallbackState::Lend(Conversation* conversation, const std::uint64_t* words) const {
  Place place{conversation, conversation->instances().size()};
  return ValueOrThrow(conversation->loans().Lend(lends_, {words, kinds_.size() + 1}, conversation->Origin(), conversation->checked(), ToKnown, &place));
}

std::uint64_t CallbackState::Otherwise(Conversation* conversation, std::byte* room) const {
  if (!returned_) return ResultToHost(conversation, on_throw_, room);
  if (on_throw_bytes_.empty()) return 0;
  return ResultToHost(conversation, reinterpret_cast<std::uint64_t>(on_throw_bytes_.data()), room);
}

std::uint64_t CallbackState::ResultToHost(Conversation* conversation, std::uint64_t value, std::byte* room) const {
  Place place{conversation, conversation->instances().size()};
  if (returned_) {
    std::uint64_t word = 0;
    std::byte* const frame = room_bytes() != 0 ? room : reinterpret_cast<std::byte*>(&word);
    returned_->ToFrame(frame, reinterpret_cast<const std::byte*>(value), ToForeign, &place);
    return word;
  }
  if (result_ == Kind::kPointer) return ToForeign(&place, value);
  CheckWidth(result_, value);
  return value;
}

LiveCallback::LiveCallback(std::shared_ptr<SessionCore> core, Binding binding, std::shared_ptr<const CallbackState> state)
    : core_(std::move(core)), binding_(std::move(binding)), state_(std::move(state)) {}

LiveCallback::~LiveCallback() {
  if (const auto connection = connection_.lock()) connection->FreeCallback(token_, host_id_);
}

Expected<std::shared_ptr<LiveCallback>> LiveCallback::Make(std::shared_ptr<SessionCore> core, const Signature& signature,
                                                           Handler handler, std::uint64_t on_throw) {
  auto binding = MakeBinding(signature, core->abi(), true);
  if (!binding) return tl::unexpected(binding.error());
  auto state = CallbackState::Make(signature, core->abi(), *binding, std::move(handler), on_throw);
  if (!state) return tl::unexpected(state.error());
  auto here = core->Here();
  if (!here) return tl::unexpected(here.error());
  std::shared_ptr<LiveCallback> live(new LiveCallback(std::move(core), std::move(*binding), std::move(*state)));
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
  auto made = connection->MakeCallback(binding_, state_);
  if (!made) return tl::unexpected(made.error());
  // A host that ended may be kept by an idle thread's conversation; what the handler holds is not.
  if (const auto before = connection_.lock()) before->FreeCallback(token_, host_id_);
  connection_ = connection->weak_from_this();
  serial_ = connection->serial();
  token_ = made->token;
  host_id_ = made->host_id;
  return code_ = made->code;
}

}  // namespace bridge
