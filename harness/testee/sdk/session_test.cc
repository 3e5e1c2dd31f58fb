// SPDX-License-Identifier: MIT
#include "harness/testee/sdk/session.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "harness/testee/sdk/script_channel.h"

namespace spanproof {
namespace {

using nlohmann::json;

// A DLL of this process's own, with functions by symbol.
class FakeEngine final : public Engine {
 public:
  Description description{"fake", "1", "fake", Abi::kWin64Gnu, {"load", "call", "callback"}, "linux", "", "cpu"};
  // Memory of the DLL's, from address kDll on, out of this process's reach.
  static constexpr std::uint64_t kDll = 0x20000;
  std::vector<std::uint8_t> dll_memory = std::vector<std::uint8_t>(64);

  Description Describe() override { return description; }
  EngineResult<std::uint64_t> FindData(Handle, const std::string& symbol, const TypeTable&, TypeId) override {
    if (symbol != "g_pair") return tl::unexpected(EngineError{EngineError::Kind::kOs, 127, 0, "no symbol"});
    return kDll;
  }
  EngineResult<void> ReadForeign(std::uint64_t address, std::span<std::uint8_t> bytes) override {
    if (address + bytes.size() > kDll + dll_memory.size()) return Fault(address);
    std::memcpy(bytes.data(), dll_memory.data() + (address - kDll), bytes.size());
    return {};
  }
  EngineResult<void> WriteForeign(std::uint64_t address, std::span<const std::uint8_t> bytes) override {
    if (address + bytes.size() > kDll + dll_memory.size()) return Fault(address);
    std::memcpy(dll_memory.data() + (address - kDll), bytes.data(), bytes.size());
    return {};
  }
  std::vector<std::shared_ptr<std::uint8_t[]>> retained;
  EngineResult<std::shared_ptr<void>> MakeRetained(std::uint64_t size) override {
    return std::shared_ptr<void>(retained.emplace_back(new std::uint8_t[size + 1]()));
  }
  EngineResult<Handle> Load(const std::string& path) override {
    if (path == "missing.dll") return tl::unexpected(EngineError{EngineError::Kind::kOs, 126, 0, "not found"});
    return 1;
  }
  EngineResult<void> Unload(Handle) override { return {}; }
  EngineResult<Handle> Bind(Handle, const std::string& symbol, const TypeTable&, const Prototype&) override {
    if (symbol == "refused") return tl::unexpected(EngineError{EngineError::Kind::kRefused, 0, 0, "as the engine says it"});
    symbols_.push_back(symbol);
    return static_cast<Handle>(symbols_.size() - 1);
  }
  EngineResult<Called> Call(Handle function, std::span<const Slot> arguments, const CallOptions&) override {
    const std::string& symbol = symbols_[function];
    Called called{{}, 7, true};
    if (symbol == "add") {
      called.result.words[0] = static_cast<std::uint32_t>(arguments[0].words[0] + arguments[1].words[0]);
    } else if (symbol == "first") {  // returns its pointer, one element on, having doubled it
      auto* at = reinterpret_cast<std::int16_t*>(arguments[0].words[0]);
      at[0] = static_cast<std::int16_t>(at[0] * 2);
      called.result.words[0] = reinterpret_cast<std::uintptr_t>(at + 1);
    } else if (symbol == "filter") {
      text_.push_back({Stream::kStdout, "before\n"});
      Slot result;
      sinks_.at(arguments[1].words[0])(std::span(arguments.data(), 1), &result);
      text_.push_back({Stream::kStdout, "after \xff\n"});
      called.result = result;
    }
    return called;
  }
  std::vector<std::weak_ptr<void>> callbacks;
  EngineResult<std::shared_ptr<void>> MakeCallback(const TypeTable&, const Prototype&, CallbackSink sink) override {
    auto token = std::make_shared<int>();
    callbacks.push_back(token);
    sinks_[reinterpret_cast<std::uintptr_t>(token.get())] = std::move(sink);
    return token;
  }
  std::uint64_t CallbackAddress(const std::shared_ptr<void>& callback) override {
    return reinterpret_cast<std::uintptr_t>(callback.get());
  }
  std::vector<PrintedText> TakeText() override { return std::exchange(text_, {}); }

 private:
  static tl::unexpected<EngineError> Fault(std::uint64_t address) {
    return tl::unexpected(EngineError{EngineError::Kind::kFault, 0xc0000005, address, "cannot be reached"});
  }

