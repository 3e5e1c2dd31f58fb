// SPDX-License-Identifier: MIT
// Threads of the tester's and of the DLL's, and what happens between them.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "harness/testee/sdk/script_channel.h"
#include "harness/testee/sdk/session.h"
#include "harness/testee/sdk/traffic.h"

namespace spanproof {
namespace {

using nlohmann::json;

struct Jump {};  // what a longjmp looks like from here

// A DLL of this process's own whose functions call back, meet and make threads.
class ThreadedEngine final : public Engine {
 public:
  std::vector<std::string> capabilities = {"load", "call", "callback", "threads", "foreign_threads"};
  std::atomic<int> calls = 0;
  std::vector<std::uint64_t> results;  // of callbacks on threads of the DLL's
  std::vector<std::uint32_t> deadlines;
  std::set<std::thread::id> callers;

  ~ThreadedEngine() override {
    for (std::thread& thread : threads_) thread.join();
  }

  Description Describe() override { return {"threaded", "1", "fake", Abi::kWin64Gnu, capabilities, "linux", "", "cpu"}; }
  EngineResult<Handle> Load(const std::string&) override { return 1; }
  EngineResult<void> Unload(Handle) override { return {}; }
  EngineResult<Handle> Bind(Handle, const std::string& symbol, const TypeTable&, const Prototype&) override {
    const std::lock_guard lock(mutex_);
    symbols_.push_back(symbol);
    return static_cast<Handle>(symbols_.size() - 1);
  }
  EngineResult<Handle> BindAt(std::uint64_t address, const TypeTable& types, const Prototype& prototype) override {
    return Bind(0, address == kCode ? "add" : "nothing", types, prototype);
  }
  EngineResult<Called> Call(Handle function, std::span<const Slot> arguments, const CallOptions& options) override {
    std::unique_lock lock(mutex_);
    ++calls;
    callers.insert(std::this_thread::get_id());
    deadlines.push_back(options.deadline_ms);
    const std::string symbol = symbols_.at(function);
    Called called;
    if (symbol == "meet") {  // returns once two are in it
      ++met_;
      meeting_.notify_all();
      const bool both = meeting_.wait_for(lock, std::chrono::seconds(10), [this] { return met_ >= 2; });
      called.result.words[0] = both;
    } else if (symbol == "call_back") {
      const CallbackSink sink = sinks_.at(arguments[0].words[0]);
      lock.unlock();
      try {
        sink(std::span(arguments.data() + 1, 1), &called.result);
      } catch (Jump) {
        return tl::unexpected(EngineError{EngineError::Kind::kFault, 0xc0000005, 0x401010, "access violation", "d.dll", 0x1010});
      }
    } else if (symbol == "jump") {
      lock.unlock();
      throw Jump();
    } else if (symbol == "start") {  // a thread that calls back once
      const CallbackSink sink = sinks_.at(arguments[0].words[0]);
      threads_.emplace_back([this, sink, argument = arguments[1]] {
        Slot result;
        sink(std::span(&argument, 1), &result);
        const std::lock_guard lock(mutex_);
        results.push_back(result.words[0]);
        meeting_.notify_all();
      });
    } else if (symbol == "join") {  // returns once all threads called back
      meeting_.wait_for(lock, std::chrono::seconds(10), [this] { return results.size() == threads_.size(); });
    } else if (symbol == "code") {
      called.result.words[0] = kCode;
    } else if (symbol == "add") {
      called.result.words[0] = arguments[0].words[0] + arguments[1].words[0];
    }
    return called;
  }
  EngineResult<std::shared_ptr<void>> MakeCallback(const TypeTable&, const Prototype&, CallbackSink sink) override {
    const std::lock_guard lock(mutex_);
    auto token = std::make_shared<int>();
    sinks_[reinterpret_cast<std::uintptr_t>(token.get())] = std::move(sink);
    return token;
  }
  std::uint64_t CallbackAddress(const std::shared_ptr<void>& callback) override {
    return reinterpret_cast<std::uintptr_t>(callback.get());
  }
  std::vector<PrintedText> TakeText() override { return {}; }

