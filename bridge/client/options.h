// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "bridge/core/type.h"

namespace bridge {

// Where the text goes that DLLs print.
enum class TextMode : std::uint8_t {
  kForward,  // to the client's own standard output and error
  kCapture,  // kept for Session::TakeText
};

struct SessionOptions {
  std::string wine = "wine";      // a name on PATH or the path of a Wine loader
  Arch arch = Arch::kWin64;
  std::optional<Abi> abi = {};    // of the DLLs; absent: msvc's for the architecture
  std::string prefix = {};        // WINEPREFIX; empty: the environment's
  std::vector<std::filesystem::path> dll_path = {};  // searched by Load after the current folder
  std::filesystem::path host = {};                   // spanproof-host.exe; empty: found beside the program
  TextMode text = TextMode::kForward;
  std::chrono::milliseconds start_timeout{60000};    // the first start of a prefix takes long
  std::optional<std::uint32_t> spins = {};  // pauses before a waiting thread sleeps; absent: chosen by the CPUs
  bool same_address = true;       // false: pointers are translated even where the segment fits one address
};

}  // namespace bridge
