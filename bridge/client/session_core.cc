// SPDX-License-Identifier: MIT
#include "bridge/client/session_core.h"

namespace bridge {

Expected<std::shared_ptr<SessionCore>> SessionCore::Start(SessionOptions options) {
  return Connection::Start(std::move(options)).map([](auto connection) {
    return std::make_shared<SessionCore>(std::move(connection));
  });
}

std::shared_ptr<Connection> SessionCore::connection() const {
  const std::lock_guard lock(mutex_);
  return connection_;
}

void SessionCore::Stop() { connection()->End({ErrorCode::kCancelled, "the session was stopped", nullptr}); }

Expected<Conversation*> SessionCore::HereSlowly() { return connection()->Here(); }

}  // namespace bridge
