// SPDX-License-Identifier: MIT
#include "bridge/client/text_capture.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace bridge {
namespace {

constexpr std::size_t kTailBytes = 2048;

void WriteAll(int descriptor, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t count = write(descriptor, data, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;  // the client's own output is closed: nothing to tell
    data += count;
    size -= static_cast<std::size_t>(count);
  }
}

}  // namespace

bool TextCapture::Source::Drain(bool forward) {
  char buffer[16384];
  for (;;) {
    const ssize_t count = read(descriptor.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno == EAGAIN;
    if (count == 0) return false;
    if (forward) WriteAll(forward_to, buffer, static_cast<std::size_t>(count));
    const std::size_t limit = forward ? kTailBytes : kMaxKept;
    kept.append(buffer, static_cast<std::size_t>(count));
    if (kept.size() > limit) kept.erase(0, kept.size() - limit);
  }
}

Expected<void> TextCapture::Start(Descriptor out, Descriptor err, TextMode mode, int process, std::function<void()> on_end) {
  mode_ = mode;
  host_ = process;
  on_end_ = std::move(on_end);
  out_.descriptor = std::move(out);
  out_.forward_to = STDOUT_FILENO;
  err_.descriptor = std::move(err);
  err_.forward_to = STDERR_FILENO;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return Fail(ErrorCode::kInternal, std::string("cannot make a pipe: ") + std::strerror(errno));
  stop_read_ = Descriptor(ends[0]);
  stop_write_ = Descriptor(ends[1]);
  for (Source* source : {&out_, &err_})
    fcntl(source->descriptor.get(), F_SETFL, fcntl(source->descriptor.get(), F_GETFL) | O_NONBLOCK);
  thread_ = std::thread([this] { Run(); });
  return {};
}

void TextCapture::Run() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);  // the program's signals belong to its own threads
  enum { kOut, kErr, kStop, kHost, kOther, kAll };
  pollfd watched[kAll] = {{out_.descriptor.get(), POLLIN, 0}, {err_.descriptor.get(), POLLIN, 0}, {stop_read_.get(), POLLIN, 0},
                          {host_, POLLIN, 0}, {-1, POLLIN, 0}};
  Descriptor other;
  while (watched[kOut].fd >= 0 || watched[kErr].fd >= 0 || watched[kHost].fd >= 0) {
    if (poll(watched, kAll, -1) < 0) {
      if (errno != EINTR) return;
      continue;
    }
    // First what others wait for.
    if (std::exchange(watched[kOther].revents, 0) != 0) {
      watched[kOther].fd = -1;
      on_other_end_();
    }
    if (std::exchange(watched[kHost].revents, 0) != 0) {
      watched[kHost].fd = -1;
      on_end_();
    }
    const std::lock_guard lock(mutex_);
    for (const auto& [source, index] : {std::pair{&out_, kOut}, std::pair{&err_, kErr}})
      if (watched[index].fd >= 0 && watched[index].revents != 0 && !source->Drain(mode_ == TextMode::kForward)) watched[index].fd = -1;
    char byte;
    if (watched[kStop].revents != 0) {
      if (read(stop_read_.get(), &byte, 1) != 1) return;
      other = find_other_();
      watched[kOther].fd = other.get();
    }
  }
}

void TextCapture::Watch(std::function<Descriptor()> find, std::function<void()> on_end) {
  const std::lock_guard lock(mutex_);
  find_other_ = std::move(find);
  on_other_end_ = std::move(on_end);
  (void)!write(stop_write_.get(), "!", 1);
}

Text TextCapture::Take() {
  const std::lock_guard lock(mutex_);
  Text text;
  if (mode_ == TextMode::kForward || !out_.descriptor.open()) return text;
  out_.Drain(false);
  err_.Drain(false);
  text.out.swap(out_.kept);
  text.err.swap(err_.kept);
  return text;
}

std::string TextCapture::ErrorTail() {
  const std::lock_guard lock(mutex_);
  if (err_.descriptor.open()) err_.Drain(mode_ == TextMode::kForward);
  const std::string& kept = err_.kept;
  return kept.substr(kept.size() - std::min(kept.size(), kTailBytes));
}

void TextCapture::Stop() {
  if (!thread_.joinable()) return;
  stop_write_.Close();
  thread_.join();
}

}  // namespace bridge