 private:
  static constexpr std::uint64_t kCode = 0x7f1200001000;
  std::mutex mutex_;
  std::condition_variable meeting_;
  int met_ = 0;
  std::vector<std::string> symbols_;
  std::map<std::uint64_t, CallbackSink> sinks_;
  std::vector<std::thread> threads_;
};

class ThreadsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Say({{"op", "hello"}, {"protocol", 1}});
    Say(json::parse(R"({"op": "types", "prototypes": {"handler_t": {"convention": "cdecl", "args": ["int"], "result": "int"}}})"));
    Say({{"op", "load"}, {"module", "m"}, {"path", "m.dll"}});
    for (const char* name : {"call_back", "start"}) BindFunction(name, {"handler_t", "int"});
    for (const char* name : {"meet", "join", "jump"}) BindFunction(name, json::array());
    Say({{"op", "callback"}, {"name", "handler"}, {"prototype", "handler_t"}, {"on_raise", "i32:0000002a"}});
  }
  void BindFunction(const std::string& name, json arguments) {
    Say({{"op", "bind"}, {"function", name}, {"module", "m"}, {"symbol", name}, {"convention", "cdecl"}, {"args", std::move(arguments)}, {"result", "int"}});
  }
  std::uint64_t Say(json message) {
    message["id"] = ++last_id_;
    channel_.Say(std::move(message));
    return last_id_;
  }
  std::uint64_t Call(const char* function, json arguments, const char* thread = "main") {
    return Say({{"op", "call"}, {"function", function}, {"args", std::move(arguments)}, {"thread", thread}});
  }
  static json Handler() { return {"fn:handler", "i32:00000001"}; }
  // Answers the callback that was heard last.
  void Return(const char* value) {
    channel_.Do([value](const json& asked) {
      EXPECT_EQ(asked["op"], "callback") << asked;
      return json{{"re", asked["id"]}, {"ok", true}, {"return", value}};
    });
  }
  // A request inside the callback that was heard last.
  std::uint64_t Within(json message) {
    message["id"] = ++last_id_;
    channel_.Do([message, this](const json& heard) mutable {
      if (heard.value("op", json()) == "callback") inside_ = heard["id"];
      message["parent"] = inside_;
      return message;
    });
    return last_id_;
  }
  // Answers the callback that Within was inside of.
  void ReturnFromInside(const char* value) {
    channel_.Do([value, this](const json&) { return json{{"re", inside_}, {"ok", true}, {"return", value}}; });
  }
  int Serve() { return spanproof::Serve(engine_, channel_); }
  json Answer(std::uint64_t id) {
    for (const json& message : channel_.heard) {
      if (message.value("re", json()) == id) return message;
    }
    return json::object();
  }
  std::string Kind(std::uint64_t id) { return Answer(id).value("error", json::object()).value("kind", "none"); }
  std::vector<json> Callbacks() {
    std::vector<json> out;
    for (const json& message : channel_.heard) {
      if (message.value("op", json()) == "callback") out.push_back(message);
    }
    return out;
  }

  ThreadedEngine engine_;
  ScriptChannel channel_;
  std::uint64_t last_id_ = 0;
  json inside_;
};

TEST_F(ThreadsTest, RequestsOfDifferentThreadsAreCarriedOutAtTheSameTime) {
  channel_.Expect(0);
  const auto a = Call("meet", json::array(), "a");
  channel_.Expect(2);
  const auto b = Call("meet", json::array(), "b");
  channel_.Expect(1);
  Say({{"op", "bye"}});
  EXPECT_EQ(Serve(), 0);
  EXPECT_EQ(Answer(a)["result"], "i32:00000001");
  EXPECT_EQ(Answer(b)["result"], "i32:00000001");
  EXPECT_EQ(engine_.callers.size(), 2u);
}

TEST_F(ThreadsTest, ResetEndsThreadsAndAThreadOfTheSameNameIsMadeAnew) {
  Call("join", json::array(), "a");
  const auto reset = Say({{"op", "reset"}});
  const auto again = Call("join", json::array(), "a");
  Say({{"op", "reset"}, {"thread", "a"}});
  Serve();
  EXPECT_TRUE(Answer(reset)["ok"]);
  EXPECT_TRUE(Answer(again)["ok"]);
  EXPECT_EQ(Kind(last_id_), "invalid") << "reset is for main";
}

