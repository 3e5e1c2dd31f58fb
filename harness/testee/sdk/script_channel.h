// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "harness/testee/frame.h"
#include "harness/testee/sdk/channel.h"

namespace spanproof {

// Gives the session its input message by message, each after a further message was heard.
class ScriptChannel final : public Channel {
 public:
  std::vector<nlohmann::json> heard;

  void Say(nlohmann::json message) {
    Do([message](const nlohmann::json&) { return message; });
  }
  void SayBytes(std::string bytes) {
    script_.push_back({[bytes](const nlohmann::json&) { return bytes; }, heard_of_each_});
  }
  // What to say, from what was heard last.
  void Do(std::function<nlohmann::json(const nlohmann::json& heard)> say) {
    script_.push_back({[say = std::move(say)](const nlohmann::json& last) { return *EncodeFrame(say(last).dump()); }, heard_of_each_});
  }
  // How many messages each one said from now on brings forth; 1 unless told.
  void Expect(std::size_t heard_of_each) { heard_of_each_ = heard_of_each; }

  void Forget() { script_.clear(); }

  void WriteSlowly(std::chrono::microseconds pause) { pause_ = pause; }

  Expected<std::string> Read() override {
    std::unique_lock lock(mutex_);
    const bool came = more_.wait_for(lock, std::chrono::seconds(20), [this] { return heard.size() >= awaited_; });
    EXPECT_TRUE(came) << "an answer is missing";
    if (!came || script_.empty()) return std::string();
    const Line next = std::move(script_.front());
    script_.pop_front();
    awaited_ += next.brings;
    return next.say(heard.empty() ? nlohmann::json() : heard.back());
  }
  Expected<void> Write(std::string_view bytes) override {
    if (pause_.count() != 0) std::this_thread::sleep_for(pause_);
    const std::lock_guard lock(mutex_);
    frames_.Add(bytes);
    while (auto payload = frames_.Next().value_or(std::nullopt)) heard.push_back(nlohmann::json::parse(*payload));
    more_.notify_all();
    return {};
  }

 private:
  struct Line {
    std::function<std::string(const nlohmann::json&)> say;
    std::size_t brings;
  };
  std::mutex mutex_;
  std::condition_variable more_;
  FrameReader frames_;
  std::deque<Line> script_;
  std::chrono::microseconds pause_{0};
  std::size_t heard_of_each_ = 1;
  std::size_t awaited_ = 0;
};

}  // namespace spanproof
