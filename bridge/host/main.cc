// SPDX-License-Identifier: MIT
// spanproof-host.exe: loads DLLs and calls them for a client on the other side of a shared segment.
#include <cstdio>
#include <cstdlib>

#include "bridge/host/c_runtimes.h"
#include "bridge/host/session.h"

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr,
                 "spanproof-host is started by a client of the bridge, not by hand\n"
                 "usage: spanproof-host CLIENT_PID SEGMENT_FD CONTROL_READ_FD CONTROL_WRITE_FD\n");
    return 2;
  }
  const auto number = [&](int i) { return std::strtoull(argv[i], nullptr, 10); };
  bridge::host::UnbufferStandardStreams();
  const auto opened = bridge::host::OpenSession(
      {static_cast<std::uint32_t>(number(1)), number(2), number(3), number(4)});
  if (!opened) {
    std::fprintf(stderr, "spanproof-host: %s\n", opened.error().message.c_str());
    return 2;
  }
  return bridge::host::ServeSession();
}