TEST_F(ThreadsTest, WhatChangesTheSessionWaitsForNobodyButIsRefused) {
  channel_.Expect(1);
  const auto call = Call("call_back", Handler(), "a");
  json callback;
  channel_.Do([&](const json& asked) {
    callback = asked["id"];
    return json{{"op", "reset"}, {"id", 900}};
  });
  channel_.Say({{"op", "unload"}, {"id", 901}, {"module", "m"}});
  channel_.Do([&](const json&) { return json{{"re", callback}, {"ok", true}, {"return", "i32:00000005"}}; });
  Serve();
  EXPECT_EQ(Kind(900), "invalid");
  EXPECT_EQ(Kind(901), "invalid");
  EXPECT_EQ(Answer(call)["result"], "i32:00000005");
}

TEST_F(ThreadsTest, WithoutTheCapabilityThereIsOneThread) {
  engine_.capabilities = {"call", "callback"};
  const auto other = Say({{"op", "reset"}, {"thread", "second"}});
  const auto start = Call("start", Handler());
  const auto join = Call("join", json::array());
  Serve();
  EXPECT_EQ(Kind(other), "unsupported");
  EXPECT_TRUE(Kind(start) == "unsupported" || Kind(join) == "unsupported") << "the callback cannot be told";
  EXPECT_TRUE(Callbacks().empty());
}

TEST_F(ThreadsTest, ThreadsOfTheDllCallBackWithoutACallAndAreNamedInOrder) {
  channel_.Expect(2);  // the answer and the callback, in any order
  const auto first = Call("start", Handler());
  channel_.Expect(0);
  channel_.Do([](const json&) { return json{{"re", 1}, {"ok", true}, {"return", "i32:00000007"}}; });
  channel_.Expect(1);
  Call("join", json::array());
  channel_.Expect(2);
  Call("start", Handler());
  channel_.Expect(0);
  channel_.Do([](const json&) { return json{{"re", 2}, {"ok", true}, {"return", "i32:00000008"}}; });
  channel_.Expect(1);
  Call("join", json::array());
  Serve();
  EXPECT_TRUE(Answer(first)["ok"]);
  const auto callbacks = Callbacks();
  ASSERT_EQ(callbacks.size(), 2u);
  EXPECT_EQ(callbacks[0]["thread"], "dll1");
  EXPECT_EQ(callbacks[1]["thread"], "dll2");
  EXPECT_FALSE(callbacks[0].contains("call"));
  EXPECT_EQ(callbacks[0]["args"], json::parse(R"(["i32:00000001"])"));
  EXPECT_EQ(engine_.results, (std::vector<std::uint64_t>{7, 8}));
}

TEST_F(ThreadsTest, RequestsInsideACallbackOfTheDllsThreadRunOnIt) {
  channel_.Expect(2);
  Call("start", Handler());
  channel_.Expect(1);
  const auto nested = last_id_ + 1;
  ++last_id_;
  channel_.Do([nested](const json&) { return json{{"op", "call"}, {"id", nested}, {"parent", 1}, {"function", "call_back"}, {"args", Handler()}}; });
  Return("i32:00000003");
  channel_.Expect(0);
  channel_.Do([](const json&) { return json{{"re", 1}, {"ok", true}, {"return", "i32:00000004"}}; });
  channel_.Expect(1);
  Call("join", json::array());
  Serve();
  EXPECT_EQ(Answer(nested)["result"], "i32:00000003");
  const auto callbacks = Callbacks();
  ASSERT_EQ(callbacks.size(), 2u);
  EXPECT_EQ(callbacks[1]["thread"], "dll1");
  EXPECT_EQ(callbacks[1]["call"], nested);
  EXPECT_EQ(engine_.results, (std::vector<std::uint64_t>{4}));
}

