// SPDX-License-Identifier: MIT
#include "harness/testee/message_channel.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>

namespace spanproof {
namespace {

constexpr std::size_t kTail = 65536;
constexpr std::size_t kChunk = 65536;
constexpr std::size_t kTold = 300;  // bytes of standard error in a message
constexpr std::size_t kMostUnread = 256 << 20;
// Beyond a deadline: what came just in time is still read, what never ends is not.
constexpr std::chrono::milliseconds kGrace(500);

int MillisecondsUntil(MessageChannel::Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline -
                                                                 MessageChannel::Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 3600000));
}

}  // namespace

MessageChannel::MessageChannel(std::unique_ptr<ChildProcess> child, int cancel)
    : child_(std::move(child)), cancel_(cancel) {}

MessageChannel::~MessageChannel() = default;

Answer<void> MessageChannel::Send(const nlohmann::json& message, Clock::time_point deadline) {
  if (ended_) return tl::unexpected(*ended_);
  const auto frame = EncodeFrame(message.dump());
  if (!frame) {
    return tl::unexpected(TesteeError{Trouble::kUnsupported, 0, frame.error().message});
  }
  std::size_t done = 0;
  while (done < frame->size()) {
    const ssize_t wrote = write(child_->input(), frame->data() + done, frame->size() - done);
    if (wrote > 0) {
      done += static_cast<std::size_t>(wrote);
      continue;
    }
    if (errno == EINTR) continue;
    // EPIPE: it closed its input; its end, or its silence, follows.
    if (errno != EAGAIN) return {};
    const Ready ready = Await(true, deadline);
    if (ready == Ready::kEnded) return tl::unexpected(EndedByItself());
    if (ready == Ready::kOutput) ReadOutput();
    if (frames_.size() > kMostUnread) return tl::unexpected(Garbage("it talks without listening"));
    if (ready == Ready::kDeadline || ready == Ready::kCancelled) {
      return tl::unexpected(Stopped(ready));
    }
  }
  return {};
}

Answer<nlohmann::json> MessageChannel::Receive(Clock::time_point deadline) {
  if (ended_) return tl::unexpected(*ended_);
  while (true) {
    if (Clock::now() - kGrace >= deadline) return tl::unexpected(Stopped(Ready::kDeadline));
    const auto frame = frames_.Next();
    if (!frame) return tl::unexpected(Garbage(frame.error().message));
    if (*frame) {
      auto message = nlohmann::json::parse(**frame, nullptr, false);
      if (!message.is_object()) return tl::unexpected(Garbage("a frame is no JSON object"));
      return message;
    }
    const Ready ready = Await(false, deadline);
    if (ready == Ready::kOutput) {
      ReadOutput();
    } else if (ready == Ready::kEnded) {
      // What it said before its end counts.
      if (!ReadOutput()) return tl::unexpected(EndedByItself());
    } else {
      return tl::unexpected(Stopped(ready));
    }
  }
}

Answer<void> MessageChannel::AwaitEnd(Clock::time_point deadline) {
  if (ended_) return tl::unexpected(*ended_);
  child_->CloseInput();
  Ready ready = Ready::kOutput;
  while (ready == Ready::kOutput) {
    ReadOutput();
    ready = Await(false, deadline);
  }
  if (ready != Ready::kEnded) return tl::unexpected(Stopped(ready));
  const auto status = child_->Wait(std::chrono::milliseconds(1000));
  ended_ = TesteeError{Trouble::kInternal, 0, "the testee has said goodbye"};
  child_->End();
  if (status && !status->signalled && status->code == 0) return {};
  return tl::unexpected(TesteeError{
      Trouble::kCrash, static_cast<std::uint64_t>(status ? status->code : 0),
      WithTail("after its goodbye the testee " + (status ? status->Spell() : "was lost"))});
}

TesteeError MessageChannel::Garbage(const std::string& why) {
  return EndWith(Trouble::kGarbage, 0, "the testee spoke garbage: " + why);
}

// Errors are drained on the way; what is wanted is looked for before the end.
MessageChannel::Ready MessageChannel::Await(bool writing, Clock::time_point deadline) {
  while (true) {
    pollfd all[] = {{cancel_, POLLIN, 0},
                    {child_->pidfd(), POLLIN, 0},
                    {output_open_ ? child_->output() : -1, POLLIN, 0},
                    {errors_open_ ? child_->errors() : -1, POLLIN, 0},
                    {writing ? child_->input() : -1, POLLOUT, 0}};
    const int count = poll(all, std::size(all), MillisecondsUntil(deadline));
    if (count < 0 && errno == EINTR) continue;
    if (all[3].revents != 0) DrainErrors();
    if (all[0].revents != 0) return Ready::kCancelled;
    if (Clock::now() - kGrace >= deadline) return Ready::kDeadline;
    if (all[2].revents != 0) return Ready::kOutput;
    if (all[1].revents != 0) return Ready::kEnded;
    if (all[4].revents != 0) return Ready::kInput;
    if (Clock::now() >= deadline) return Ready::kDeadline;
  }
}

void MessageChannel::DrainErrors() {
  char chunk[kChunk];
  while (errors_open_) {
    const ssize_t got = read(child_->errors(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return;
    if (got == 0) errors_open_ = false;
    error_tail_.append(chunk, static_cast<std::size_t>(got));
    if (error_tail_.size() > kTail) error_tail_.erase(0, error_tail_.size() - kTail);
  }
}

bool MessageChannel::ReadOutput() {
  if (!output_open_) return false;
  std::string chunk(kChunk, '\0');
  const ssize_t got = read(child_->output(), chunk.data(), chunk.size());
  if (got == 0) output_open_ = false;
  if (got <= 0) return false;
  frames_.Add(std::string_view(chunk).substr(0, static_cast<std::size_t>(got)));
  return true;
}

TesteeError MessageChannel::EndWith(Trouble trouble, std::uint64_t code, std::string message) {
  child_->End();
  DrainErrors();
  ended_ = TesteeError{trouble, code, WithTail(std::move(message))};
  return *ended_;
}

TesteeError MessageChannel::EndedByItself() {
  const auto status = child_->Wait(std::chrono::milliseconds(1000));
  if (!status) return EndWith(Trouble::kCrash, 0, "the testee was lost");
  std::string message = "the testee " + status->Spell();
  if (!status->signalled && status->code == 0) message += " without a goodbye";
  if (!frames_.empty()) message += ", in the middle of a frame";
  const int code = status->signalled ? 128 + status->code : status->code;
  return EndWith(Trouble::kCrash, static_cast<std::uint64_t>(code), std::move(message));
}

TesteeError MessageChannel::Stopped(Ready ready) {
  return ready == Ready::kCancelled
             ? EndWith(Trouble::kCancelled, 0, "the run was interrupted")
             : EndWith(Trouble::kTimeout, 0, "the deadline passed, the testee was ended");
}

std::string MessageChannel::WithTail(std::string message) const {
  std::string tail = error_tail_.substr(error_tail_.size() - std::min(kTold, error_tail_.size()));
  while (!tail.empty() && (tail.back() == '\n' || tail.back() == '\r')) tail.pop_back();
  if (tail.empty()) return message;
  return message + "; its last words: " + tail;
}

}  // namespace spanproof
