// SPDX-License-Identifier: MIT
#include "harness/run/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace spanproof {

Expected<std::unique_ptr<Interrupt>> Interrupt::Install() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  // Never read from: a signal once pending keeps it readable.
  const int descriptor = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor < 0) {
    return Fail(ErrorCode::kInternal, std::string("cannot watch signals: ") + std::strerror(errno));
  }
  return std::unique_ptr<Interrupt>(new Interrupt(descriptor));
}

Interrupt::~Interrupt() { close(descriptor_); }

bool Interrupt::raised() const {
  pollfd one{descriptor_, POLLIN, 0};
  return poll(&one, 1, 0) > 0;
}

}  // namespace spanproof
