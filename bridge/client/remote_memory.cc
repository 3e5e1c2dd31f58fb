// SPDX-License-Identifier: MIT
#include "bridge/client/remote_memory.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "bridge/client/connection.h"
#include "bridge/client/remote.h"

namespace bridge {
namespace {

using protocol::Verb;

constexpr std::uint64_t kPiece = 1 << 20;  // bytes of one round trip

std::string Hex(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(value));
  return text;
}

// Room in the shared segment for the time of one request.
class Stage {
 public:
  explicit Stage(Conversation* here) : here_(here), mark_(here->frames().mark()) {}
  ~Stage() { here_->frames().Release(mark_); }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  Expected<std::byte*> Take(std::uint64_t bytes) { return here_->frames().Allocate(std::max<std::uint64_t>(bytes, 1), 64); }

 private:
  Conversation* const here_;
  const FrameSpace::Mark mark_;
};

Expected<Conversation*> Reach(Connection& connection, std::uint64_t address, std::uint64_t bytes, const char* what) {
  const std::string range = std::string(what) + " " + std::to_string(bytes) + " bytes at " + Hex(address);
  if (address == 0) return Fail(ErrorCode::kInvalidArgument, range + ": this is a null pointer");
  const std::uint64_t last = PointerSize(connection.abi()) == 4 ? UINT32_MAX : UINT64_MAX;
  if (address > last || bytes > last - address)
    return Fail(ErrorCode::kInvalidArgument, range + ": that is beyond the address space of the DLL's process");
  if (connection.retired())
    return Fail(ErrorCode::kInvalidArgument, range + ": the memory belongs to a host that ended: ask the DLL for it again");
  return connection.Here();
}

Error Explain(Error error, std::uint64_t bytes, std::uint64_t address, const char* what) {
  if (error.code != ErrorCode::kFault) return error;
  error.message = std::string(what) + " " + std::to_string(bytes) + " bytes at " + Hex(address) + " of the DLL's process: address " +
                  Hex(error.address) + " cannot be touched; was its memory freed, or was it never a pointer?";
  return error;
}

// One request for each piece of the range: `fill`(room, done, step) before it, `take` with the same after it.
template <typename Fill, typename Take>
Expected<void> InPieces(Connection& connection, Verb verb, const char* what, std::uint64_t address, std::uint64_t bytes, Fill fill,
                        Take take) {
  auto here = Reach(connection, address, bytes, what);
  if (!here) return tl::unexpected(here.error());
  Stage stage(*here);
  auto room = stage.Take(std::min(bytes, kPiece));
  if (!room) return tl::unexpected(room.error());
  const std::uint64_t staged = reinterpret_cast<std::uint64_t>(*room) + connection.segment().delta();
  for (std::uint64_t done = 0, step = 0; done < bytes; done += step) {
    step = std::min(bytes - done, kPiece);
    fill(*room, done, step);
    auto answer = (*here)->Ask(verb, 0, {address + done, step, staged}, std::string(what) + " the DLL's memory");
    if (!answer) return tl::unexpected(Explain(answer.error(), bytes, address, what));
    take(*room, done, step);
  }
  return {};
}

}  // namespace

Expected<void> ReadRemote(Connection& connection, std::uint64_t address, std::byte* to, std::uint64_t bytes) {
  return InPieces(connection, Verb::kRead, "reading", address, bytes, [](std::byte*, std::uint64_t, std::uint64_t) {},
                  [to](const std::byte* room, std::uint64_t done, std::uint64_t step) { std::memcpy(to + done, room, step); });
}

Expected<void> WriteRemote(Connection& connection, std::uint64_t address, const std::byte* from, std::uint64_t bytes) {
  return InPieces(connection, Verb::kWrite, "writing", address, bytes,
                  [from](std::byte* room, std::uint64_t done, std::uint64_t step) { std::memcpy(room, from + done, step); },
                  [](const std::byte*, std::uint64_t, std::uint64_t) {});
}

