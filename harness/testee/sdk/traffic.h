// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "harness/testee/frame.h"
#include "harness/testee/sdk/answer.h"
#include "harness/testee/sdk/channel.h"

namespace spanproof {

// A request that may call into a DLL; on one thread they nest through callbacks.
struct OpenRequest {
  nlohmann::json id;
  std::optional<EngineError> callback_error;  // the first that a handler met
};

// A callback that the DLL is in. From Traffic::Ask on its messages come in `inbox`.
struct OpenCallback {
  std::size_t requests = 0;  // open on its thread as it began
  std::uint64_t id = 0;      // 0: the tester was not asked yet
  std::deque<nlohmann::json> inbox;
  bool cancelled = false;
};

// One thread as the protocol names it: "main", another of the tester's choice, or one
// that the DLL made.
struct ProtocolThread {
  std::string name;
  int number = 0;  // unlike all others' of the session
  bool foreign = false;
  std::uint64_t generation = 0;  // a foreign one's: Traffic's as it was named

  // Its own thread's alone.
  std::vector<OpenRequest> requests;
  std::vector<std::shared_ptr<OpenCallback>> callbacks;

  // Traffic's, under its lock.
  bool visiting = false;  // a foreign one's: between Enter and Depart
  std::deque<nlohmann::json> queue;
  bool busy = false;  // a request is under way
  bool ending = false;
  std::condition_variable wake;
  std::thread worker;
};

// Messages from the tester to the threads that they are for, and back. One thread reads
// the channel and hands out what comes; every method may be called on any thread.
class Traffic {
 public:
  // `work` is what each further thread of the tester's runs, until Take gives
  // nothing; empty: there is none but "main".
  Traffic(Channel& channel, std::function<void(ProtocolThread&)> work);
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;
  ~Traffic();

  ProtocolThread& main() { return main_; }
  void StartReading();

  // The thread's next request; nullopt when none will come any more.
  std::optional<nlohmann::json> Take(ProtocolThread& thread);
  // To be called before the answer to such a request is sent: who has seen the answer
  // may rely on the thread being free.
  void SetFree(ProtocolThread& thread);
  // Whether a request is under way on a thread of the tester's other than `here`.
  bool OthersBusy(const ProtocolThread& here);

  bool Send(const nlohmann::json& message);
  void SendAnswer(const nlohmann::json& id, Answer answer);

  // Sends the callback message under a new id, which the thread's innermost callback then
  // has. kRefused, and nothing sent: ForgetForeign or Close came before.
  EngineResult<void> Ask(ProtocolThread& thread, nlohmann::json message);
  // The next message for the thread's innermost callback: its answer or a request within
  // it. nullopt: it was answered, never asked or cancelled, or the input ended.
  std::optional<nlohmann::json> Await(ProtocolThread& thread);
  // Callbacks of the thread from the `depth`th on are over, answered or not.
  void Leave(ProtocolThread& thread, std::size_t depth);

  // The calling thread is one of the DLL's, and calls back: `known` is what it was the last time, in this generation of
  // names, or it gets a name by its order of appearance. Stays until Depart, or ForgetForeign after it.
  ProtocolThread& Enter(ProtocolThread* known, std::uint64_t generation);
  void Depart(ProtocolThread& thread);
  // Cancels their open callbacks and counts anew.
  void ForgetForeign();
  std::size_t foreign_kept();  // how many take memory
  // Ends the tester's other threads; false, and nothing done, while one is busy.
  bool EndWorkers();
  // Nothing is sent or handed out any more, all callbacks are cancelled. Whether every
  // thread of the tester's came to its end within 5 seconds.
  bool Close();

  // The process's exit status for an end that "bye" did not bring about.
  int EndedStatus();

 private:
  using json = nlohmann::json;

  void Read();
  std::optional<json> NextMessage();  // nullopt: the input ended or broke
  void Route(json message);
  // Where a request that belongs to no callback goes, or why nowhere. Under the lock.
  EngineResult<ProtocolThread*> ThreadFor(const json& message);
  static constexpr int kInputEnded = 3;
  void Cancel(bool foreign_only);  // under the lock

  Channel& channel_;
  const std::function<void(ProtocolThread&)> work_;
  std::mutex write_mutex_;  // taken before the other
  FrameReader frames_;  // the reader's

  std::mutex mutex_;  // for what follows
  std::condition_variable progress_;  // a thread became free, the input ended
  ProtocolThread main_;
  std::map<std::string, std::unique_ptr<ProtocolThread>> workers_;
  std::vector<std::unique_ptr<ProtocolThread>> foreign_;  // of now, and those of before that still visit
  std::size_t met_ = 0;                                   // since the last ForgetForeign
  struct Asked {
    std::shared_ptr<OpenCallback> callback;
    ProtocolThread* thread;
  };
  std::map<std::uint64_t, Asked> asked_;
  std::set<std::uint64_t> unanswered_;  // cancelled before the tester answered them
  std::uint64_t next_id_ = 1;
  int next_number_ = 2;
  bool input_over_ = false;
  int input_status_ = kInputEnded;
  bool closed_ = false;
  std::uint64_t generation_ = 1;  // of the names of foreign threads
  std::thread reader_;
};

}  // namespace spanproof
