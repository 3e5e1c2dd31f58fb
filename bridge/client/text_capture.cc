// SPDX-License-Identifier: MIT
#include "bridge/client/text_capture.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace bridge {
namespace {

constexpr std::size_t kTailBytes = 2048;
constexpr std::size_t kMaxWaiting = 64 << 10;
constexpr std::size_t kPiece = 4096;  // a pipe that can be written takes so much at once
constexpr int kPatience = 1000;       // milliseconds

}  // namespace

void TextCapture::Source::Trim(std::size_t limit) {
  if (kept.size() <= limit) return;
  dropped += kept.size() - limit;
  kept.erase(0, kept.size() - limit);
}

void TextCapture::Source::Drain(bool forward) {
  char buffer[16384];
  int there = 0;
  if (ioctl(descriptor.get(), FIONREAD, &there) != 0) there = 0;
  // At least one read: it alone tells of the end.
  std::size_t left = std::max<std::size_t>(static_cast<std::size_t>(there), 1);
  while (left > 0 && !ended) {
    const ssize_t count = read(descriptor.get(), buffer, std::min(left, sizeof buffer));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    ended = count <= 0;
    if (ended) return;
    left -= static_cast<std::size_t>(count);
    if (forward) waiting.append(buffer, static_cast<std::size_t>(count));
    kept.append(buffer, static_cast<std::size_t>(count));
    // Moving it for each piece would take longer than the flood.
    const std::size_t limit = forward ? kTailBytes : kMaxKept;
    if (kept.size() > limit + limit / 2) Trim(limit);
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

bool TextCapture::Forward(Source* source) {
  char piece[kPiece];
  std::size_t bytes;
  {
    const std::lock_guard lock(mutex_);
    bytes = source->waiting.copy(piece, sizeof piece);
  }
  const ssize_t count = bytes > 0 ? write(source->forward_to, piece, bytes) : 0;
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  const std::lock_guard lock(mutex_);
  // The client's own output is closed: nobody to tell.
  source->waiting.erase(0, count < 0 ? std::string::npos : static_cast<std::size_t>(count));
  return !source->waiting.empty();
}

void TextCapture::ForwardRest() {
  for (Source* source : {&out_, &err_}) {
    {
      const std::lock_guard lock(mutex_);
      source->Drain(true);
      if (source->waiting.empty()) continue;
    }
    pollfd to{source->forward_to, POLLOUT, 0};
    while (poll(&to, 1, kPatience) > 0 && Forward(source)) {}
  }
}

void TextCapture::Run() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);  // the program's signals belong to its own threads
  enum { kOut, kErr, kOutTo, kErrTo, kStop, kHost, kOther, kAll };
  pollfd watched[kAll] = {{-1, POLLIN, 0},  {-1, POLLIN, 0}, {-1, POLLOUT, 0}, {-1, POLLOUT, 0}, {stop_read_.get(), POLLIN, 0},
                          {host_, POLLIN, 0}, {-1, POLLIN, 0}};
  const std::pair<Source*, int> sources[] = {{&out_, kOut}, {&err_, kErr}};
  const bool forward = mode_ == TextMode::kForward;
  Descriptor other;
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [source, index] : sources) {
        watched[index].fd = source->ended || source->waiting.size() >= kMaxWaiting ? -1 : source->descriptor.get();
        watched[index + kOutTo].fd = source->waiting.empty() ? -1 : source->forward_to;
      }
    }
    if (std::all_of(watched, watched + kStop, [](const pollfd& one) { return one.fd < 0; }) && watched[kHost].fd < 0) return;
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
    for (const auto& [source, index] : sources)
      if (watched[index + kOutTo].revents != 0) Forward(source);
    const bool stop = watched[kStop].revents != 0;
    std::unique_lock lock(mutex_);
    for (const auto& [source, index] : sources)
      if (watched[index].revents != 0) source->Drain(forward);
    if (!stop) continue;
    char byte;
    if (read(stop_read_.get(), &byte, 1) != 1) {
      lock.unlock();
      if (forward) ForwardRest();
      return;
    }
    other = find_other_();
    watched[kOther].fd = other.get();
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
  for (Source* source : {&out_, &err_}) {
    source->Drain(false);
    source->Trim(kMaxKept);
  }
  text.out.swap(out_.kept);
  text.err.swap(err_.kept);
  text.out_dropped = std::exchange(out_.dropped, 0);
  text.err_dropped = std::exchange(err_.dropped, 0);
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
