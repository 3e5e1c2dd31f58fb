// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/testee/message_channel.h"
#include "harness/testee/testee.h"

namespace spanproof {

// The requests that are under way in a testee, and the callbacks that come
// meanwhile, on any of its threads: one loop over what it says, which sends the
// next thing where the one before it ended. Nothing of it blocks on another
// thread's progress. What breaks the protocol's order is garbage.
class RequestPump {
 public:
  using Clock = MessageChannel::Clock;
  using CallDone = std::function<Answer<void>(CallResult)>;

  // Both outlive the pump; `patience` is the deadline of every request.
  RequestPump(MessageChannel* channel, std::chrono::milliseconds patience)
      : channel_(*channel), patience_(patience) {}

  void Serve(CallbackHandler handler) { handler_ = std::move(handler); }

  // Sends and waits for the answer.
  Answer<nlohmann::json> Ask(nlohmann::json message, std::chrono::milliseconds patience);

  // Sends; RunUntil hears of the end, and `done` of it first. A thread has one
  // at a time. What is sent in vain ends as all does that is under way then.
  Answer<void> Start(const CallRequest& request, CallDone done);

  // An error: the testee is gone, and all that was under way has ended with it.
  Answer<void> RunUntil(const std::function<bool()>& reached, std::optional<Clock::time_point> deadline = {});

  // Invocations by threads of the DLL that were answered, in that order.
  std::vector<CallbackRecord> foreign;

 private:
  using RequestDone = std::function<Answer<void>(Answer<nlohmann::json>, std::vector<Event>)>;
  struct Request {
    std::string thread;
    std::string what;  // for messages: "call f"
    bool is_call = false;
    Clock::time_point deadline;
    std::vector<Event> events;
    RequestDone done;
  };
  struct Callback {
    std::string thread;
    std::optional<std::uint64_t> call;  // absent: of a thread of the DLL
    std::size_t place = 0;              // among the call's events
    CallbackRecord record;
    CallbackPlan plan;
    std::size_t next = 0;               // of the plan's calls
    bool lost = false;                  // a call inside ended the process that waits for the answer
  };
  // What runs on a thread; the last is inside the one before it.
  struct Open {
    bool callback = false;
    std::uint64_t id = 0;
    bool operator==(const Open&) const = default;
  };

  Answer<void> Send(nlohmann::json message, Request request, std::optional<std::uint64_t> parent);
  Answer<void> StartCall(const CallRequest& request, std::optional<std::uint64_t> parent, CallDone done);
  Answer<void> Handle(const nlohmann::json& message);
  Answer<void> HandleAnswer(const nlohmann::json& message);
  Answer<void> HandleCallback(const nlohmann::json& message);
  Answer<void> Continue(std::uint64_t callback);
  Answer<void> AnswerCallback(std::uint64_t callback, const std::string& no_answer);
  void Settle(std::uint64_t callback);
  tl::unexpected<TesteeError> Garbage(const std::string& why);
  tl::unexpected<TesteeError> EndAll(TesteeError error);
  std::vector<Event>* AnyEvents();
  std::string Spell(const Open& open) const;
  std::string UnderWay() const;

  MessageChannel& channel_;
  std::chrono::milliseconds patience_;
  CallbackHandler handler_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, Request> requests_;
  std::map<std::uint64_t, Callback> callbacks_;
  std::map<std::string, std::vector<Open>> threads_;
  std::vector<Event> strays_;  // what was printed while nothing was called
};

}  // namespace spanproof
