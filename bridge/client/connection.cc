// SPDX-License-Identifier: MIT
#include "bridge/client/connection.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <utility>

#include "bridge/client/fault_text.h"
#include "bridge/client/local_memory.h"

namespace bridge {
namespace {

// About 50 us of pauses: the time that waking a sleeping thread takes as well.
constexpr std::uint32_t kDefaultSpins = 3000;

std::uint64_t NextSerial() {
  static std::atomic<std::uint64_t> serial{0};
  return ++serial;
}

// All conversations of a thread, closed when it ends.
struct Opened {
  std::weak_ptr<Connection> connection;
  std::uint64_t serial;
  Conversation* conversation;
};
// Set once the list is gone: objects of static storage that are destroyed later
// may still want to call.
thread_local bool t_ended = false;

}  // namespace

constinit thread_local Connection::CachedConversation Connection::t_cached;

class ThreadConversations {
 public:
  ~ThreadConversations() {
    t_ended = true;
    Connection::t_cached = {};
    for (const Opened& one : opened)
      if (auto connection = one.connection.lock()) connection->CloseConversation(one.conversation);
  }
  std::vector<Opened> opened;
};
namespace {
thread_local ThreadConversations t_conversations;
}

void Connection::Attach(Conversation* conversation) {
  if (!t_ended) {
    // Sessions that ended would keep their memory for as long as the thread lives.
    std::erase_if(t_conversations.opened, [](const Opened& one) { return one.connection.expired(); });
    t_conversations.opened.push_back({weak_from_this(), serial_, conversation});
  }
  t_cached = {serial_, conversation};
}

Connection::Connection(SessionOptions options, Meeting meeting, std::shared_ptr<Lasting> lasting)
    : options_(std::move(options)),
      prefix_(FindPrefix(options_.prefix)),
      access_(options_.guard_pointers ? LocalMemory() : nullptr),
      meeting_(meeting),
      abi_(options_.abi.value_or(DefaultAbi(options_.arch))),
      owner_(getpid()),
      serial_(NextSerial()),
      segment_(options_.arch, options_.same_address),
      lasting_(std::move(lasting)) {}

Connection::~Connection() {
  if (getpid() != owner_) {
    // A forked child has neither the host nor the threads: leave the parent's alone.
    process_.Abandon();
    text_.Abandon();
    visitors_.Abandon();
    return;
  }
  closing_ = true;
  visitors_.Close();
  if (control_ != nullptr && process_.Ending(0).empty()) {
    const std::lock_guard lock(mutex_);
    (void)control_->Ask(protocol::Verb::kShutdown, 0, {}, "ending the session", 2000);
  }
  process_.Stop(std::chrono::milliseconds(2000));
  visitors_.Join();
  text_.Stop();
}

Expected<void> Connection::Open() {
  if (auto created = segment_.Create(meeting_); !created) return created;
  arena_.emplace(segment_.descriptor(), segment_.begin(), protocol::kArenaOffset, segment_.bytes());
  auto control = std::make_unique<Conversation>(this, 0);
  if (auto created = control->Create(false); !created) return created;
  auto started = process_.Start(options_, {segment_.path(), control->pipes().host_read_path(),
                                           control->pipes().host_write_path()});
  if (!started) return started;
  if (ended()) process_.Kill();  // by Session::Stop
  if (auto draining = text_.Start(std::move(process_.output()), std::move(process_.error()), options_.text, process_.pidfd(), [this] { HostEnded(); }); !draining)
    return draining;
  // The first request stands in the segment before the host looks; its answer says that the host is there.
  auto hello = control->Ask(protocol::Verb::kFlush, 0, {}, "starting the host", static_cast<int>(options_.start_timeout.count()));
  if (!hello) {
    std::string said = text_.ErrorTail();
    while (!said.empty() && said.back() == '\n') said.pop_back();
    Error error = hello.error();
    if (!said.empty()) error.message += "; it said: " + said;
    return tl::unexpected(std::move(error));
  }
  control->pipes().Settle();
  if (auto settled = segment_.Settle(); !settled) return settled;
  arena_.emplace(segment_.descriptor(), segment_.begin(), protocol::kArenaOffset, segment_.bytes());
  control_ = std::move(control);
  control_->Moved();
  used_.set(0);
  spin_share_.emplace(&segment_.header()->spins, options_.spins.value_or(kDefaultSpins));
  opened_ = true;
  text_.Watch([this] { return FindWineServer(prefix_); }, [this] { WineServerEnded(); });
  return {};
}

bool Connection::WineGaveUp() {
  // A wineserver that goes with a client in its queue resets it: "recvmsg: Connection reset by peer", status 1; one that
  // goes with a client that it took: status 0, without a word (dlls/ntdll/unix/server.c, receive_fd).
  return (process_.ExitedWith(1) || process_.ExitedWith(0)) && segment_.header()->host_version == 0;
}

Expected<Conversation*> Connection::Here() {
  if (t_cached.serial == serial_) [[likely]] return t_cached.conversation;
  if (t_ended) return OpenConversation();
  auto& opened = t_conversations.opened;
  const auto mine = std::find_if(opened.begin(), opened.end(), [this](const Opened& one) { return one.serial == serial_; });
  if (mine == opened.end()) return OpenConversation();
  Conversation* const here = mine->conversation;
  if (!here->thread_ended()) return t_cached = {serial_, here}, here;
  // While a callback of it is open its frames are in use: what is asked there fails as the call around it will.
  if (here->serving()) return here;
  opened.erase(mine);
  spin_share_->Change(-1);
  CloseLines(here);
  return OpenConversation();
}

void Connection::Forget() { t_cached = {}; }

Expected<Conversation*> Connection::OpenConversation() {
  if (getpid() != owner_)
    return Fail(ErrorCode::kUnsupported, "this process is a fork of the one that started the session: start one of its own");
  static const bool registered = [] {
    OnForkChild([] {
      t_cached = {};
      if (!t_ended) t_conversations.opened.clear();
    });
    return true;
  }();
  (void)registered;
  auto lines = OpenLines(protocol::Verb::kOpenChannel);
  if (!lines) return lines;
  spin_share_->Change(1);
  Attach(*lines);
  return lines;
}

Expected<Conversation*> Connection::OpenLines(protocol::Verb verb) {
  const std::lock_guard lock(mutex_);
  std::uint32_t index = 1;
  while (index < protocol::kMaxChannels && used_.test(index)) ++index;
  if (index == protocol::kMaxChannels)
    return Fail(ErrorCode::kUnsupported, "255 threads use this session already: let some end, or start another session");
  auto conversation = std::make_unique<Conversation>(this, index);
  if (auto created = conversation->Create(true); !created) return tl::unexpected(created.error());
  const Block scratch = conversation->scratch();
  WireWriter wire;
  wire.Text(conversation->pipes().host_read_path());
  wire.Text(conversation->pipes().host_write_path());
  wire.U64(reinterpret_cast<std::uint64_t>(scratch.begin) + segment_.delta());
  wire.U64(scratch.bytes);
  auto opened = control_->AskWithPayload(verb, index, wire.bytes(), "opening a channel");
  if (!opened) return tl::unexpected(opened.error());
  conversation->pipes().Settle();
  used_.set(index);
  conversations_.push_back(std::move(conversation));
  return conversations_.back().get();
}

void Connection::CloseConversation(Conversation* conversation) {
  if (getpid() != owner_) return;
  // Lines that the host's thread may still touch are nobody else's: the channel stays taken.
  if (!conversation->Close()) return;
  spin_share_->Change(-1);
  CloseLines(conversation);
}

void Connection::CloseLines(Conversation* conversation) {
  const std::lock_guard lock(mutex_);
  used_.reset(conversation->index());
  std::erase_if(conversations_, [conversation](auto& one) { return one.get() == conversation; });
}

Expected<Conversation*> Connection::OpenVisitor() {
  auto lines = OpenLines(protocol::Verb::kOpenVisitor);
  if (lines) Attach(*lines);
  return lines;
}

void Connection::CloseVisitor(Conversation* visitor) {
  t_cached = {};
  std::erase_if(t_conversations.opened, [visitor](const Opened& one) { return one.conversation == visitor; });
  if (visitor->thread_ended() || !process_.Ending(500).empty()) CloseLines(visitor);
}

void Connection::RefuseVisitors() {
  const std::lock_guard lock(mutex_);
  (void)control_->Ask(protocol::Verb::kNoVisitor, 0, {}, "refusing a channel");
}

void Connection::Stray(const std::exception_ptr& thrown) const {
  try {
    if (options_.on_stray_exception) return options_.on_stray_exception(thrown);
    std::rethrow_exception(thrown);
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "bridge: a callback's handler threw on a thread that the DLL made: %s\n", exception.what());
  } catch (...) {
    std::fputs("bridge: a callback's handler threw on a thread that the DLL made\n", stderr);
  }
}

