// SPDX-License-Identifier: MIT
// Sessions, modules and functions on real Wine.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

using Clock = std::chrono::steady_clock;

class SessionTest : public ::testing::Test {
 protected:
  Session session_ = Start();
  Module add_ = session_.Load(Dll("add_cdecl"));
  Function<int(int, int)> add_int_ = add_.Function<int(int, int)>("add_int");
};

TEST_F(SessionTest, CallsWithScalars) {
  EXPECT_EQ(add_int_(5, 7), 12);
  EXPECT_EQ(add_int_(-5, 3), -2);
  EXPECT_EQ(add_int_(INT32_MAX, 1), INT32_MIN);
}

TEST_F(SessionTest, BringsBackEveryByteOfABuffer) {
  auto touch = add_.Function<int(std::uint8_t*, int)>("touch_each", {.memsync = {{.pointer = {0}, .length = {{1}}}}});
  for (int size : {1, 2, 15, 16, 17, 4095, 4096, 4097, 65537, 3000000}) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(size) + 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + 7);
    auto expected = bytes;
    for (int i = 0; i < size; ++i) ++expected[static_cast<std::size_t>(i)];
    ASSERT_EQ(touch(bytes.data(), size), size);
    ASSERT_EQ(bytes, expected) << size;
  }
}

TEST_F(SessionTest, OverlappingArgumentsAreOneMemory) {
  auto move = session_.Load("msvcrt.dll")
                  .Function<void*(std::uint8_t*, const std::uint8_t*, Size)>(
                      "memmove", {.memsync = {{.pointer = {0}, .length = {{2}}}, {.pointer = {1}, .length = {{2}}}}});
  std::uint8_t bytes[] = {0, 1, 2, 3, 4, 5, 6, 7};
  EXPECT_EQ(move(bytes + 2, bytes, Size{6}), bytes + 2) << "the result is the client's own address";
  EXPECT_EQ(std::vector<std::uint8_t>(bytes, bytes + 8), (std::vector<std::uint8_t>{0, 1, 0, 1, 2, 3, 4, 5}));
}

TEST_F(SessionTest, APointerIntoPassedMemoryComesBackAsTheClientsOwn) {
  for (bool same_address : {true, false}) {
    auto session = Start({.same_address = same_address});
    auto find = session.Load("msvcrt.dll").Function<char*(const char*, int)>(
        "strchr", {.memsync = {{.pointer = {0}, .null = true}, {.pointer = {"r"}, .null = true}}});
    const char* text = "abcdef";
    EXPECT_EQ(find(text, 'd'), text + 3);
    EXPECT_EQ(find(text, 'x'), nullptr);
  }
}

TEST_F(SessionTest, MemoryOfTheDllBehindAResultIsRead) {
  for (bool same_address : {true, false}) {
    auto session = Start({.same_address = same_address});
    auto name = session.Load(Dll("layout_facts_cdecl"))
                    .Function<const char*(int)>("layout_fact_name", {.memsync = {{.pointer = {"r"}, .null = true}}});
    const char* first = name(0);
    ASSERT_NE(first, nullptr);
    EXPECT_STREQ(first, "sizeof(bool)");
    EXPECT_EQ(name(-1), nullptr);
  }
}

TEST_F(SessionTest, MoreThanSixArgumentsCross) {
  // kernel32's FormatMessageW has seven, and writes into the fifth.
  auto format = session_.Load("kernel32.dll")
                    .Function<std::uint32_t(std::uint32_t, const char16_t*, std::uint32_t, std::uint32_t, char16_t*,
                                            std::uint32_t, Size)>(
                        "FormatMessageW", {.convention = Convention::kStdcall,
                                           .memsync = {{.pointer = {1}, .null = true, .unic = true},
                                                       {.pointer = {4}, .length = {{5}}, .type = kChar16}}});
  char16_t buffer[64] = {};
  // FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_IGNORE_INSERTS
  EXPECT_EQ(format(0x400 | 0x200, u"seven of %1!d!", 0, 0, buffer, 64, Size{0}), 14u);
  EXPECT_EQ(std::u16string(buffer), u"seven of %1!d!");
}