  std::vector<std::string> symbols_;
  std::map<std::uint64_t, CallbackSink> sinks_;
  std::vector<PrintedText> text_;
};

class SessionTest : public ::testing::Test {
 protected:
  void SetUp() override { Say({{"op", "hello"}, {"protocol", 1}}); }
  void GreetAgain(json members) {
    channel_.Forget();
    last_id_ = 0;
    members.update({{"op", "hello"}, {"protocol", 1}});
    Say(std::move(members));
  }
  void Say(json message) {
    message["id"] = ++last_id_;
    channel_.Say(std::move(message));
  }
  void LoadImage() {
    Say(json::parse(R"({"op": "types", "structs": {"Image": {"fields": [["data", "int16_t*"], ["width", "int16_t"], ["height", "int16_t"]]}},
      "prototypes": {"filter_t": {"convention": "stdcall", "args": ["Image*"], "result": "int16_t", "memsync":
        [{"pointer": [0, "data"], "length": [[0, "width"], [0, "height"]], "func": "lambda x, y: x * y", "type": "int16_t"}]}}})"));
    Say({{"op", "load"}, {"module", "m"}, {"path", "m.dll"}});
    Say(json::parse(R"({"op": "bind", "function": "filter", "module": "m", "symbol": "filter", "convention": "cdecl",
      "args": ["Image*", "filter_t"], "result": "int16_t"})"));
    Say(json::parse(R"({"op": "object", "name": "pixels", "type": "int16_t[4]", "value": "i16[4]:0100020003000400"})"));
    Say(json::parse(R"({"op": "object", "name": "image", "type": "Image",
      "value": {"data": "ptr:&pixels+0", "width": "i16:0002", "height": "i16:0002"}})"));
    Say({{"op", "callback"}, {"name", "edge"}, {"prototype", "filter_t"}});
  }
  int Serve() { return spanproof::Serve(engine_, channel_); }
  const json& Answer(std::uint64_t id) {
    for (const json& message : channel_.heard) {
      if (message.contains("re") && message["re"] == id) return message;
    }
    static const json kNone;
    return kNone;
  }
  const json& Last() { return Answer(last_id_); }
  std::string Kind(std::uint64_t id) { return Answer(id).value("error", json::object()).value("kind", "none"); }

