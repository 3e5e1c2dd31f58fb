// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "harness/testee/child_process.h"
#include "harness/testee/frame.h"
#include "harness/testee/testee.h"

namespace spanproof {

// Frames of JSON to and from a child, with a deadline for each. When one
// fails, the child has been ended and every later use fails the same way.
class MessageChannel {
 public:
  using Clock = std::chrono::steady_clock;

  // `cancel` is a descriptor that becomes readable when all shall stop, or -1.
  MessageChannel(std::unique_ptr<ChildProcess> child, int cancel);
  ~MessageChannel();

  Answer<void> Send(const nlohmann::json& message, Clock::time_point deadline);
  Answer<nlohmann::json> Receive(Clock::time_point deadline);

  // After the goodbye: closes the input and expects the end with status 0.
  Answer<void> AwaitEnd(Clock::time_point deadline);

  // Ends the child for what it said, and tells `why` ever after.
  TesteeError Garbage(const std::string& why);

  // The last 64 KiB of what the child wrote to its standard error.
  const std::string& error_tail() const { return error_tail_; }
  const ChildProcess& child() const { return *child_; }

 private:
  enum class Ready { kInput, kOutput, kEnded, kDeadline, kCancelled };
  Ready Await(bool writing, Clock::time_point deadline);
  void DrainErrors();
  bool ReadOutput();  // false: nothing was there
  TesteeError EndWith(Trouble trouble, std::uint64_t code, std::string message);
  TesteeError EndedByItself();
  TesteeError Stopped(Ready ready);
  std::string WithTail(std::string message) const;

  std::unique_ptr<ChildProcess> child_;
  int cancel_;
  FrameReader frames_;
  bool output_open_ = true, errors_open_ = true;
  std::string error_tail_;
  std::optional<TesteeError> ended_;
};

}  // namespace spanproof
