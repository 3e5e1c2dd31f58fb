// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/traffic.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

namespace spanproof {
namespace {

using nlohmann::json;

constexpr int kStreamBroken = 4;
constexpr std::chrono::seconds kPatience(5);
constexpr std::size_t kMostWaiting = 1024;
constexpr std::size_t kMostThreads = 64;

bool NamesAForeignThread(const std::string& name) {
  return name.size() > 3 && name.starts_with("dll") && name.find_first_not_of("0123456789", 3) == std::string::npos;
}

std::string Dump(const json& message) { return message.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

Traffic::Traffic(Channel& channel, std::function<void(ProtocolThread&)> work)
    : channel_(channel), work_(std::move(work)) {
  main_.name = "main";
  main_.number = 1;
}

Traffic::~Traffic() {
  if (reader_.joinable()) reader_.join();
}

void Traffic::StartReading() {
  reader_ = std::thread([this] { Read(); });
}

// Ends with the input, and with "bye", after which there is none to wait for.
void Traffic::Read() {
  while (auto message = NextMessage()) {
    const bool bye = message->value("op", json()) == "bye" && !message->contains("parent");
    if (bye) message->erase("thread");
    Route(std::move(*message));
    if (bye) break;
  }
  std::unique_lock lock(mutex_);
  input_over_ = true;
  main_.wake.notify_all();
  for (auto& [name, thread] : workers_) thread->wake.notify_all();
  for (auto& thread : foreign_) thread->wake.notify_all();
  // A DLL that does not return must not keep the process when nobody is there any more.
  if (!progress_.wait_for(lock, kPatience, [&] { return closed_; })) std::_Exit(input_status_);
}

std::optional<json> Traffic::NextMessage() {
  int status = kInputEnded;
  while (true) {
    auto payload = frames_.Next();
    if (!payload) {
      SendAnswer(nullptr, Refuse(EngineError::Kind::kInvalid, payload.error().message));
      status = kStreamBroken;
      break;
    }
    if (*payload) {
      json message = json::parse(**payload, nullptr, false);
      if (message.is_object()) return message;
      SendAnswer(nullptr, Refuse(EngineError::Kind::kInvalid, "a frame holds no JSON object"));
      continue;
    }
    auto bytes = channel_.Read();
    if (!bytes || bytes->empty()) break;
    frames_.Add(*bytes);
  }
  const std::lock_guard lock(mutex_);
  input_status_ = status;
  return std::nullopt;
}

void Traffic::Route(json message) {
  std::unique_lock lock(mutex_);
  const auto refuse = [&](EngineError::Kind kind, std::string why) {
    lock.unlock();
    SendAnswer(message.value("id", json()), Refuse(kind, std::move(why)));
  };
  const bool answers = message.contains("re");
  const json callback = answers ? message["re"] : message.value("parent", json());
  if (!callback.is_null()) {
    const std::uint64_t id = callback.is_number_unsigned() ? callback.get<std::uint64_t>() : 0;
    const auto asked = asked_.find(id);
    if (asked == asked_.end()) {
      // It was cancelled; the tester could not know.
      if (answers && unanswered_.erase(id) != 0) return;
      return refuse(EngineError::Kind::kInvalid, answers ? "an answer came to something that was not asked"
                                                         : "the callback that \"parent\" names is not open");
    }
    const auto& [open, thread] = asked->second;
    if (!open->inbox.empty() && open->inbox.back().contains("re")) {
      return refuse(EngineError::Kind::kInvalid, answers ? "a callback is answered twice"
                                                         : "the callback that \"parent\" names is not open: it was answered");
    }
    if (!answers && open->inbox.size() >= kMostWaiting) {
      return refuse(EngineError::Kind::kRefused, "too many requests wait within the callback");
    }
    if (message.value("thread", json(thread->name)) != thread->name) {
      return refuse(EngineError::Kind::kInvalid, "the callback that \"parent\" names is open on thread \"" + thread->name + "\"");
    }
    open->inbox.push_back(std::move(message));
    thread->wake.notify_all();
    return;
  }
  const auto thread = ThreadFor(message);
  if (!thread) return refuse(thread.error().kind, thread.error().message);
  (*thread)->queue.push_back(std::move(message));
  (*thread)->wake.notify_all();
}

EngineResult<ProtocolThread*> Traffic::ThreadFor(const json& message) {
  const json said = message.value("thread", json("main"));
  const std::string name = said.is_string() ? said.get<std::string>() : std::string();
  ProtocolThread* thread = &main_;
  if (name != "main") {
    if (!work_) return Refuse(EngineError::Kind::kUnsupported, "this testee has one thread, \"main\"");
    if (name.empty() || name.size() > 64) return Refuse(EngineError::Kind::kInvalid, "\"thread\" is no name");
    if (NamesAForeignThread(name)) {
      return Refuse(EngineError::Kind::kInvalid, "a thread of the DLL's carries out requests of its callbacks only");
    }
    if (workers_.size() >= kMostThreads && !workers_.contains(name)) {
      return Refuse(EngineError::Kind::kRefused, "there are " + std::to_string(kMostThreads) + " threads already");
    }
    auto& worker = workers_[name];
    if (!worker) {
      worker = std::make_unique<ProtocolThread>();
      worker->name = name;
      worker->number = next_number_++;
      worker->worker = std::thread(work_, std::ref(*worker));
    }
    thread = worker.get();
  }
  if (thread->queue.size() >= kMostWaiting) return Refuse(EngineError::Kind::kRefused, "too many requests wait for thread \"" + name + "\"");
  return thread;
}

std::optional<json> Traffic::Take(ProtocolThread& thread) {
  std::unique_lock lock(mutex_);
  thread.busy = false;
  progress_.notify_all();
  thread.wake.wait(lock, [&] { return !thread.queue.empty() || thread.ending || closed_ || input_over_; });
  if (thread.queue.empty() || closed_) return std::nullopt;
  json message = std::move(thread.queue.front());
  thread.queue.pop_front();
  thread.busy = true;
  return message;
}

void Traffic::SetFree(ProtocolThread& thread) {
  const std::lock_guard lock(mutex_);
  thread.busy = false;
}

bool Traffic::OthersBusy(const ProtocolThread& here) {
  const std::lock_guard lock(mutex_);
  if (&here != &main_ && main_.busy) return true;
  return std::any_of(workers_.begin(), workers_.end(),
                     [&](const auto& worker) { return worker.second.get() != &here && worker.second->busy; });
}

bool Traffic::Send(const json& message) {
  const auto frame = EncodeFrame(Dump(message));
  if (!frame) return false;
  const std::lock_guard lock(write_mutex_);
  return channel_.Write(*frame).has_value();
}

void Traffic::SendAnswer(const json& id, Answer answer) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
  }
  if (Send(AnswerMessage(id, std::move(answer)))) return;
  // Too long for a frame, or the tester is gone: then this fails as well.
  Send(AnswerMessage(id, Refuse(EngineError::Kind::kInternal, "the answer is longer than a frame")));
}

EngineResult<void> Traffic::Ask(ProtocolThread& thread, json message) {
  const auto& open = thread.callbacks.back();
  {
    const std::lock_guard lock(mutex_);
    open->id = next_id_++;
  }
  message["id"] = open->id;
  const auto frame = EncodeFrame(Dump(message));
  if (!frame) return Refuse(EngineError::Kind::kInternal, "the callback message is longer than a frame");
  // Until it is said: the answer of the request that cancels it must not come before.
  const std::lock_guard writing(write_mutex_);
  {
    const std::lock_guard lock(mutex_);
    const bool forgotten = thread.foreign && thread.generation != generation_;
    if (closed_ || forgotten) return Refuse(EngineError::Kind::kRefused, "the callback was dropped");
    asked_.emplace(open->id, Asked{open, &thread});
  }
  if (channel_.Write(*frame)) return {};
  const std::lock_guard lock(mutex_);
  asked_.erase(open->id);
  return Refuse(EngineError::Kind::kRefused, "the tester does not hear any more");
}

std::optional<json> Traffic::Await(ProtocolThread& thread) {
  // A reference that stays: nested callbacks come behind it.
  OpenCallback& open = *thread.callbacks.back();
  std::unique_lock lock(mutex_);
  if (!asked_.contains(open.id)) return std::nullopt;
  thread.wake.wait(lock, [&] { return !open.inbox.empty() || open.cancelled || input_over_; });
  if (open.cancelled || open.inbox.empty()) return std::nullopt;
  json message = std::move(open.inbox.front());
  open.inbox.pop_front();
  if (message.contains("re")) asked_.erase(open.id);
  return message;
}

void Traffic::Leave(ProtocolThread& thread, std::size_t depth) {
  if (thread.callbacks.size() <= depth) return;
  const std::lock_guard lock(mutex_);
  for (; thread.callbacks.size() > depth; thread.callbacks.pop_back()) {
    const auto asked = asked_.find(thread.callbacks.back()->id);
    if (asked == asked_.end()) continue;
    const auto& inbox = asked->second.callback->inbox;
    const bool answered = std::any_of(inbox.begin(), inbox.end(), [](const json& message) { return message.contains("re"); });
    if (!answered) unanswered_.insert(asked->first);
    asked_.erase(asked);
  }
}

ProtocolThread& Traffic::Enter(ProtocolThread* known, std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  if (known == nullptr || generation != generation_) {
    known = foreign_.emplace_back(std::make_unique<ProtocolThread>()).get();
    known->name = "dll" + std::to_string(++met_);
    known->number = next_number_++;
    known->foreign = true;
    known->generation = generation_;
  }
  known->visiting = true;
  return *known;
}

void Traffic::Depart(ProtocolThread& thread) {
  const std::lock_guard lock(mutex_);
  thread.visiting = false;
  if (thread.generation == generation_) return;
  std::erase_if(foreign_, [&](const auto& one) { return one.get() == &thread; });
}

void Traffic::Cancel(bool foreign_only) {
  for (auto& [id, asked] : asked_) {
    if (foreign_only && !asked.thread->foreign) continue;
    asked.callback->cancelled = true;
    asked.thread->wake.notify_all();
  }
}

void Traffic::ForgetForeign() {
  const std::lock_guard lock(mutex_);
  met_ = 0;
  ++generation_;
  std::erase_if(foreign_, [](const auto& thread) { return !thread->visiting; });
  Cancel(true);
}

std::size_t Traffic::foreign_kept() {
  const std::lock_guard lock(mutex_);
  return foreign_.size();
}

bool Traffic::EndWorkers() {
  std::map<std::string, std::unique_ptr<ProtocolThread>> ending;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, thread] : workers_) {
      if (thread->busy || !thread->queue.empty()) return false;
    }
    ending.swap(workers_);
    for (const auto& [name, thread] : ending) {
      thread->ending = true;
      thread->wake.notify_all();
    }
  }
  for (const auto& [name, thread] : ending) thread->worker.join();
  return true;
}

bool Traffic::Close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  progress_.notify_all();
  Cancel(false);
  for (const auto& [name, thread] : workers_) thread->wake.notify_all();
  const bool free = progress_.wait_for(lock, kPatience, [&] {
    return std::none_of(workers_.begin(), workers_.end(), [](const auto& worker) { return worker.second->busy; });
  });
  if (!free) return false;
  // The reader may still look at them.
  const auto ending = std::exchange(workers_, {});
  lock.unlock();
  for (const auto& [name, thread] : ending) thread->worker.join();
  return true;
}

int Traffic::EndedStatus() {
  const std::lock_guard lock(mutex_);
  return input_status_;
}

}  // namespace spanproof