TEST_F(SessionTest, LastErrorIsTheThreadsOwn) {
  auto set = add_.Function<std::uint32_t(std::uint32_t)>("set_last_error");
  set(1234);
  EXPECT_EQ(session_.LastError(), 1234u);
  EXPECT_EQ(set(77), 1234u) << "the DLL finds it again";
  std::thread other([&] {
    set(5);
    EXPECT_EQ(session_.LastError(), 5u);
  });
  other.join();
  EXPECT_EQ(session_.LastError(), 77u);
  add_int_(1, 2);
  EXPECT_EQ(set(0), 77u) << "kept between calls";
}

TEST_F(SessionTest, AFaultIsAnErrorAndTheSessionGoesOn) {
  auto length = session_.Load("msvcrt.dll").Function<Size(Size)>("strlen");
  auto tried = length.TryCall(Size{16});
  ASSERT_FALSE(tried);
  EXPECT_EQ(tried.error().code, ErrorCode::kFault);
  EXPECT_EQ(tried.error().os_error, 0xc0000005u);
  EXPECT_NE(tried.error().address, 0u);
  EXPECT_TRUE(Says(tried.error(), {"strlen raised exception 0xc0000005 (access violation, reading 0x10) at msvcrt.dll+0x"}));
  EXPECT_EQ(add_int_(1, 2), 3);
}

TEST_F(SessionTest, AFaultLeavesTheClientsMemoryAlone) {
  auto copy = session_.Load("msvcrt.dll").Function<Size(std::uint8_t*, Size, Size)>(
      "memcpy", {.memsync = {{.pointer = {0}, .length = {{2}}}}});
  std::uint8_t bytes[4] = {1, 2, 3, 4};
  EXPECT_FALSE(copy.TryCall(bytes, Size{16}, Size{4}));
  EXPECT_EQ(bytes[0], 1);
  for (int i = 0; i < 100; ++i) ASSERT_FALSE(copy.TryCall(bytes, Size{16}, Size{4}));
  EXPECT_EQ(add_int_(1, 2), 3);
}

// What is missing is said within a second, and the next call works.
TEST_F(SessionTest, ADllThatDoesNotExistIsNamed) {
  for (const char* name : {"/nowhere/nothere.dll", "nothere.dll", "folder/nothere.dll", ""}) {
    const auto start = Clock::now();
    const Error error = Refused([&] { session_.Load(name); });
    EXPECT_EQ(error.code, ErrorCode::kNotFound) << error.message;
    EXPECT_EQ(error.os_error, 126u) << name;
    EXPECT_TRUE(Says(error, {name, "126"}));
    EXPECT_LT(MillisecondsSince(start), 1000);
    EXPECT_EQ(add_int_(1, 2), 3);
  }
}

TEST_F(SessionTest, AFileThatIsNoDllIsNamed) {
  const auto start = Clock::now();
  const Error error = Refused([&] { session_.Load(Dll("not_a_dll")); });
  EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(error.os_error, 193u);
  EXPECT_TRUE(Says(error, {"not_a_dll.dll", "no 64-bit DLL", "193"}));
  EXPECT_LT(MillisecondsSince(start), 1000);
  EXPECT_EQ(add_int_(1, 2), 3);
}

TEST_F(SessionTest, ASymbolThatDoesNotExistIsNamed) {
  const auto start = Clock::now();
  auto nothing = add_.TryFunction<int(int)>("add_integer");
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(nothing.error().os_error, 127u);
  EXPECT_TRUE(Says(nothing.error(), {"add_integer", "add_cdecl.dll", "127"}));
  EXPECT_FALSE(add_.TryFunction<int(int)>(""));
  EXPECT_FALSE(add_.TryFunction<int(int)>("#64000"));
  // No ordinals, and so names: 65537 is not taken for 1, and the host outlives what no number holds.
  for (const char* none : {"#0", "#65537", "#99999999999999999999999999", "#"}) {
    const Error error = Refused([&] { add_.Function<int(int)>(none); });
    EXPECT_EQ(error.code, ErrorCode::kNotFound) << none;
  }
  EXPECT_LT(MillisecondsSince(start), 1000);
  EXPECT_EQ(add_int_(1, 2), 3);
}