  FakeEngine engine_;
  ScriptChannel channel_;
  std::uint64_t last_id_ = 0;
};

TEST_F(SessionTest, GreetsAndEndsWithBye) {
  Say({{"op", "bye"}});
  EXPECT_EQ(Serve(), 0);
  EXPECT_EQ(Answer(1)["abi"], "win64-gnu");
  EXPECT_TRUE(Last()["ok"]);
}

TEST_F(SessionTest, AnEndWithoutByeHasAnotherStatus) { EXPECT_EQ(Serve(), 3); }

TEST_F(SessionTest, CallsWithExactValues) {
  Say({{"op", "load"}, {"module", "m"}, {"path", "m.dll"}});
  Say(json::parse(R"({"op": "bind", "function": "add", "module": "m", "symbol": "add", "convention": "cdecl", "args": ["int", "int"], "result": "int"})"));
  Say(json::parse(R"({"op": "call", "function": "add", "args": ["i32:00000005", "i32:fffffff9"], "after": []})"));
  Serve();
  EXPECT_EQ(Last()["result"], "i32:fffffffe");
  EXPECT_EQ(Last()["last_error"], "u32:00000007");
}

TEST_F(SessionTest, LetsTheEngineJudgeDirectivesFirst) {
  Say({{"op", "load"}, {"module", "m"}, {"path", "m.dll"}});
  const auto bind = [this](const std::string& symbol, const char* memsync) {
    Say({{"op", "bind"}, {"function", "f"}, {"module", "m"}, {"symbol", symbol}, {"convention", "cdecl"},
         {"args", {"int*"}}, {"result", "int"}, {"memsync", json::parse(memsync)}});
    return last_id_;
  };
  const auto engine = bind("refused", R"([{"pointer": [3], "length": [0]}])");
  const auto path = bind("add", R"([{"pointer": [3], "length": [0]}])");
  const auto sense = bind("add", R"([{"pointer": [0]}])");
  const auto key = bind("refused", R"([{"pointer": [0], "lenght": [0]}])");
  Serve();
  const auto said = [this](std::uint64_t id) { return Answer(id).value("error", json::object()).value("message", ""); };
  EXPECT_EQ(said(engine), "as the engine says it");
  EXPECT_NE(said(path).find("names an argument that is not there"), std::string::npos) << said(path);
  EXPECT_NE(said(sense).find("either \"length\" or \"null\""), std::string::npos) << said(sense);
  EXPECT_NE(said(key).find("did you mean \"length\""), std::string::npos) << said(key);
}

TEST_F(SessionTest, NamesPointersIntoObjectsAndReadsThemBack) {
  Say({{"op", "load"}, {"module", "m"}, {"path", "m.dll"}});
  Say(json::parse(R"({"op": "bind", "function": "f", "module": "m", "symbol": "first", "convention": "cdecl", "args": ["int16_t*"], "result": "int16_t*"})"));
  Say(json::parse(R"({"op": "object", "name": "x", "type": "int16_t[3]", "value": "i16[3]:010002000300"})"));
  Say(json::parse(R"({"op": "call", "function": "f", "args": ["ptr:&x+2"], "after": ["x"]})"));
  Say(json::parse(R"({"op": "read", "pointer": "ptr:&x+4", "type": "int16_t"})"));
  Say(json::parse(R"({"op": "read", "pointer": "ptr:&x+4", "type": "int"})"));
  Serve();
  EXPECT_EQ(Answer(5)["result"], "ptr:&x+4");
  EXPECT_EQ(Answer(5)["objects"]["x"], "i16[3]:010004000300");
  EXPECT_EQ(Answer(6)["value"], "i16:0003");
  EXPECT_EQ(Kind(7), "invalid");
}

TEST_F(SessionTest, ForwardsCallbacksWithMemoryTextAndWrites) {
  LoadImage();
  Say(json::parse(R"({"op": "call", "function": "filter", "args": ["ptr:&image+0", "fn:edge"], "after": ["pixels"]})"));
  channel_.Do([this](const json& asked) {
    EXPECT_EQ(asked["op"], "callback");
    EXPECT_EQ(asked["callback"], "edge");
    EXPECT_EQ(asked["call"], last_id_);
    EXPECT_EQ(asked["args"], json::parse(R"(["ptr:&image+0"])"));
    EXPECT_EQ(asked["memory"], json::parse(R"([[[0], {"data": "ptr:&pixels+0", "width": "i16:0002", "height": "i16:0002"}],
                                               [[0, "data"], "i16[4]:0100020003000400"]])"));
    EXPECT_EQ(asked["events"], json::parse(R"([{"text": "before\n", "stream": "stdout"}])"));
    return json{{"re", asked["id"]}, {"ok", true}, {"return", "i16:fffe"},
                {"write", json::parse(R"([[[0, "data"], "i16[2]:09000800"], [[0, "data", 3], "i16:0007"]])")}};
  });
  Serve();
  EXPECT_EQ(Last()["result"], "i16:fffe");
  EXPECT_EQ(Last()["objects"]["pixels"], "i16[4]:0900080003000700");
  EXPECT_EQ(Last()["events"], json::parse(R"([{"hex": "616674657220ff0a", "stream": "stdout"}])"));
}

TEST_F(SessionTest, CarriesOutRequestsInsideACallbackAndKeepsOthersForLater) {
  LoadImage();
  Say(json::parse(R"({"op": "call", "function": "filter", "args": ["ptr:&image+0", "fn:edge"]})"));
  json callback;
  channel_.Expect(0);
  channel_.Do([&](const json& heard) {  // not for the callback: waits
    callback = heard["id"];
    return json{{"op", "read"}, {"id", 90}, {"name", "pixels"}};
  });
  channel_.Expect(1);
  channel_.Do([&](const json&) {
    return json{{"op", "write"}, {"id", 100}, {"parent", callback}, {"name", "pixels"}, {"value", "i16[4]:0500050005000500"}};
  });
  channel_.Expect(2);
  channel_.Do([](const json& heard) {
    EXPECT_EQ(heard["re"], 100);
    return json{{"re", 1}, {"ok", true}, {"return", "i16:0001"}};
  });
  Serve();
  EXPECT_EQ(Answer(90)["value"], "i16[4]:0500050005000500");
  EXPECT_EQ(channel_.heard.back()["re"], 90);
}

TEST_F(SessionTest, ARaisingOrSenselessHandlerBecomesTheCallsError) {
  LoadImage();
  Say(json::parse(R"({"op": "call", "function": "filter", "args": ["ptr:&image+0", "fn:edge"]})"));
  channel_.Say(json::parse(R"({"re": 1, "ok": false, "error": {"kind": "invalid", "message": "boom"}})"));
  Say(json::parse(R"({"op": "call", "function": "filter", "args": ["ptr:&image+0", "fn:edge"]})"));
  channel_.Say(json::parse(R"({"re": 2, "ok": true, "return": "i32:00000001"})"));
  Say(json::parse(R"({"op": "call", "function": "filter", "args": ["ptr:&image+0", "fn:edge"]})"));
  channel_.Say(json::parse(R"({"re": 3, "ok": true, "return": "i16:0001", "write": 5})"));
  Serve();
  EXPECT_EQ(Answer(last_id_ - 2)["error"]["message"], "boom");
  EXPECT_EQ(Kind(last_id_ - 2), "raised");
  EXPECT_EQ(Kind(last_id_ - 1), "invalid");
  EXPECT_EQ(Kind(last_id_), "invalid");
}

TEST_F(SessionTest, AnswersInvalidToWhatMakesNoSense) {
  const char* const kSenseless[] = {
      R"({"op": "load"})", R"({"op": "load", "module": 5, "path": []})",
      R"({"op": "unload", "module": "none"})", R"({"op": "bind", "function": "f", "module": "none"})",
      R"({"op": "object", "name": "o", "type": "flaot"})", R"({"op": "object", "name": "o", "type": "int", "value": 5})",
      R"({"op": "call", "function": "none"})", R"({"op": "read", "pointer": "ptr:null", "type": "int"})",
      R"({"op": "callback", "name": "c", "prototype": "int"})", R"({"op": "types", "structs": {"S": {"fields": [["x", 5]]}}})",
      R"({"op": "types", "structs": 5})", R"({"op": "drop", "name": "none"})", R"({"op": "hello", "protocol": 1})"};
  for (const char* text : kSenseless) Say(json::parse(text));
  channel_.SayBytes(*EncodeFrame("[1, 2]"));
  channel_.SayBytes(*EncodeFrame("{\"id\": "));
  channel_.SayBytes(*EncodeFrame("{\"op\": \"reset\"}"));
  Say({{"op", "bye"}});
  EXPECT_EQ(Serve(), 0);
  for (std::uint64_t id = 2; id < last_id_; ++id) EXPECT_EQ(Kind(id), "invalid") << kSenseless[id - 2];
  const auto nameless = std::count_if(channel_.heard.begin(), channel_.heard.end(),
                                      [](const json& message) { return message["re"].is_null(); });
  EXPECT_EQ(nameless, 3);
}

TEST_F(SessionTest, SaysUnsupportedAndOsErrorsAsSuch) {
  Say({{"op", "reset"}, {"thread", "second"}});
  Say({{"op", "nonsense"}});
  Say({{"op", "load"}, {"module", "m"}, {"path", "missing.dll"}});
  Serve();
  EXPECT_EQ(Kind(2), "unsupported");
  EXPECT_EQ(Kind(3), "unsupported");
  EXPECT_EQ(Answer(4)["error"]["code"], 126);
  EXPECT_EQ(Kind(4), "os");
}

TEST_F(SessionTest, EndsWhenTheStreamBreaks) {
  channel_.SayBytes(std::string(4, '\xff'));
  EXPECT_EQ(Serve(), 4);
}

TEST_F(SessionTest, ResetDropsObjectsAndKeepsFunctions) {
  LoadImage();
  Say({{"op", "reset"}});
  Say({{"op", "read"}, {"name", "pixels"}});
  LoadImage();
  Serve();
  EXPECT_EQ(Kind(last_id_ - 6), "invalid");
  EXPECT_TRUE(Last()["ok"]) << Last();
}

TEST_F(SessionTest, ReadsAndWritesMemoryOfTheDllInItsLayout) {
  engine_.description.abi = Abi::kWin32Gnu;  // pointers of 4 bytes there, of 8 here
  engine_.description.memory_abi = Abi::kSysv64Windows;
  Say(json::parse(R"({"op": "types", "structs": {"Pair": {"fields": [["next", "void*"], ["number", "int"]]}}})"));
  Say({{"op", "load"}, {"module", "m"}, {"path", "m.dll"}});
  Say(json::parse(R"({"op": "data", "data": "pair", "module": "m", "symbol": "g_pair", "type": "Pair"})"));
  Say(json::parse(R"({"op": "write", "pointer": "ptr:dll1+8", "type": "Pair", "value": {"next": "ptr:dll1+0", "number": "i32:00000007"}})"));
  Say(json::parse(R"({"op": "read", "pointer": "ptr:dll1+8", "type": "Pair"})"));
  Say(json::parse(R"({"op": "read", "pointer": "ptr:dll1+60", "type": "Pair"})"));
  Say(json::parse(R"({"op": "data", "data": "none", "module": "m", "symbol": "none", "type": "int"})"));
  Serve();
  EXPECT_EQ(Answer(4)["value"], "ptr:dll1+0");
  EXPECT_EQ(engine_.dll_memory[8 + 2], 0x02);
  EXPECT_EQ(engine_.dll_memory[8 + 4], 7);
  EXPECT_EQ(Answer(6)["value"], json::parse(R"({"next": "ptr:dll1+0", "number": "i32:00000007"})"));
  EXPECT_EQ(Kind(7), "fault");
  EXPECT_EQ(Kind(8), "os");
}

TEST_F(SessionTest, WritesKeepWhatTheValueDoesNotSay) {
  engine_.dll_memory.assign(64, 0xaa);
  Say(json::parse(R"({"op": "types", "structs": {"Either": {"fields": [["small", "char"], ["large", "int"]], "union": true}}})"));
  Say({{"op", "load"}, {"module", "m"}, {"path", "m.dll"}});
  Say(json::parse(R"({"op": "data", "data": "pair", "module": "m", "symbol": "g_pair", "type": "Either"})"));
  Say(json::parse(R"({"op": "write", "pointer": "ptr:dll1+0", "type": "Either", "value": {"small": "c8:01"}})"));
  Serve();
  EXPECT_TRUE(Last()["ok"]) << Last();
  EXPECT_EQ(engine_.dll_memory[0], 1);
  EXPECT_EQ(engine_.dll_memory[1], 0xaa);
}

TEST_F(SessionTest, KeepsRetainedObjectsWhereTheEngineSays) {
  engine_.description.abi = Abi::kWin32Gnu;
  engine_.description.memory_abi = Abi::kSysv64Windows;
  Say(json::parse(R"({"op": "object", "name": "kept", "type": "size_t[2]", "value": "u32[2]:0100000002000000", "retained": true})"));
  Say(json::parse(R"({"op": "write", "pointer": "ptr:&kept+4", "type": "size_t", "value": "u32:00000009"})"));
  Say({{"op", "read"}, {"name", "kept"}});
  Say({{"op", "drop"}, {"name", "kept"}});
  Serve();
  EXPECT_EQ(Answer(4)["value"], "u32[2]:0100000009000000");
  ASSERT_EQ(engine_.retained.size(), 1u);
  EXPECT_EQ(engine_.retained[0][4], 9) << "in the layout of the DLL";
  EXPECT_EQ(engine_.retained[0].use_count(), 1) << "dropped";
}

TEST_F(SessionTest, DropsACallbackBeforeTheReset) {
  LoadImage();
  const json drop{{"op", "drop"}, {"callback", "edge"}}, call = json::parse(
      R"({"op": "call", "function": "filter", "args": ["ptr:&image+0", "fn:edge"]})");
  Say(drop);
  Say(call);
  Say(drop);
  Serve();
  EXPECT_TRUE(Answer(last_id_ - 2)["ok"]);
  ASSERT_EQ(engine_.callbacks.size(), 1u);
  EXPECT_TRUE(engine_.callbacks[0].expired());
  EXPECT_EQ(Kind(last_id_ - 1), "invalid") << "its name is gone too";
  EXPECT_EQ(Kind(last_id_), "invalid");
}

TEST_F(SessionTest, WithDirectMemoryReachesTheDllsMemoryItself) {
  engine_.description.capabilities.push_back("direct_memory");
  Say(json::parse(R"({"op": "object", "name": "x", "type": "int16_t[2]", "value": "i16[2]:01000200", "retained": true})"));
  Say({{"op", "load"}, {"module", "m"}, {"path", "m.dll"}});
  Say(json::parse(R"({"op": "bind", "function": "first", "module": "m", "symbol": "first", "convention": "cdecl", "args": ["int16_t*"], "result": "int16_t*"})"));
  Say(json::parse(R"({"op": "call", "function": "first", "args": ["ptr:&x+0"]})"));
  Serve();
  EXPECT_EQ(Last()["result"], "ptr:&x+2");
  EXPECT_TRUE(engine_.retained.empty());
}

TEST_F(SessionTest, LargeArraysGoByPatternAndSideFile) {
  const auto folder = std::filesystem::temp_directory_path() / "spanproof_session_test";
  std::filesystem::create_directories(folder);
  GreetAgain({{"exchange", folder.generic_string()}});
  Say({{"op", "object"}, {"name", "big"}, {"type", "uint8_t[100000]"}, {"value", "u8[100000]@pattern:counter:3"}});
  Say({{"op", "read"}, {"name", "big"}});
  Serve();
  const auto said = Last()["value"].get<std::string>();
  ASSERT_TRUE(said.starts_with("u8[100000]@file:")) << said;
  std::ifstream file(said.substr(said.find("file:") + 5), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  ASSERT_EQ(bytes.size(), 100000u);
  EXPECT_EQ(static_cast<unsigned char>(bytes[300]), (300 + 3) % 256);
  file.close();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace spanproof
