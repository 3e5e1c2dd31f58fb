// SPDX-License-Identifier: MIT
// spanproof-bridge-testee: the bridge, driven by the testee protocol (harness/TESTEE.md).
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bridge/testee/bridge_engine.h"
#include "bridge/testee/flip_engine.h"
#include "harness/testee/sdk/session.h"

namespace {

constexpr std::string_view kUsage =
    "usage: spanproof-bridge-testee [--wine WINE] [--arch win64|win32] [--abi gnu|msvc] [--host HOST.EXE] [--translate]\n"
    "       [--checked] [--flip ARGUMENT:BYTE] [-- WINE-COMMAND...]\n"
    "Serves the testee protocol on standard input and output.\n"
    "  --wine       a name on PATH, the path of a Wine loader, or a Wine root (default: wine)\n"
    "  --arch       of the DLLs (default: win64)\n"
    "  --abi        of the DLLs: MinGW's or Microsoft's (default: gnu, of which the fixture DLLs are)\n"
    "  --host       spanproof-host.exe (default: found beside the program)\n"
    "  --translate  map the shared segment at another address than the host's\n"
    "  --checked    give each buffer pages of its own, with pages out of bounds around\n"
    "  --flip       be wrong: flip a bit of that byte of what that argument points at, after each call\n"
    "  --           what follows starts Windows programs, in place of --wine\n";

int Fail(const std::string& message) {
  std::fprintf(stderr, "spanproof-bridge-testee: %s\n", message.c_str());
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  // A DLL that ends its process ends its own call only.
  bridge::SessionOptions options{.text = bridge::TextMode::kCapture, .restart = true};
  std::optional<std::pair<std::size_t, std::size_t>> flip;
  bool msvc = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--help") return std::fputs(kUsage.data(), stdout), 0;
    if (name == "--") {
      options.wine = bridge::WineCommand(std::vector<std::string>(argv + i + 1, argv + argc));
      break;
    }
    if (name == "--translate") {
      options.same_address = false;
      continue;
    }
    if (name == "--checked") {
      options.checked = true;
      continue;
    }
    if (name != "--wine" && name != "--arch" && name != "--abi" && name != "--host" && name != "--flip")
      return Fail("unknown option '" + std::string(name) + "'; see --help");
    if (i + 1 == argc) return Fail(std::string(name) + " needs a value; see --help");
    const std::string value = argv[++i];
    if (name == "--wine") options.wine = value;
    if (name == "--host") options.host = value;
    if (name == "--abi") {
      if (value != "gnu" && value != "msvc") return Fail("--abi is gnu or msvc, not '" + value + "'");
      msvc = value == "msvc";
    }
    if (name == "--flip") {
      unsigned long argument = 0, byte = 0;
      char end = 0;
      if (std::sscanf(value.c_str(), "%lu:%lu%c", &argument, &byte, &end) != 2)
        return Fail("--flip takes two numbers, as in 0:17, not '" + value + "'");
      flip = {argument, byte};
    }
    if (name != "--arch") continue;
    const auto arch = bridge::ParseArch(value);
    if (!arch) return Fail(arch.error().message);
    options.arch = *arch;
  }
  using bridge::Abi;
  const Abi abi = options.arch == bridge::Arch::kWin64 ? (msvc ? Abi::kWin64Msvc : Abi::kWin64Gnu)
                                                       : (msvc ? Abi::kWin32Msvc : Abi::kWin32Gnu);
  options.abi = abi;
  auto channel = spanproof::TakeStandardChannel();
  if (!channel) return Fail(channel.error().message);
  auto session = bridge::Session::TryStart(std::move(options));
  if (!session) return Fail(session.error().message);
  auto engine = bridge::testee::MakeBridgeEngine(std::move(*session), abi);
  if (flip) engine = bridge::testee::MakeFlipEngine(std::move(engine), flip->first, flip->second);
  return spanproof::Serve(*engine, **channel);
}