Expected<std::string> ReadRemoteText(Connection& connection, std::uint64_t address, std::uint32_t unit,
                                     std::uint64_t limit) {
  auto here = Reach(connection, address, unit, "reading");
  if (!here) return tl::unexpected(here.error());
  std::string text;
  for (std::uint64_t piece = 4096; text.size() < limit; piece = std::min(piece * 4, kPiece)) {
    Stage stage(*here);
    const std::uint64_t step = std::min(piece, limit - text.size());
    auto room = stage.Take(step);
    if (!room) return tl::unexpected(room.error());
    const std::uint64_t target = reinterpret_cast<std::uint64_t>(*room) + connection.segment().delta();
    auto answer = (*here)->Ask(Verb::kRead, unit, {address + text.size(), step, target}, "reading a text of the DLL's");
    if (!answer) return tl::unexpected(Explain(answer.error(), text.size() + step, address, "reading a text within"));
    const std::uint64_t got = answer->words[0];
    if (got > step || got % unit != 0) return Fail(ErrorCode::kCorrupt, "the host read more than it was asked for");
    const bool ended = got >= unit && std::all_of(*room + (got - unit), *room + got, [](std::byte b) { return b == std::byte{0}; });
    text.append(reinterpret_cast<const char*>(*room), ended ? got - unit : got);
    if (ended) return text;
  }
  return Fail(ErrorCode::kInvalidArgument, "the text at " + Hex(address) + " has no terminator in its first " +
                                               std::to_string(limit) + " bytes: give a higher limit, or read a count");
}

Expected<std::uint64_t> internal::AddressIn(const std::weak_ptr<Connection>& session, std::uint64_t address, Connection& host) {
  const auto same = [](const std::weak_ptr<Connection>& a, const std::weak_ptr<Connection>& b) {
    return !a.owner_before(b) && !b.owner_before(a);
  };
  if (address == 0 || same(session, {}) || same(session, host.weak_from_this())) return address;
  return Fail(ErrorCode::kInvalidArgument, "this memory at " + Hex(address) + " belongs to another session, or to a host that ended: ask the DLL for it again");
}

Expected<RemoteElement> RemoteElement::Make(const Type& type, Abi abi) {
  auto plan = CompilePlan(Signature{.arguments = {Type::Pointer(type)}}, Abi::kSysv64, abi, Phase::kBefore);
  if (!plan) return tl::unexpected(plan.error());
  if (plan->nodes.empty()) return Fail(ErrorCode::kUnsupported, type.Spell() + " has no size: it can be passed, not read");
  if (!plan->nodes[0].children.empty()) {
    std::string which;
    for (const Type::Member& member : type.members())
      if (which.empty() && member.type.kind() == Kind::kPointer && member.type.element().kind() != Kind::kVoid)
        which = ": its member '" + member.name + "' is " + WithArticle(member.type);
    return Fail(ErrorCode::kUnsupported, type.Spell() + " holds pointers of this process" + which +
                                             "; in memory that the DLL owns write bridge::RemoteAddress<T> instead of T*");
  }
  RemoteElement element;
  element.plan_ = std::move(*plan);
  return element;
}

Expected<void> RemoteElement::Read(Connection& connection, std::uint64_t address, std::byte* to,
                                   std::uint64_t count) const {
  if (count > kMaxExtentBytes / std::max(local_size(), remote_size()))
    return Fail(ErrorCode::kInvalidArgument, "reading " + std::to_string(count) + " elements: the count is beyond reason");
  if (same_layout()) return ReadRemote(connection, address, to, count * local_size());
  std::vector<std::byte> bytes(count * remote_size());
  if (auto read = ReadRemote(connection, address, bytes.data(), bytes.size()); !read) return read;
  CopyToLocal(plan_, plan_.nodes[0], to, bytes.data(), count);
  return {};
}

Expected<void> RemoteElement::Write(Connection& connection, std::uint64_t address, const std::byte* from,
                                    std::uint64_t count) const {
  if (count > kMaxExtentBytes / std::max(local_size(), remote_size()))
    return Fail(ErrorCode::kInvalidArgument, "writing " + std::to_string(count) + " elements: the count is beyond reason");
  if (same_layout()) return WriteRemote(connection, address, from, count * local_size());
  std::vector<std::byte> bytes(count * remote_size());
  // What stands between the members stays as the DLL left it.
  if (auto read = ReadRemote(connection, address, bytes.data(), bytes.size()); !read) return read;
  CopyToFrame(plan_, plan_.nodes[0], bytes.data(), from, count);
  return WriteRemote(connection, address, bytes.data(), bytes.size());
}

}  // namespace bridge
