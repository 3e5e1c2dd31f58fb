// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/channel.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace spanproof {
namespace {

class DescriptorChannel final : public Channel {
 public:
  DescriptorChannel(int in, int out) : in_(in), out_(out) {}
  DescriptorChannel(const DescriptorChannel&) = delete;
  DescriptorChannel& operator=(const DescriptorChannel&) = delete;
  ~DescriptorChannel() override {
    close(in_);
    close(out_);
  }

  Expected<std::string> Read() override {
    char buffer[65536];
    ssize_t n = 0;
    do {
      n = read(in_, buffer, sizeof buffer);
    } while (n < 0 && errno == EINTR);
    if (n < 0) return Fail(ErrorCode::kDisconnected, std::string("reading from the tester: ") + std::strerror(errno));
    return std::string(buffer, static_cast<std::size_t>(n));
  }

  Expected<void> Write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = write(out_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Fail(ErrorCode::kDisconnected, std::string("writing to the tester: ") + std::strerror(errno));
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  }

 private:
  const int in_;
  const int out_;
};

}  // namespace

Expected<std::unique_ptr<Channel>> TakeStandardChannel() {
  // Above the descriptors that libraries expect to be standard ones.
  const int in = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
  const int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10);
  const int empty = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (in < 0 || out < 0 || empty < 0 || dup2(empty, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    return Fail(ErrorCode::kInternal, std::string("standard input and output cannot be taken: ") + std::strerror(errno));
  }
  close(empty);
  // A tester that went away is an error of Write, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  return std::make_unique<DescriptorChannel>(in, out);
}

}  // namespace spanproof