TEST_F(SessionTest, DllsAreFoundInTheSearchPathAndInTheFolderOfWindows) {
  auto session = Start({.dll_path = {"/nowhere", std::filesystem::path(Dll("x")).parent_path()}});
  EXPECT_EQ(session.Load("add_cdecl.dll").Function<int(int, int)>("add_int")(2, 3), 5);
  EXPECT_NE(session.Load("kernel32.dll").Function<std::uint32_t()>("GetCurrentThreadId")(), 0u);
}

TEST_F(SessionTest, PathsOutsideAsciiAreFound) {
  const auto folder = std::filesystem::temp_directory_path() / ("spanproof-d\u00e9j\u00e0 \u20ac-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  std::filesystem::copy_file(Dll("add_cdecl"), folder / "a d\u00fcnne.dll");
  EXPECT_EQ(session_.Load((folder / "a d\u00fcnne.dll").string()).Function<int(int, int)>("add_int")(2, 3), 5);
  std::filesystem::remove_all(folder);
}

TEST_F(SessionTest, MistakesInMemsyncAreSaidWhenBinding) {
  auto sort = session_.Load(Dll("sort_cdecl"));
  auto beyond = sort.TryFunction<void(float*, int)>("bubblesort", {.memsync = {{.pointer = {0}, .length = {{5}}}}});
  ASSERT_FALSE(beyond);
  EXPECT_EQ(beyond.error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(Says(beyond.error(), {"binding 'bubblesort'", "[5]", "2 arguments"}));
  Memsync wrong = ImageData().memsync[0];
  wrong.length[0] = {0, "widht"};
  auto misspelt = session_.Load(Dll("image_cdecl"))
                      .TryFunction<std::int16_t(Image*, Callback<Filter>)>("filter_whole", {.memsync = {wrong}});
  ASSERT_FALSE(misspelt);
  EXPECT_TRUE(Says(misspelt.error(), {"'widht'", "did you mean 'width'?"}));
  wrong = ImageData().memsync[0];
  wrong.func = "lambda x, y: x ** ";
  auto junk = session_.Load(Dll("image_cdecl"))
                  .TryFunction<std::int16_t(Image*, Callback<Filter>)>("filter_whole", {.memsync = {wrong}});
  ASSERT_FALSE(junk);
  EXPECT_TRUE(Says(junk.error(), {"column"}));
}

TEST_F(SessionTest, APathThatEndsInADotIsAFileWithoutASuffix) {
  const std::string path = Dll("no_suffix");  // with ".dll"
  auto loaded = session_.TryLoad(path.substr(0, path.size() - 3));
  EXPECT_TRUE(loaded) << loaded.error().message;
}

TEST_F(SessionTest, BadLengthsAreSaidWhenCallingAndNothingIsCalled) {
  auto sort = session_.Load(Dll("sort_cdecl"))
                  .Function<void(float*, int)>("bubblesort",
                                               {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kFloat}}});
  float values[2] = {2, 1};
  EXPECT_TRUE(Says(Refused([&] { sort(values, -1); }), {"argument 0", "negative: -1"}));
  EXPECT_EQ(values[0], 2);
  sort(values, 2);
  EXPECT_EQ(values[0], 1);
}

TEST_F(SessionTest, MoreMemoryThanTheSegmentHoldsIsAnErrorAndNotACrash) {
  auto touch = add_.Function<int(std::uint8_t*, Int64)>("touch", {.memsync = {{.pointer = {0}, .length = {{1}}}}});
  std::uint8_t byte = 0;
  const Error error = Refused([&] { touch(&byte, Int64{1} << 39); });
  EXPECT_TRUE(Says(error, {"no room", "bytes"}));
  EXPECT_EQ(add_int_(1, 2), 3);
}