void Connection::CloseRetired() {
  if (t_ended) return;
  std::vector<std::pair<std::shared_ptr<Connection>, Conversation*>> closing;
  std::erase_if(t_conversations.opened, [&closing](const Opened& one) {
    auto connection = one.connection.lock();
    if (connection == nullptr) return true;
    if (!connection->retired() || one.conversation->depth > 0 || one.conversation->serving()) return false;
    closing.emplace_back(std::move(connection), one.conversation);
    return true;
  });
  for (const auto& [connection, conversation] : closing) {
    if (t_cached.conversation == conversation) t_cached = {};
    connection->CloseConversation(conversation);
  }
}

Expected<std::uint32_t> Connection::Prototype(Conversation* here, const Binding& binding) {
  WireWriter wire;
  Write(binding, &wire);
  const std::vector<std::byte> key(wire.bytes().begin(), wire.bytes().end());
  {
    const std::lock_guard lock(prototypes_mutex_);
    if (const auto known = prototypes_.find(key); known != prototypes_.end()) return known->second;
  }
  auto bound = here->AskWithPayload(protocol::Verb::kBindCallback, 0, key, "binding a callback prototype");
  if (!bound) return tl::unexpected(bound.error());
  const std::lock_guard lock(prototypes_mutex_);
  return prototypes_.emplace(key, static_cast<std::uint32_t>(bound->words[0])).first->second;
}

