// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bridge/core/type.h"

namespace bridge {

// Where the text goes that DLLs print.
enum class TextMode : std::uint8_t {
  // To the client's own standard output and error, every byte: a DLL that prints waits for who reads them, as it would
  // in the client's process; calls that print nothing do not. What a session has not got rid of when it ends is dropped
  // where nobody takes any of it for a second.
  kForward,
  // Kept for Session::TakeText: the last 16 MiB of each.
  kCapture,
};

// Which Wine. By a text: a name on PATH, the path of a loader, or the folder of
// a Wine root (tools/make_wine_root.sh). By words: a command that runs the
// Windows program whose path and arguments follow, whatever it enters first.
// Inside, the client must be seen in /proc and files must have the same paths.
struct WineCommand {
  std::string where = "wine";
  std::vector<std::string> words = {};  // where they are given, `where` means nothing

  WineCommand() = default;
  WineCommand(const char* text) : where(text) {}               // NOLINT: reads as the text it is
  WineCommand(std::string text) : where(std::move(text)) {}    // NOLINT
  explicit WineCommand(std::vector<std::string> command) : words(std::move(command)) {}
};

// How the host finds what the client shares.
enum class Transport : std::uint8_t {
  kAuto,   // through /proc, and by names where the host says that it cannot
  kProc,   // through the client's /proc entry only
  kNamed,  // by random names in /dev/shm only, gone as soon as the host has opened them
};

struct SessionOptions {
  WineCommand wine = {};
  Arch arch = Arch::kWin64;
  std::optional<Abi> abi = {};    // of the DLLs; absent: msvc's for the architecture
  std::string prefix = {};        // WINEPREFIX; empty: the environment's
  std::vector<std::filesystem::path> dll_path = {};  // searched by Load after the current folder
  std::filesystem::path host = {};                   // spanproof-host.exe; empty: found beside the program
  TextMode text = TextMode::kForward;
  std::chrono::milliseconds start_timeout{60000};    // the first start of a prefix takes long
  // Of each call, callbacks included; 0: none. What a host's thread is at cannot be taken back, so the host is ended
  // when one passes: that call gets kTimeout, those of other threads kDisconnected.
  std::chrono::milliseconds call_timeout{0};
  // After its host's end, the next call starts a new host and makes modules, functions and callbacks there again when
  // they are used. The call that met the end has failed, and is never repeated. What the DLLs knew is gone: their
  // variables, their memory, which callbacks they stored. Memory of the old host is refused, and stays readable here.
  bool restart = false;
  std::optional<std::uint32_t> spins = {};  // pauses before a waiting thread sleeps; absent: chosen by the CPUs
  Transport transport = Transport::kAuto;
  // Every buffer of a call gets pages of its own, with pages out of bounds around: what the DLL reads or writes beyond is
  // an error that names the argument, as is a write to what it was given as const. Slow: for finding out which call it is.
  bool checked = false;
  // What a pointer leads to is touched with care, so that one that leads nowhere is an error of its call. Takes SIGSEGV
  // and SIGBUS in the whole process, for good: see local_memory.h. false: only addresses below 64 KiB are refused.
  bool guard_pointers = true;
  // What a handler throws on a thread that the DLL made ends no call of the client's: it comes here, on the client's thread that
  // ran the handler, before the DLL goes on. Absent: a line on standard error.
  std::function<void(std::exception_ptr)> on_stray_exception = {};
  bool same_address = true;       // false: pointers are translated even where the segment fits one address
};

}  // namespace bridge
