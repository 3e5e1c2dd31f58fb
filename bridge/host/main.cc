// SPDX-License-Identifier: MIT
// spanproof-host.exe: loads DLLs and calls them for a client on the other side of a shared segment.
#include <cstdio>

#include "bridge/core/protocol.h"
#include "bridge/host/c_runtimes.h"
#include "bridge/host/session.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr,
                 "spanproof-host is started by a client of the bridge, not by hand\n"
                 "usage: spanproof-host SEGMENT CONTROL_READ CONTROL_WRITE (Unix paths)\n");
    return 2;
  }
  bridge::host::UnbufferStandardStreams();
  const auto opened = bridge::host::OpenSession({argv[1], argv[2], argv[3]});
  if (!opened) {
    std::fprintf(stderr, "spanproof-host: %s\n", opened.error().message.c_str());
    return opened.error().code == bridge::ErrorCode::kNotFound ? bridge::protocol::kCannotOpen : 2;
  }
  return bridge::host::ServeSession();
}