TEST_F(ThreadsTest, ResetCancelsWhatTheDllsThreadsAreInAndCountsThemAnew) {
  channel_.Expect(2);
  Call("start", Handler());
  channel_.Expect(1);
  Say({{"op", "reset"}});
  Call("join", json::array());
  channel_.Expect(0);
  channel_.Say({{"re", 1}, {"ok", true}, {"return", "i32:00000007"}});  // too late, and no mistake
  channel_.Expect(1);
  Say({{"op", "callback"}, {"name", "handler"}, {"prototype", "handler_t"}});
  channel_.Expect(2);
  Call("start", Handler());
  channel_.Expect(1);
  Say({{"op", "bye"}});
  EXPECT_EQ(Serve(), 0);
  const auto callbacks = Callbacks();
  ASSERT_EQ(callbacks.size(), 2u);
  EXPECT_EQ(callbacks[1]["thread"], "dll1");
  for (const json& message : channel_.heard) EXPECT_TRUE(message.contains("op") || message["ok"]) << message;
  EXPECT_EQ(engine_.results.front(), 0u);
}

// What a thread of the DLL's says of a callback that the reset ended must not come behind the
// reset's answer, where the tester would take it for the next case's.
TEST_F(ThreadsTest, NothingOfBeforeAResetIsSaidBehindItsAnswer) {
  channel_.WriteSlowly(std::chrono::microseconds(300));
  channel_.Expect(0);
  for (int i = 0; i < 100; ++i) {
    for (int thread = 0; thread < 4; ++thread) Call("start", Handler());
    Say({{"op", "reset"}});
    Say({{"op", "callback"}, {"name", "handler"}, {"prototype", "handler_t"}});
  }
  channel_.Expect(1);
  Say({{"op", "types"}});
  Serve();
  bool between = false;  // a reset's answer was heard, that to the next request was not
  int late = 0;
  for (const json& message : channel_.heard) {
    if (message.contains("op")) late += between;
    if (!message.contains("re")) continue;
    between = message["re"].get<std::uint64_t>() > 9 && (message["re"].get<std::uint64_t>() - 9) % 6 == 5;
  }
  EXPECT_EQ(late, 0);
}

TEST_F(ThreadsTest, WhatComesBehindACallbacksAnswerIsRefused) {
  const auto call = Call("call_back", Handler());
  channel_.Expect(0);
  channel_.Do([](const json& asked) { return json{{"re", asked["id"]}, {"ok", true}, {"return", "i32:00000005"}}; });
  channel_.Expect(2);
  channel_.Do([](const json&) { return json{{"op", "read"}, {"id", 900}, {"parent", 1}, {"name", "none"}}; });
  Serve();
  EXPECT_EQ(Answer(call)["result"], "i32:00000005");
  EXPECT_EQ(Kind(900), "invalid");
  EXPECT_NE(Answer(900)["error"]["message"].get<std::string>().find("not open"), std::string::npos) << Answer(900);
}

TEST_F(ThreadsTest, ARaisingHandlerGivesTheDllWhatWasAgreed) {
  const auto call = Call("call_back", Handler(), "a");
  channel_.Do([](const json& asked) { return json{{"re", asked["id"]}, {"ok", false}, {"error", {{"kind", "invalid"}, {"message", "boom"}}}}; });
  channel_.Expect(2);
  Call("start", Handler());
  channel_.Expect(0);
  channel_.Do([](const json&) { return json{{"re", 2}, {"ok", false}, {"error", {{"kind", "invalid"}, {"message", "boom"}}}}; });
  channel_.Expect(1);
  const auto join = Call("join", json::array());
  Serve();
  EXPECT_EQ(Kind(call), "raised");
  EXPECT_EQ(Answer(call)["error"]["message"], "boom");
  EXPECT_EQ(engine_.results, (std::vector<std::uint64_t>{42}));
  EXPECT_TRUE(Answer(join)["ok"]) << "nobody waits for the error of a DLL's thread";
}

TEST_F(ThreadsTest, CallsNestThroughCallbacksToAnyDepth) {
  constexpr int kDepth = 64;
  const auto call = Call("call_back", Handler());
  std::vector<json> open;
  for (int i = 1; i < kDepth; ++i) {
    channel_.Do([&open, i](const json& asked) {
      open.push_back(asked["id"]);
      return json{{"op", "call"}, {"id", 1000 + i}, {"parent", asked["id"]}, {"function", "call_back"}, {"args", Handler()}};
    });
  }
  Return("i32:00000040");
  for (int i = kDepth - 1; i > 0; --i) {
    channel_.Do([&open, i](const json& heard) {
      EXPECT_EQ(heard["re"], 1000 + i);
      const json answered = open.back();
      open.pop_back();
      return json{{"re", answered}, {"ok", true}, {"return", heard["result"]}};
    });
  }
  Serve();
  EXPECT_EQ(Answer(call)["result"], "i32:00000040");
  EXPECT_EQ(Callbacks().size(), 64u);
}

