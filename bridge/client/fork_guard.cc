// SPDX-License-Identifier: MIT
#include "bridge/client/fork_guard.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <utility>
#include <vector>

namespace bridge {
namespace {

struct Registered {
  std::mutex mutex;
  std::vector<int> descriptors;
  std::vector<void (*)()> actions;
  unsigned generation = 0;  // changes while forking only, when no other thread runs
};

Registered& All() {
  // Never destroyed: fork handlers cannot be taken back.
  static Registered* const all = new Registered;
  static const int installed = pthread_atfork([] { All().mutex.lock(); }, [] { All().mutex.unlock(); },
                                              [] {
                                                for (int descriptor : All().descriptors) ::close(descriptor);
                                                All().descriptors.clear();
                                                ++All().generation;
                                                for (auto* action : All().actions) action();
                                                All().mutex.unlock();
                                              });
  (void)installed;
  return *all;
}

}  // namespace

void CloseOnFork(int descriptor) {
  const std::lock_guard lock(All().mutex);
  All().descriptors.push_back(descriptor);
}

void ForgetOnFork(int descriptor) {
  const std::lock_guard lock(All().mutex);
  std::erase(All().descriptors, descriptor);
}

void OnForkChild(void (*action)()) {
  const std::lock_guard lock(All().mutex);
  All().actions.push_back(action);
}

Descriptor::Descriptor(int value) : value_(value), generation_(All().generation) {
  if (value_ >= 0 && value_ <= STDERR_FILENO) [[unlikely]] {
    value_ = fcntl(value, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int why = errno;
    ::close(value);
    errno = why;
  }
  if (value_ >= 0) CloseOnFork(value_);
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    Close();
    value_ = std::exchange(other.value_, -1);
    generation_ = other.generation_;
  }
  return *this;
}

void Descriptor::Close() {
  if (value_ < 0) return;
  const int value = std::exchange(value_, -1);
  if (generation_ != All().generation) return;  // closed when this child was forked
  ForgetOnFork(value);
  ::close(value);
}

}  // namespace bridge
