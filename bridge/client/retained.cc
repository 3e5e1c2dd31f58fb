// SPDX-License-Identifier: MIT
#include "bridge/client/retained.h"

#include <algorithm>
#include <cstring>

#include "bridge/client/connection.h"
#include "bridge/client/remote_memory.h"

namespace bridge {

Expected<std::shared_ptr<RetainedBlock>> RetainedBlock::Make(std::shared_ptr<Connection> connection, const Type& type,
                                                             std::uint64_t count) {
  auto element = RemoteElement::Make(type, connection->abi());
  if (!element) return tl::unexpected(element.error());
  if (!element->same_layout())
    return Fail(ErrorCode::kUnsupported,
                WithArticle(type) + " is laid out differently by " + std::string(Name(connection->abi())) +
                    ", so both sides cannot share one: allocate std::byte and write the DLL's layout, or use members of "
                    "fixed width that lie at the same places");
  if (count > kMaxExtentBytes / element->local_size())
    return Fail(ErrorCode::kInvalidArgument, "allocating " + std::to_string(count) + " elements: the count is beyond reason");
  return MakeBytes(std::move(connection), count * element->local_size());
}

Expected<std::shared_ptr<RetainedBlock>> RetainedBlock::MakeBytes(std::shared_ptr<Connection> connection,
                                                                  std::uint64_t bytes) {
  auto block = connection->arena().Allocate(std::max<std::uint64_t>(bytes, 1));
  if (!block) return tl::unexpected(block.error());
  std::memset(block->begin, 0, block->bytes);
  return std::shared_ptr<RetainedBlock>(new RetainedBlock(std::move(connection), block->begin, bytes, block->bytes));
}

RetainedBlock::~RetainedBlock() { (void)Release(); }

std::uint64_t RetainedBlock::pointer_in_host() const {
  return reinterpret_cast<std::uint64_t>(begin_) + connection_->segment().delta();
}

Expected<std::uint64_t> RetainedBlock::WordIn(Connection& host) const {
  if (&host == connection_.get()) return pointer_in_host();
  return Fail(ErrorCode::kInvalidArgument, "this retained memory belongs to another session, or to a host that ended: allocate it anew");
}

Expected<void> RetainedBlock::Release() {
  if (released_.exchange(true)) return Fail(ErrorCode::kInvalidArgument, "this retained memory was released before");
  connection_->arena().Free({begin_, taken_});
  return {};
}

}  // namespace bridge
