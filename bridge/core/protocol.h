// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

// The segment as bridge/PROTOCOL.md lays it down. Client and host are built
// from one tree; kVersion catches those that are not.
namespace bridge::protocol {

inline constexpr std::uint32_t kMagic = 0x4e505053;  // "SPPN"
inline constexpr std::uint32_t kVersion = 3;

// The host's exit status where it cannot open what it was told of.
inline constexpr int kCannotOpen = 4;

// What a message asks or answers. On a channel the sides strictly take turns.
enum class Verb : std::uint32_t {
  // client to host
  kCall = 1,         // target: function. words: the arguments, or [0] their address where there are more than six
  kLoad,             // [0] address, [1] bytes of the UTF-8 path. Done: [0] module
  kUnload,           // target: module
  kBind,             // [0] address, [1] bytes of {module, symbol, binding}. Done: [0] function
  kBindCallback,     // [0] address, [1] bytes of a binding. Done: [0] prototype
  kMakeCallback,     // target: prototype. [0] the client's token, [1] the result where no handler gives one: its word, or of one in
                     // memory the address of its bytes. Done: [0] callback, [1] code address
  kRelease,          // [0] address, [1] bytes of pairs {u32: 0 a function, 1 a callback; u32 its id}
  kFlush,            // flush what the DLLs' C runtimes hold back
  kOpenChannel,      // target: channel. [0] address, [1] bytes of {text to read from, text to write to, u64 scratch, u64 bytes}
  kCloseChannel,     // the channel's thread ends after the answer
  kShutdown,         // control channel: the process ends after the answer
  kFloor,            // bare ping-pong on the channel's floor counters until one reads kFloorEnd
  kCallbackDone,     // target: 1 where the handler gave no result. [0] result
  kSpace,            // [0] address, [1] bytes of more scratch; 0 bytes: there is none
  kRead,             // [0] address, [1] bytes, [2] address in the segment; target: bytes of a unit, a zero of which ends
                     // the reading, or 0. Done: [0] bytes read
  kWrite,            // [0] address, [1] bytes, [2] address in the segment
  kFindData,         // [0] address, [1] bytes of {module, symbol}. Done: [0] address
  kProtect,          // [0] address in the segment, [1] bytes, whole pages; target: 1 no access in the host, 0 all access
  kOpenVisitor,      // as kOpenChannel, of a channel whose host thread is yet to come: one of the DLLs' own, which begins
  kNoVisitor,        // there is no such channel, and none will come for now
  // host to client
  kDone = 64,        // of a call: [0] result, [1] last error
  kFailed,           // target: ErrorCode. [0] address, [1] bytes of the message, [2] Windows' error
  kFault,            // target: how an access violation in a call touched: 0 read, 1 write, 8 execute. [0] exception code,
                     // [1] address, [2] what it touched, [3] the address's offset in its module, whose name is [4] address,
                     // [5] bytes of UTF-8; 0: none
  kCallback,         // target: token. The arguments' words, or [0] their address where they do not fit the message; begins on visitors' channels
  kNeedSpace,        // [0] bytes
  kLostCallback,     // in place of kCallback, where the client cannot serve it. target: why, see Loss
};

inline constexpr std::size_t kWords = 6;
// Always copied whole: a fixed size compiles to a few moves.
using Words = std::array<std::uint64_t, kWords>;
inline constexpr std::uint32_t kTargetBits = 24;
inline constexpr std::uint32_t kMaxTarget = (1u << kTargetBits) - 1;

// In kBind: the symbol is "@" and an address in hexadecimal digits.
inline constexpr std::uint32_t kNoModule = 0xffffffff;

// Why a callback's arguments do not come with it.
enum class Loss : std::uint32_t {
  kBadLength = 1,  // a length of its memory is negative or beyond reason
  kNoSpace,        // no shared memory is left
  kReleased,       // the DLL called what was released
};

constexpr std::uint32_t Head(Verb verb, std::uint32_t target) {
  return static_cast<std::uint32_t>(verb) << kTargetBits | target;
}
constexpr Verb VerbOf(std::uint32_t head) { return static_cast<Verb>(head >> kTargetBits); }
constexpr std::uint32_t TargetOf(std::uint32_t head) { return head & kMaxTarget; }

// One direction of a channel, one cache line. `sequence` counts this
// direction's messages and is published last; `asleep` is its reader's mark.
struct alignas(64) Line {
  std::atomic<std::uint64_t> sequence;
  std::atomic<std::uint32_t> asleep;
  std::uint32_t head;
  Words words;
};
static_assert(sizeof(Line) == 64);

// The floor of every comparison (DESIGN 19): one counter, one line a direction.
struct alignas(64) FloorLine {
  std::atomic<std::uint64_t> counter;
};
inline constexpr std::uint64_t kFloorEnd = ~std::uint64_t{0};

// Written before a channel's pipes are closed because its host thread ended while the process lives.
struct alignas(64) ThreadEnd {
  std::atomic<std::uint32_t> ended;
  std::uint32_t exit_code;
};

// Lines stand 128 bytes apart, out of reach of adjacent-line prefetching.
struct Channel {
  alignas(128) Line request;        // client to host
  alignas(128) Line reply;          // host to client
  ThreadEnd end;
  alignas(128) FloorLine floor_request;
  alignas(128) FloorLine floor_reply;
};
static_assert(sizeof(Channel) == 512);

inline constexpr std::uint32_t kMaxChannels = 256;  // channel 0 is the control channel
inline constexpr std::size_t kMaxPlaces = 8;

// Where the segment, or its beginning, may be mapped.
struct Place {
  std::uint64_t base;
  std::uint64_t bytes;
};

// How the host ended, where it could still say so.
enum class Ending : std::uint32_t {
  kUnsaid = 0,
  kExit = 1,       // a thread called ExitProcess, or exit
  kException = 2,  // a thread of a DLL's own raised what nobody took
  kAbort = 3,      // a DLL called abort, or let std::terminate
};

// Written once, `ending` last.
struct Ended {
  std::atomic<Ending> ending;
  std::uint32_t code;     // kException: its code
  std::uint64_t address;  // of the exception; else where a module called what ended the process, 0 where that is not known
  std::uint64_t offset;   // of the address in its module
  std::uint64_t touched;  // kException, an access violation: the data, and how: 0 read, 1 write, 8 execute
  std::uint32_t access;
  char module[84];        // base name, UTF-8, cut off where it is longer; ends with a zero
};
static_assert(sizeof(Ended) == 120);

struct Header {
  std::uint32_t magic;
  std::uint32_t version;
  std::uint64_t segment_bytes;
  Place places[kMaxPlaces];           // free in the client, best first; a base of 0 ends the list
  Place mapped;                       // where the host mapped the segment, and how much of it
  std::uint32_t host_pointer_bytes;   // written by the host
  std::uint32_t host_version;
  std::atomic<std::uint32_t> spins;   // pauses before a host thread parks; the client keeps it up to date
  Ended ended;                        // written by the host
};
static_assert(sizeof(Header) <= 4096);

inline constexpr std::uint64_t kChannelsOffset = 4096;
inline constexpr std::uint64_t kControlScratchOffset = kChannelsOffset + kMaxChannels * sizeof(Channel);
inline constexpr std::uint64_t kControlScratchBytes = 64 << 10;
inline constexpr std::uint64_t kArenaOffset = kControlScratchOffset + kControlScratchBytes;
static_assert(kArenaOffset % 4096 == 0);

}  // namespace bridge::protocol