Expected<Connection::MadeCallback> Connection::MakeCallback(const Binding& binding, std::shared_ptr<const CallbackState> state) {
  auto here = Here();
  if (!here) return tl::unexpected(here.error());
  SendReleases(*here);
  visitors_.Prepare();
  auto prototype = Prototype(*here, binding);
  if (!prototype) return tl::unexpected(prototype.error());
  FrameSpace& frames = (*here)->frames();
  const FrameSpace::Mark mark = frames.mark();
  auto otherwise = Otherwise(*here, *state);
  if (!otherwise) return tl::unexpected(otherwise.error());
  auto token = callbacks_.Add(std::move(state));
  if (!token) return tl::unexpected(token.error());
  auto made = (*here)->Ask(protocol::Verb::kMakeCallback, *prototype, {*token, *otherwise}, "making a callback");
  frames.Release(mark);
  if (!made) {
    callbacks_.Release(*token);
    return tl::unexpected(made.error());
  }
  return MadeCallback{*token, static_cast<std::uint32_t>(made->words[0]), made->words[1]};
}

Expected<std::uint64_t> Connection::Otherwise(Conversation* here, const CallbackState& state) {
  std::byte* room = nullptr;
  if (state.room_bytes() != 0) {
    auto block = here->frames().Allocate(state.room_bytes(), 16);
    if (!block) return tl::unexpected(block.error());
    room = *block;
    std::memset(room, 0, state.room_bytes());
  }
  try {
    const std::uint64_t word = state.Otherwise(here, room);
    return room != nullptr ? reinterpret_cast<std::uint64_t>(room) + segment_.delta() : word;
  } catch (const Exception& exception) {
    return tl::unexpected(exception.error());
  }
}

