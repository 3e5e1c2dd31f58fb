// SPDX-License-Identifier: MIT
#include "bridge/client/session_core.h"

#include <algorithm>

namespace bridge {
namespace {

Error Stopped() { return {ErrorCode::kCancelled, "the session was stopped; the session is over: start another", 0, 0}; }

}  // namespace

SessionCore::SessionCore(SessionOptions options)
    : options_(std::move(options)), abi_(options_.abi.value_or(DefaultAbi(options_.arch))) {}

Expected<std::shared_ptr<SessionCore>> SessionCore::Start(SessionOptions options) {
  auto core = std::make_shared<SessionCore>(std::move(options));
  auto connection = core->StartHost();
  if (!connection) return tl::unexpected(connection.error());
  if (auto replaced = core->Replace(std::move(*connection)); !replaced) return tl::unexpected(replaced.error());
  return core;
}

Expected<std::shared_ptr<Connection>> SessionCore::StartHost() {
  Meeting meeting = options_.transport == Transport::kNamed ? Meeting::kNamed : Meeting::kProc;
  for (bool again = false;;) {
    auto connection = std::make_shared<Connection>(options_, meeting, lasting_);
    const auto may_be_stopped = [this](const std::shared_ptr<Connection>& now) {
      const std::lock_guard lock(mutex_);
      starting_ = now;
      return !stopped_;
    };
    if (!may_be_stopped(connection)) return tl::unexpected(Stopped());
    auto opened = connection->Open();
    (void)may_be_stopped(nullptr);
    if (opened) {
      ++starts_;
      return connection;
    }
    if (!again && connection->WineGaveUp()) {
      again = true;
      continue;
    }
    const bool other_way = meeting == Meeting::kProc && options_.transport == Transport::kAuto && connection->CannotMeet();
    if (!other_way) return tl::unexpected(opened.error());
    meeting = Meeting::kNamed;
  }
}

Expected<void> SessionCore::Replace(std::shared_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return tl::unexpected(Stopped());
    lasting_->mirrors.Begin(connection->serial());
    if (connection_) {
      if (auto text = connection_->TakeText()) {
        left_.out += text->out;
        left_.err += text->err;
      }
      retired_.push_back(connection_);
    }
    connection_ = connection;
    lasting_->serial.store(connection->serial());
  }
  // Its end may have been noted before.
  if (connection->ended() && options_.restart) lasting_->serial.store(Lasting::kLook);
  return {};
}

void SessionCore::Sweep() {
  std::vector<std::shared_ptr<Connection>> gone;  // ends outside of the lock
  const std::lock_guard lock(mutex_);
  std::erase_if(retired_, [&gone](const std::shared_ptr<Connection>& one) {
    if (!one->Retire()) return false;
    gone.push_back(one);
    return true;
  });
}

std::shared_ptr<Connection> SessionCore::connection() const {
  const std::lock_guard lock(mutex_);
  return connection_;
}

Expected<Text> SessionCore::TakeText() {
  auto text = connection()->TakeText();
  if (!text) return text;
  const std::lock_guard lock(mutex_);
  text->out.insert(0, std::exchange(left_.out, {}));
  text->err.insert(0, std::exchange(left_.err, {}));
  return text;
}

Error SessionCore::Unstarted(Error error) const {
  const std::lock_guard lock(mutex_);
  if (stopped_) return Stopped();
  error.message += "; the session starts anew with the next call";
  return error;
}

Expected<std::shared_ptr<Connection>> SessionCore::Connected() {
  const auto usable = [this] {
    auto connection = this->connection();
    return connection->ended() && options_.restart && connection->ours() ? nullptr : connection;
  };
  if (auto connection = usable()) return connection;
  const std::lock_guard starting(start_mutex_);
  if (auto connection = usable()) return connection;
  auto connection = StartHost();
  if (!connection) return tl::unexpected(Unstarted(std::move(connection.error())));
  if (auto replaced = Replace(*connection); !replaced) return tl::unexpected(replaced.error());
  return connection;
}

Expected<Conversation*> SessionCore::HereSlowly() {
  auto connection = Connected();
  if (!connection) return tl::unexpected(connection.error());
  // Not while a host is started: ends of connections wait for threads, and run destructors of handlers.
  Sweep();
  Connection::CloseRetired();
  Sweep();
  return (*connection)->Here();
}

void SessionCore::Stop() {
  std::shared_ptr<Connection> connection, starting;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    connection = connection_;
    starting = starting_;
  }
  for (const auto& one : {connection, starting})
    if (one != nullptr) one->End({ErrorCode::kCancelled, "the session was stopped", nullptr});
}

}  // namespace bridge
