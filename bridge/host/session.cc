// SPDX-License-Identifier: MIT
#include "bridge/host/session.h"

#include <windows.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "bridge/host/channel.h"
#include "bridge/host/ending.h"
#include "bridge/host/unix_path.h"
#include "bridge/host/visitors.h"

namespace bridge::host {
namespace {

// One session a process, for its whole life.
struct Session {
  std::byte* segment = nullptr;
  std::uint64_t segment_bytes = 0;
  DoorbellPipes control;
  Registry registry;
  ThreadWatch watch;
  Visitors visitors;

  protocol::Header* header() const { return reinterpret_cast<protocol::Header*>(segment); }
  protocol::Channel* channel(std::uint32_t index) const {
    return reinterpret_cast<protocol::Channel*>(segment + protocol::kChannelsOffset) + index;
  }
  Region region() const { return {segment, segment + segment_bytes}; }
};
Session* g_session = nullptr;

// A 32-bit process may have no room for the whole; less than this is of no use.
constexpr std::uint64_t kLeastBytes = 16 << 20;

// Maps as much of the section as the first of the client's places has that is free here as well; as much as
// there is room for anywhere else where none is.
protocol::Place MapSection(HANDLE section, const protocol::Header& header) {
  const auto map = [section](std::uint64_t base, std::uint64_t bytes) -> protocol::Place {
    if (base > UINTPTR_MAX || bytes > SIZE_MAX) return {0, 0};
    void* view = MapViewOfFileEx(section, FILE_MAP_ALL_ACCESS, 0, 0, static_cast<SIZE_T>(bytes), reinterpret_cast<void*>(base));
    return {reinterpret_cast<std::uint64_t>(view), bytes};
  };
  const std::uint64_t whole = header.segment_bytes;
  for (const protocol::Place& place : header.places) {
    if (place.base == 0 || place.bytes > whole || place.bytes < protocol::kArenaOffset) continue;
    if (const protocol::Place mapped = map(place.base, place.bytes); mapped.base != 0) return mapped;
  }
  for (std::uint64_t bytes = whole; bytes >= std::min(whole, kLeastBytes); bytes /= 2)
    if (const protocol::Place mapped = map(0, bytes); mapped.base != 0) return mapped;
  return {0, 0};
}

Expected<void> MapSegment(Session* session, std::string_view path) {
  auto file = OpenUnixPath(path, GENERIC_READ | GENERIC_WRITE);
  if (!file) return tl::unexpected(file.error());
  HANDLE section = CreateFileMappingW(*file, nullptr, PAGE_READWRITE, 0, 0, nullptr);
  void* first = section ? MapViewOfFile(section, FILE_MAP_ALL_ACCESS, 0, 0, sizeof(protocol::Header)) : nullptr;
  if (first == nullptr)
    return Fail(ErrorCode::kInternal, "cannot map the segment, Windows error " + std::to_string(GetLastError()));
  auto* header = static_cast<protocol::Header*>(first);
  header->host_version = protocol::kVersion;
  header->host_pointer_bytes = sizeof(void*);
  if (header->magic != protocol::kMagic || header->version != protocol::kVersion)
    return Fail(ErrorCode::kCorrupt, "the segment is of another version: use client and host of one build");
  const protocol::Place mapped = MapSection(section, *header);
  session->segment = reinterpret_cast<std::byte*>(mapped.base);
  session->segment_bytes = mapped.bytes;
  UnmapViewOfFile(first);
  CloseHandle(section);
  CloseHandle(*file);
  if (session->segment == nullptr)
    return Fail(ErrorCode::kInternal, "no room for the segment, Windows error " + std::to_string(GetLastError()));
  session->header()->mapped = mapped;
  return {};
}

DWORD WINAPI WatchLifeLine(void*) {
  char byte;
  DWORD count = 0;
  while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), &byte, 1, &count, nullptr) && count == 1) {
  }
  // The client is gone, whatever its threads here are doing.
  TerminateProcess(GetCurrentProcess(), 0);
  return 0;
}

}  // namespace

Expected<void> OpenSession(const SessionArguments& arguments) {
  auto session = std::make_unique<Session>();
  if (auto mapped = MapSegment(session.get(), arguments.segment); !mapped) return mapped;
  auto pipes = DoorbellPipes::Open(arguments.read, arguments.write);
  if (!pipes) return tl::unexpected(pipes.error());
  session->control = *pipes;
  HANDLE watcher = CreateThread(nullptr, 1 << 16, WatchLifeLine, nullptr, STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (watcher == nullptr) return Fail(ErrorCode::kInternal, "cannot start the life line's thread");
  CloseHandle(watcher);
  if (auto started = session->watch.Start(); !started) return started;
  WatchEnding(&session->header()->ended);
  g_session = session.release();
  return {};
}

int ServeSession() {
  static const std::atomic<std::uint32_t> no_spins{0};  // the control channel always parks
  Channel control(g_session->channel(0), g_session->control, g_session->segment + protocol::kControlScratchOffset,
                  protocol::kControlScratchBytes, &g_session->registry, &no_spins, g_session->region());
  return control.Serve() ? 0 : 3;
}

Expected<void> OpenSessionChannel(std::uint32_t channel, std::string_view read, std::string_view write,
                                  std::uint64_t scratch, std::uint64_t scratch_bytes, bool visitor) {
  auto* begin = reinterpret_cast<std::byte*>(scratch);
  const Region region = g_session->region();
  if (channel == 0 || channel >= protocol::kMaxChannels || !region.Contains(begin) ||
      scratch_bytes > static_cast<std::uint64_t>(region.end - begin))
    return Fail(ErrorCode::kCorrupt, "no such channel, or its scratch lies outside the segment");
  auto pipes = DoorbellPipes::Open(read, write);
  if (!pipes) return tl::unexpected(pipes.error());
  auto made = std::make_unique<Channel>(g_session->channel(channel), *pipes, begin, scratch_bytes, &g_session->registry,
                                        &g_session->header()->spins, region);
  if (!visitor) return StartChannelThread(std::move(made), &g_session->watch);
  g_session->visitors.Offer(std::move(made));
  return {};
}

Channel* EnterAsVisitor() {
  const DWORD last_error = GetLastError();
  Channel* entered = nullptr;
  if (auto channel = g_session->visitors.Take()) entered = VisitOnThisThread(std::move(channel), &g_session->watch);
  if (entered == nullptr) {
    static constexpr char kText[] = "spanproof-host: a callback on a thread that the DLL made went unanswered: "
                                    "the session has no channel left for it, or is ending\n";
    DWORD count = 0;
    WriteFile(GetStdHandle(STD_ERROR_HANDLE), kText, sizeof kText - 1, &count, nullptr);
  }
  SetLastError(last_error);
  return entered;
}

void RefuseVisitors() { g_session->visitors.Refuse(); }
void CloseVisitors() { g_session->visitors.Close(); }

}  // namespace bridge::host