TEST_F(SessionTest, UseAfterUnloadIsRefused) {
  auto copy = add_;
  add_.Unload();
  const Error called = Refused([&] { add_int_(1, 2); });
  EXPECT_EQ(called.code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(Says(called, {"add_int", "add_cdecl.dll", "unloaded"}));
  EXPECT_TRUE(Says(Refused([&] { (void)copy.Function<int(int, int)>("add_int"); }), {"unloaded"}));
  EXPECT_TRUE(Says(Refused([&] { copy.Unload(); }), {"unloaded before"}));
  auto again = session_.Load(Dll("add_cdecl"));
  EXPECT_EQ(again.Function<int(int, int)>("add_int")(1, 2), 3);
}

TEST_F(SessionTest, ADllLoadedTwiceStaysUntilBothAreUnloaded) {
  auto second = session_.Load(Dll("add_cdecl"));
  auto function = second.Function<int(int, int)>("add_int");
  add_.Unload();
  EXPECT_EQ(function(1, 2), 3);
}

TEST_F(SessionTest, ManyThreadsCallAtOnce) {
  auto touch = add_.Function<int(std::uint8_t*, int)>("touch_each", {.memsync = {{.pointer = {0}, .length = {{1}}}}});
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      std::vector<std::uint8_t> bytes(static_cast<std::size_t>(100 + 700 * t));
      for (int i = 0; i < 400; ++i) {
        wrong += add_int_(t, i) != t + i;
        wrong += touch(bytes.data(), static_cast<int>(bytes.size())) != static_cast<int>(bytes.size());
        wrong += bytes.back() != static_cast<std::uint8_t>(i + 1);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(SessionTest, EachThreadHasAThreadOfItsOwnInTheHost) {
  auto id = session_.Load("kernel32.dll").Function<std::uint32_t()>("GetCurrentThreadId");
  const std::uint32_t mine = id();
  std::uint32_t other = mine;
  std::thread([&] { other = id(); }).join();
  EXPECT_NE(other, mine);
  EXPECT_EQ(id(), mine);
}

TEST_F(SessionTest, ThreadsThatEndGiveBackTheirChannel) {
  add_int_(0, 0);
  const std::size_t before = OpenDescriptors();
  for (int i = 0; i < 600; ++i) {  // more than there are channels
    int sum = 0;
    std::thread([&] { sum = add_int_.TryCall(i, 1).value_or(-1); }).join();
    ASSERT_EQ(sum, i + 1);
  }
  EXPECT_LE(OpenDescriptors(), before + 2);
  const std::filesystem::path host = "/proc/" + std::to_string(HostsOf(getpid()).at(0)) + "/fd";
  EXPECT_LT(std::distance(std::filesystem::directory_iterator(host), {}), 200) << "the host keeps nothing of theirs";
}

TEST_F(SessionTest, MoreThreadsThanThereAreChannelsAreRefused) {
  constexpr int kThreads = 256;  // 255 channels besides the control channel
  std::atomic<int> called = 0, refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i)
    threads.emplace_back([&] {
      const auto sum = add_int_.TryCall(1, 2);
      if (!sum && Says(sum.error(), {"255 threads use this session already", "start another session"})) ++refused;
      ++called;
      while (called < kThreads) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // nobody ends, and gives back, before all have called
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(refused, 1);
  EXPECT_EQ(add_int_(1, 2), 3);
}

TEST_F(SessionTest, TwoSessionsAreTwoProcesses) {
  auto second = Start();
  auto store = [](const Session& session) {
    return session.Load(Dll("callbacks_cdecl")).Function<void(Callback<int(int)>)>("store_callback");
  };
  auto stored = second.Load(Dll("callbacks_cdecl")).Function<int(int)>("call_stored");
  auto callback = session_.MakeCallback<int(int)>([](int x) { return x; });
  store(session_)(callback);
  EXPECT_EQ(stored(5), -1);
  auto other = second.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(add_int_(i, 1), i + 1);
    ASSERT_EQ(other(i, 2), i + 2);
  }
  EXPECT_EQ(HostsOf(getpid()).size(), 2u);
}

TEST_F(SessionTest, ACallbackOfOneSessionMayCallIntoAnother) {
  auto second = Start();
  auto other = second.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
  auto twice = session_.Load(Dll("callbacks_cdecl")).Function<int(Callback<int(int)>, int)>("call_twice");
  EXPECT_EQ(twice(session_.MakeCallback<int(int)>([&](int x) { return other(x, 100); }), 1), 201);
}

TEST_F(SessionTest, TextOfMoreThanAPipeHoldsComesThrough) {
  auto bar = session_.Load(Dll("foo_cdecl")).Function<int(double*, int)>(
      "bar", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kDouble}}});
  std::vector<double> data(20000, 0.5);
  EXPECT_EQ(bar(data.data(), 20000), 20001);
  const std::string out = session_.TakeText().out;
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 20002);
  EXPECT_NE(out.find("data[19999] = 0.500000"), out.npos);
  EXPECT_NE(out.find("len = 20000"), out.npos);
}