TEST_F(ThreadsTest, WhatTheDllJumpsOverEndsInOrderAndTheThreadGoesOn) {
  const auto outer = Call("call_back", Handler(), "a");
  const auto jump = Within({{"op", "call"}, {"function", "jump"}, {"args", json::array()}, {"thread", "a"}});
  const auto late = Within({{"op", "read"}, {"name", "none"}});
  ReturnFromInside("i32:00000001");
  const auto after = Call("call_back", Handler(), "a");
  Return("i32:00000009");
  Serve();
  EXPECT_EQ(Kind(jump), "refused");
  EXPECT_EQ(Kind(late), "refused");
  EXPECT_EQ(Kind(outer), "fault");
  EXPECT_EQ(Answer(outer)["error"]["module"], "d.dll");
  EXPECT_EQ(Answer(outer)["error"]["offset"], "0x1010");
  EXPECT_EQ(Answer(after)["result"], "i32:00000009");
}

TEST_F(ThreadsTest, ACallIsRepeatedWithinOneDeadline) {
  const auto call = Say({{"op", "call"}, {"function", "join"}, {"args", json::array()}, {"repeat", 5}, {"deadline_ms", 60000}});
  const auto none = Say({{"op", "call"}, {"function", "join"}, {"args", json::array()}, {"repeat", 0}});
  Serve();
  EXPECT_TRUE(Answer(call)["ok"]);
  EXPECT_EQ(Kind(none), "invalid");
  ASSERT_EQ(engine_.deadlines.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_GT(engine_.deadlines[i], 0u);
    EXPECT_LE(engine_.deadlines[i], i == 0 ? 60000u : engine_.deadlines[i - 1]);
  }
}

TEST_F(ThreadsTest, BindsWhatAReturnedPointerLeadsToUntilReset) {
  Say({{"op", "bind"}, {"function", "code"}, {"module", "m"}, {"symbol", "code"}, {"convention", "cdecl"}, {"args", json::array()}, {"result", "void*"}});
  const auto code = Call("code", json::array());
  Say(json::parse(R"({"op": "bind", "function": "add", "pointer": "ptr:dll1+0", "convention": "cdecl", "args": ["int", "int"], "result": "int"})"));
  const auto bound = Call("add", {"i32:00000002", "i32:00000003"});
  const auto null = Say(json::parse(R"({"op": "bind", "function": "add", "pointer": "ptr:null", "convention": "cdecl", "args": [], "result": "int"})"));
  Say({{"op", "reset"}});
  const auto forgotten = Call("add", {"i32:00000002", "i32:00000003"});
  Serve();
  EXPECT_EQ(Answer(code)["result"], "ptr:dll1+0");
  EXPECT_EQ(Answer(bound)["result"], "i32:00000005");
  EXPECT_EQ(Kind(null), "invalid");
  EXPECT_EQ(Kind(forgotten), "invalid");
}

TEST(Traffic, KeepsOfTheDllsThreadsThoseSinceTheLastResetAndThoseInACallback) {
  ScriptChannel channel;
  Traffic traffic(channel, {});
  ProtocolThread* const first = &traffic.Enter(nullptr, 0);
  ProtocolThread& second = traffic.Enter(nullptr, 0);
  EXPECT_EQ(first->name + second.name, "dll1dll2");
  const std::uint64_t generation = first->generation;
  traffic.Depart(*first);
  EXPECT_EQ(&traffic.Enter(first, generation), first);
  traffic.Depart(*first);
  EXPECT_EQ(traffic.foreign_kept(), 2u);
  traffic.ForgetForeign();
  EXPECT_EQ(traffic.foreign_kept(), 1u);
  EXPECT_EQ(traffic.Enter(first, generation).name, "dll1");
  traffic.Depart(second);
  EXPECT_EQ(traffic.foreign_kept(), 1u);
}

}  // namespace
}  // namespace spanproof
