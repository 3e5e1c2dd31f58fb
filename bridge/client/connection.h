// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <bitset>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "bridge/client/callback_table.h"
#include "bridge/client/conversation.h"
#include "bridge/client/exception.h"
#include "bridge/client/host_process.h"
#include "bridge/client/mirrors.h"
#include "bridge/client/options.h"
#include "bridge/client/releases.h"
#include "bridge/client/segment.h"
#include "bridge/client/spin_share.h"
#include "bridge/client/text_capture.h"
#include "bridge/client/visitors.h"
#include "bridge/client/wine_server.h"
#include "bridge/core/binding.h"
#include "bridge/core/memsync.h"

namespace bridge {

// What the connections of one session have in common.
struct Lasting {
  static constexpr std::uint64_t kLook = ~std::uint64_t{0};
  std::atomic<std::uint64_t> serial{kLook};  // of the connection of now; kLook: see whether its host ended
  Mirrors mirrors;
};

// One host's life: the host process, the segment, and a conversation for each
// thread that calls. Thread-safe. Ends the host when the last owner lets go; in a
// forked child it touches nothing.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(SessionOptions options, Meeting meeting, std::shared_ptr<Lasting> lasting);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Starts the host. Once.
  Expected<void> Open();
  // kNamed may do better: the host cannot see this process.
  bool CannotMeet() { return process_.ExitedWith(protocol::kCannotOpen); }
  // Wine ended before the host's program began, as it does where it met a wineserver that was just leaving. Another start may work.
  bool WineGaveUp();

  // The calling thread's conversation, opened on its first use.
  Expected<Conversation*> Here();
  // The same, null unless it is the one that this thread used last.
  static Conversation* Cached(std::uint64_t serial) { return t_cached.serial == serial ? t_cached.conversation : nullptr; }
  // No other connection of this process has it, and 0 none.
  std::uint64_t serial() const { return serial_; }

  // Makes code in the host that calls `state`.
  struct MadeCallback {
    std::uint32_t token = 0, host_id = 0;
    std::uint64_t code = 0;  // in the host's address space
  };
  Expected<MadeCallback> MakeCallback(const Binding& binding, std::shared_ptr<const CallbackState> state);
  // The host's prototype for `binding`. Equal ones are bound once: the host keeps each until it ends.
  Expected<std::uint32_t> Prototype(Conversation* here, const Binding& binding);
  // The callback is over in this process at once; the host is told with the next request that may do so. Never blocks.
  void FreeCallback(std::uint32_t token, std::uint32_t host_id);
  const std::shared_ptr<Releases>& releases() const { return releases_; }
  // Tells the host what is needed no more. Before what may make something in its place.
  void SendReleases(Conversation* here);
  void CloseConversation(Conversation* conversation);
  // The conversation that this thread has used so far is of no more use: the next Here() looks again.
  static void Forget();

  // A conversation of the calling thread, which waits for a thread of the DLLs' own to begin it.
  Expected<Conversation*> OpenVisitor();
  // That thread ended, or the host.
  void CloseVisitor(Conversation* visitor);
  // Tells the host that no channel waits for its DLLs' threads.
  void RefuseVisitors();
  // What a handler threw on such a thread.
  void Stray(const std::exception_ptr& thrown) const;
  // Closes the calling thread's conversations with hosts that ended and were replaced.
  static void CloseRetired();
  // What was printed up to now, with the DLLs' C runtimes flushed; of a host that ended, what it left.
  Expected<Text> TakeText();

  const SessionOptions& options() const { return options_; }
  const Access* access() const { return access_; }  // to the client's memory
  Meeting meeting() const { return meeting_; }
  Abi abi() const { return abi_; }
  Segment& segment() { return segment_; }
  Arena& arena() { return *arena_; }
  Mirrors& mirrors() { return lasting_->mirrors; }
  const std::shared_ptr<Lasting>& lasting() const { return lasting_; }
  HostProcess& process() { return process_; }
  SpinShare& spin_share() { return *spin_share_; }
  CallbackTable& callbacks() { return callbacks_; }
  std::uint32_t spins() const { return segment_.header()->spins.load(std::memory_order_relaxed); }

  // Why a host was ended by this side. It ended the call of the conversation `whose`, or all that were open (null).
  struct Reason {
    ErrorCode code = ErrorCode::kDisconnected;
    std::string text;
    const Conversation* whose = nullptr;
  };
  // Ends the host and what it started, at once. All who wait get an answer; the first reason counts. Any thread.
  void End(Reason reason);
  // What a request gets that the host's end ended, or came too late for.
  Error Disconnected(const Conversation* whose, std::string_view what);
  // What the host itself said last: the place, and a message that is empty where it said nothing.
  Error SaidEnding();
  // What the end of a host means for the session, for the ends of messages.
  std::string_view Fate() const;
  bool ours() const { return getpid() == owner_; }  // false in a forked child
  bool ended() const { return ended_.load(std::memory_order_acquire); }
  // Another has taken its place. True once nothing is left of it but memory.
  bool Retire();
  bool retired() const { return retired_.load(std::memory_order_relaxed); }

 private:
  // The conversation that this thread used last, found again without a lock.
  struct CachedConversation {
    std::uint64_t serial = 0;
    Conversation* conversation = nullptr;
  };
  static constinit thread_local CachedConversation t_cached;
  friend class ThreadConversations;

  // On the thread that drains text.
  void HostEnded();
  void WineServerEnded();
  void NoteEnd();
  Expected<Conversation*> OpenConversation();
  // Makes `conversation` the calling thread's.
  void Attach(Conversation* conversation);
  // Opens a channel in both processes; its conversation is in the list.
  Expected<Conversation*> OpenLines(protocol::Verb verb);
  void CloseLines(Conversation* conversation);
  // What the host is told to give a DLL where a handler throws. May take frame space.
  Expected<std::uint64_t> Otherwise(Conversation* here, const CallbackState& state);

  const SessionOptions options_;
  const Prefix prefix_;
  const Access* const access_;
  const Meeting meeting_;
  const Abi abi_;
  const pid_t owner_;
  const std::uint64_t serial_;
  Segment segment_;
  std::optional<SpinShare> spin_share_;
  std::optional<Arena> arena_;
  const std::shared_ptr<Lasting> lasting_;
  HostProcess process_;
  TextCapture text_;
  CallbackTable callbacks_;
  std::atomic<bool> opened_{false}, ended_{false}, stopped_{false}, retired_{false}, closing_{false};
  std::mutex reason_mutex_;  // of the next
  std::optional<Reason> reason_;
  const std::shared_ptr<Releases> releases_ = std::make_shared<Releases>();
  std::mutex prototypes_mutex_;  // of the next
  std::map<std::vector<std::byte>, std::uint32_t> prototypes_;
  std::mutex mutex_;  // of the control channel and of what follows
  std::unique_ptr<Conversation> control_;
  std::vector<std::unique_ptr<Conversation>> conversations_;
  std::bitset<protocol::kMaxChannels> used_;
  Visitors visitors_{this};
};

}  // namespace bridge
