// SPDX-License-Identifier: MIT
#include "harness/testee/request_pump.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "harness/model/value_json.h"
#include "harness/testee/message_parts.h"

namespace spanproof {
namespace {

using nlohmann::json;

constexpr std::string_view kMain = "main";

bool IsThreadOfTheDll(const std::string& name) {
  return name.size() > 3 && name.starts_with("dll") && name[3] != '0' &&
         name.find_first_not_of("0123456789", 3) == std::string::npos;
}

std::string ThreadOf(const json& message) {
  const json thread = message.value("thread", json(kMain));
  return thread.is_string() ? thread.get<std::string>() : std::string();
}

}  // namespace

Answer<json> RequestPump::Ask(json message, std::chrono::milliseconds patience) {
  std::optional<Answer<json>> answer;
  Request request;
  request.thread = kMain;
  request.what = message.at("op").get<std::string>();
  request.deadline = Clock::now() + patience;
  request.done = [&](Answer<json> said, std::vector<Event>) -> Answer<void> {
    answer = std::move(said);
    return {};
  };
  if (auto sent = Send(std::move(message), std::move(request), {}); !sent) return EndAll(sent.error());
  if (auto ran = RunUntil([&] { return answer.has_value(); }); !ran) return tl::unexpected(ran.error());
  return std::move(*answer);
}

Answer<void> RequestPump::Start(const CallRequest& request, CallDone done) {
  return StartCall(request, {}, std::move(done));
}

Answer<void> RequestPump::StartCall(const CallRequest& call, std::optional<std::uint64_t> parent, CallDone done) {
  json message{{"op", "call"},
               {"function", call.function},
               {"args", EncodeValues(call.arguments)},
               {"after", call.after}};
  if (call.repeat != 1) message["repeat"] = call.repeat;
  auto patience = patience_;
  if (call.deadline.count() != 0) patience = call.testee_keeps_deadline ? patience + call.deadline : call.deadline;
  if (call.testee_keeps_deadline && call.deadline.count() != 0) message["deadline_ms"] = call.deadline.count();
  Request request;
  request.thread = call.thread.empty() ? std::string(kMain) : call.thread;
  request.what = "call " + call.function;
  request.is_call = true;
  request.deadline = Clock::now() + patience;
  request.events = std::exchange(strays_, {});
  request.done = [this, done = std::move(done)](Answer<json> answer, std::vector<Event> events) -> Answer<void> {
    if (!answer) return done(tl::unexpected(CallTrouble{answer.error(), std::move(events)}));
    CallOutcome outcome;
    outcome.events = std::move(events);
    if (auto decoded = DecodeCallAnswer(*answer, &outcome); !decoded) {
      const auto garbage = Garbage(decoded.error().message);
      (void)done(tl::unexpected(CallTrouble{garbage.value(), std::move(outcome.events)}));
      return garbage;
    }
    return done(std::move(outcome));
  };
  return Send(std::move(message), std::move(request), parent);
}

Answer<void> RequestPump::Send(json message, Request request, std::optional<std::uint64_t> parent) {
  const std::uint64_t id = next_id_++;
  const auto deadline = request.deadline;
  message["id"] = id;
  if (request.thread != kMain) message["thread"] = request.thread;
  if (parent) message["parent"] = *parent;
  threads_[request.thread].push_back({false, id});
  requests_.emplace(id, std::move(request));
  auto sent = channel_.Send(message, deadline);
  if (sent || !sent.error().alive()) return sent;
  // Too long to be said: nothing was sent.
  auto node = requests_.extract(id);
  threads_[node.mapped().thread].pop_back();
  return node.mapped().done(tl::unexpected(sent.error()), {});
}

Answer<void> RequestPump::RunUntil(const std::function<bool()>& reached, std::optional<Clock::time_point> deadline) {
  while (!reached()) {
    auto nearest = deadline.value_or(Clock::time_point::max());
    for (const auto& [id, request] : requests_) nearest = std::min(nearest, request.deadline);
    const auto received = channel_.Receive(nearest);
    if (!received) return EndAll(received.error());
    if (auto handled = Handle(*received); !handled) return EndAll(handled.error());
  }
  return {};
}

Answer<void> RequestPump::Handle(const json& message) {
  return message.value("op", json()) == "callback" ? HandleCallback(message) : HandleAnswer(message);
}

Answer<void> RequestPump::HandleAnswer(const json& message) {
  const json re = message.value("re", json());
  const std::uint64_t id = re.is_number_unsigned() ? re.get<std::uint64_t>() : 0;
  const auto found = requests_.find(id);
  if (found == requests_.end()) {
    return id != 0 && id < next_id_ ? Garbage("request " + std::to_string(id) + " is answered twice")
                                    : Garbage("a message answers nothing that was asked");
  }
  auto& stack = threads_[found->second.thread];
  if (stack.back() != Open{false, id}) {
    return Garbage(Spell({false, id}) + " is answered while " + Spell(stack.back()) + " inside it is open");
  }
  const json ok = message.value("ok", json());
  if (!ok.is_boolean()) return Garbage("an answer without \"ok\"");
  Answer<json> answer = message;
  if (!ok.get<bool>()) {
    // What was printed before it went wrong is told as well.
    if (found->second.is_call) {
      if (auto read = DecodeEvents(message, &found->second.events); !read) return Garbage(read.error().message);
    }
    auto error = DecodeTesteeError(message);
    if (!error) return Garbage(error.error().message);
    answer = tl::unexpected(std::move(*error));
  }
  Request request = std::move(found->second);
  requests_.erase(found);
  stack.pop_back();
  return request.done(std::move(answer), std::move(request.events));
}

Answer<void> RequestPump::HandleCallback(const json& message) {
  const json id = message.value("id", json());
  const json call = message.value("call", json());
  Callback callback;
  callback.thread = ThreadOf(message);
  auto& stack = threads_[callback.thread];
  if (!id.is_number_unsigned() || callbacks_.contains(id.get<std::uint64_t>())) {
    return Garbage("a callback without an id of its own");
  }
  std::vector<Event>* events = nullptr;
  if (call.is_null()) {
    if (!IsThreadOfTheDll(callback.thread)) {
      return Garbage("a callback on thread \"" + callback.thread + "\" belongs to no call; a thread of the DLL is called \"dll1\", \"dll2\"…");
    }
    if (!stack.empty()) return Garbage("a callback on " + callback.thread + " while " + Spell(stack.back()) + " is open there");
    events = AnyEvents();
  } else {
    const std::uint64_t number = call.is_number_unsigned() ? call.get<std::uint64_t>() : 0;
    const auto under_way = requests_.find(number);
    if (under_way == requests_.end() || !under_way->second.is_call) return Garbage("a callback belongs to no call");
    if (stack.empty() || stack.back() != Open{false, number}) {
      return Garbage("a callback of " + Spell({false, number}) + " on thread \"" + callback.thread + "\", where " +
                     (stack.empty() ? "nothing" : Spell(stack.back())) + " is under way");
    }
    callback.call = number;
    events = &under_way->second.events;
  }
  auto decoded = DecodeEvents(message, events);
  if (decoded) decoded = DecodeCallback(message, &callback.record);
  if (!decoded) return Garbage(decoded.error().message);
  // Its place among the events is where it began; nested ones come after.
  callback.place = events->size();
  if (callback.call) events->emplace_back(CallbackRecord());
  const auto number = id.get<std::uint64_t>();
  stack.push_back({true, number});
  Callback& kept = callbacks_.emplace(number, std::move(callback)).first->second;
  Expected<CallbackPlan> plan = handler_ ? handler_(&kept.record)
                                         : Fail(ErrorCode::kCorrupt, "nobody answers callbacks");
  if (!plan) return AnswerCallback(number, plan.error().message);
  kept.plan = std::move(*plan);
  return Continue(number);
}

// The next call of the plan, else the answer.
Answer<void> RequestPump::Continue(std::uint64_t id) {
  Callback& callback = callbacks_.at(id);
  if (callback.next == callback.plan.calls.size()) return AnswerCallback(id, "");
  CallRequest request = callback.plan.calls[callback.next++];
  request.thread = callback.thread;
  return StartCall(request, id, [this, id, request](CallResult result) -> Answer<void> {
    const bool alive = result || result.error().error.alive();
    StepRecord step = RecordOf(request, std::move(result));
    step.thread.clear();  // its callback's, whatever that is called
    Callback& within = callbacks_.at(id);
    if (step.ending == Ending::kEnded) {
      within.lost = true;
      within.next = within.plan.calls.size();
    }
    within.record.steps.push_back(std::move(step));
    return alive ? Continue(id) : Answer<void>();
  });
}

Answer<void> RequestPump::AnswerCallback(std::uint64_t id, const std::string& no_answer) {
  Callback& callback = callbacks_.at(id);
  json answer{{"re", id}, {"ok", false}};
  if (!no_answer.empty()) {
    answer["error"] = {{"kind", "internal"}, {"code", 0}, {"message", no_answer}};
  } else if (!callback.plan.raise.empty()) {
    if (!callback.lost) callback.record.raised = callback.plan.raise;
    answer["error"] = {{"kind", "invalid"}, {"code", 0}, {"message", callback.plan.raise}};
  } else {
    if (!callback.lost) {
      callback.record.answer = callback.plan.answer;
      callback.record.written = callback.plan.write;
    }
    answer["ok"] = true;
    answer["return"] = EncodeValue(callback.plan.answer);
    answer["write"] = EncodeReached(callback.plan.write);
  }
  threads_[callback.thread].pop_back();
  Settle(id);
  auto sent = channel_.Send(answer, Clock::now() + patience_);
  if (sent || !sent.error().alive()) return sent;
  answer = {{"re", id}, {"ok", false}, {"error", {{"kind", "internal"}, {"code", 0}, {"message", sent.error().message}}}};
  return channel_.Send(answer, Clock::now() + patience_);
}

// The record goes where it belongs.
void RequestPump::Settle(std::uint64_t id) {
  const auto found = callbacks_.find(id);
  Callback callback = std::move(found->second);
  callbacks_.erase(found);
  if (callback.call) {
    requests_.at(*callback.call).events[callback.place] = std::move(callback.record);
  } else {
    foreign.push_back(std::move(callback.record));
  }
}

tl::unexpected<TesteeError> RequestPump::Garbage(const std::string& why) {
  return tl::unexpected(channel_.Garbage(why));
}

// From the inside out, so that each tells what is in it.
tl::unexpected<TesteeError> RequestPump::EndAll(TesteeError error) {
  if (error.trouble == Trouble::kTimeout && (requests_.size() > 1 || !callbacks_.empty())) error.message += UnderWay();
  for (auto& [thread, stack] : threads_) {
    while (!stack.empty()) {
      const Open open = stack.back();
      stack.pop_back();
      if (open.callback) {
        Settle(open.id);
        continue;
      }
      auto node = requests_.extract(open.id);
      (void)node.mapped().done(tl::unexpected(error), std::move(node.mapped().events));
    }
  }
  return tl::unexpected(std::move(error));
}

// What a thread of the DLL printed travels with any message.
std::vector<Event>* RequestPump::AnyEvents() {
  for (auto& [id, request] : requests_) {
    if (request.is_call) return &request.events;
  }
  return &strays_;
}

std::string RequestPump::Spell(const Open& open) const {
  if (open.callback) return "callback " + callbacks_.at(open.id).record.callback;
  return requests_.at(open.id).what;
}

std::string RequestPump::UnderWay() const {
  std::string text = "; under way were ";
  for (const auto& [thread, stack] : threads_) {
    for (const Open& open : stack) {
      text += (text.ends_with(' ') ? "" : ", ") + Spell(open) + (thread == kMain ? "" : " on " + thread);
    }
  }
  return text;
}

}  // namespace spanproof