void Connection::FreeCallback(std::uint32_t token, std::uint32_t host_id) {
  if (getpid() != owner_) return;
  releases_->Add(Releases::What::kCallback, host_id);
  callbacks_.Release(token);
}

void Connection::SendReleases(Conversation* here) {
  while (!releases_->empty()) {
    const std::vector<std::byte> taken = releases_->Take();
    if (taken.empty()) return;  // another thread was first, and tells the host
    if (!here->AskWithPayload(protocol::Verb::kRelease, 0, taken, "releasing functions and callbacks")) return;
  }
}

Expected<Text> Connection::TakeText() {
  if (!ours()) return Here().map([](auto*) { return Text(); });  // refuses
  if (!ended()) {
    auto here = Here();
    auto flushed = here ? (*here)->Ask(protocol::Verb::kFlush, 0, {}, "flushing text") : tl::unexpected(here.error());
    if (!flushed && !ended()) return tl::unexpected(flushed.error());
  }
  return text_.Take();
}

void Connection::End(Reason reason) {
  {
    const std::lock_guard lock(reason_mutex_);
    if (reason.whose == nullptr && reason.code == ErrorCode::kCancelled) stopped_ = true;
    if (!reason_) reason_ = std::move(reason);
  }
  NoteEnd();
  process_.Kill();
}

Error Connection::SaidEnding() {
  const protocol::Ended& ended = segment_.header()->ended;
  const protocol::Ending ending = ended.ending.load(std::memory_order_acquire);
  Exceptional exception{.code = ended.code, .address = ended.address, .touched = ended.touched, .access = ended.access, .module = {}, .offset = ended.offset};
  exception.module.assign(ended.module, strnlen(ended.module, sizeof ended.module));
  return {ErrorCode::kDisconnected, SpellEnding(ending, exception), exception.code, exception.address, exception.module, exception.offset};
}

Error Connection::Disconnected(const Conversation* whose, std::string_view what) {
  NoteEnd();
  const std::string ending = process_.Ending(500);
  // A host that closed a channel and lives is of no use, and others may wait for it.
  if (ending.empty() && ours()) process_.Kill();
  const std::lock_guard lock(reason_mutex_);
  Error error{ErrorCode::kDisconnected, "", 0, 0};
  if (reason_ && reason_->whose == whose && whose != nullptr) {
    error = {reason_->code, reason_->text, 0, 0};
  } else if (reason_) {
    if (reason_->whose == nullptr) error.code = reason_->code;
    error.message = reason_->text + " during " + std::string(what);
  } else {
    error = SaidEnding();
    if (error.os_error == 0) error.os_error = process_.Status();
    const std::string said = std::exchange(error.message, "the host " + (ending.empty() ? std::string("closed its channel") : ending) + " during " + std::string(what));
    if (!said.empty()) error.message += ": " + said;
  }
  if (opened_) error.message += std::string("; ").append(Fate());
  return error;
}

void Connection::HostEnded() {
  NoteEnd();
  if (!closing_) EndMarked(process_.mark());
}

void Connection::WineServerEnded() {
  const std::uint64_t now = ProcessTicksNow();
  if (!closing_) End({ErrorCode::kDisconnected, "the wineserver of the prefix ended", nullptr});
  EndOrphans(HostProcess::kMarkName, prefix_, now);
}

void Connection::NoteEnd() {
  ended_.store(true, std::memory_order_release);
  if (options_.restart) {
    std::uint64_t mine = serial_;
    lasting_->serial.compare_exchange_strong(mine, Lasting::kLook);
  }
}

std::string_view Connection::Fate() const {
  return options_.restart && !stopped_ ? "the session starts anew with the next call" : "the session is over: start another";
}

bool Connection::Retire() {
  retired_ = true;
  const std::lock_guard lock(mutex_);
  return conversations_.empty();
}

}  // namespace bridge