TEST_F(SessionTest, TextThatARuntimeHoldsBackIsFlushedFirst) {
  auto puts = session_.Load("ucrtbase.dll").Function<int(const char*)>("puts", {.memsync = {{.pointer = {0}, .null = true}}});
  EXPECT_GE(puts("held back"), 0);
  std::string out = session_.TakeText().out;
  std::erase(out, '\r');
  EXPECT_EQ(out, "held back\n");
}

TEST(SessionStart, SaysWhatIsMissing) {
  auto no_wine = Session::TryStart({.wine = "/nowhere/wine"});
  ASSERT_FALSE(no_wine);
  EXPECT_EQ(no_wine.error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(Says(no_wine.error(), {"/nowhere/wine"}));
  auto no_host = Session::TryStart({.host = "/nowhere/spanproof-host.exe"});
  ASSERT_FALSE(no_host);
  EXPECT_TRUE(Says(no_host.error(), {"/nowhere/spanproof-host.exe", "leave the option out"}));

  const std::filesystem::path root = std::filesystem::path(::testing::TempDir()) / ("spanproof-no-loader-" + std::to_string(getpid()));
  std::filesystem::create_directories(root / "etc");
  std::filesystem::create_directories(root / "usr/lib/wine");
  std::ofstream(root / "etc/debian_version") << "12\n";
  auto no_loader = Session::TryStart({.wine = root.string()});
  std::filesystem::remove_all(root);
  ASSERT_FALSE(no_loader);
  EXPECT_TRUE(Says(no_loader.error(), {root.c_str(), "has no usr/lib/wine/wine64", "make_wine_root.sh"}));
}

TEST(SessionStart, AHostThatIsNoneEndsInAnErrorThatQuotesIt) {
  const auto start = Clock::now();
  auto started = Session::TryStart({.host = Dll("not_a_dll"), .start_timeout = std::chrono::milliseconds(20000)});
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kDisconnected) << started.error().message;
  EXPECT_LT(MillisecondsSince(start), 15000);
  auto wrong_program = Session::TryStart({.wine = "/bin/false"});
  ASSERT_FALSE(wrong_program);
  EXPECT_TRUE(Says(wrong_program.error(), {"exited with status 1"}));
  EXPECT_EQ(SegmentsHeld(), "");
}

TEST(SessionStartDeathTest, NothingOfASessionTakesThePlaceOfStandardStreamsThatAreClosed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto act = [] {
    for (int stream = 0; stream <= 2; ++stream) close(stream);
    Session session = Start();
    auto add = session.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
    if (add(40, 2) != 42) _exit(1);
    for (int stream = 0; stream <= 2; ++stream)
      if (fcntl(stream, F_GETFD) != -1) _exit(10 + stream);
    _exit(0);
  };
  EXPECT_EXIT(act(), ::testing::ExitedWithCode(0), "");
}

TEST(SessionStart, ADescriptorLimitIsAnErrorAndLeavesNothing) {
  const std::size_t before = OpenDescriptors();
  std::vector<int> taken;
  for (;;) {
    const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) break;
    taken.push_back(descriptor);
    if (taken.size() > 100000) break;
  }
  auto started = Session::TryStart();
  for (int descriptor : taken) close(descriptor);
  if (taken.size() <= 100000) {
    EXPECT_FALSE(started);
  }
  if (!started) {
    EXPECT_EQ(OpenDescriptors(), before);
  }
}

}  // namespace
}  // namespace bridge::testing
