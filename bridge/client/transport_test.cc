// SPDX-License-Identifier: MIT
#include <sys/stat.h>

#include <thread>

#include "bridge/client/shared_file.h"
#include "bridge/client/wine_testing.h"

namespace bridge {
namespace {

using namespace testing;

// Wine, for hosts that are not told of /proc; as where that is another one.
WineCommand WineWithoutProc() {
  return WineCommand(std::vector<std::string>{
      "/bin/sh", "-c", "case $2 in /proc/*) echo no such file >&2; exit 4;; esac; exec " SPANPROOF_TEST_WINE64 " \"$@\"", "sh"});
}

void ExpectItWorks(const Session& session) {
  auto add = session.Load(Dll("add_cdecl")).Function<int(int, int)>("add_int");
  EXPECT_EQ(add(5, 7), 12);
  std::thread([&] { EXPECT_EQ(add(-5, 7), 2); }).join();
  std::string letters(100000, 'o');
  auto replace = session.Load(Dll("text_cdecl"))
                     .Function<void(char*, char, char)>("replace_letter", {.memsync = {{.pointer = {0}, .null = true}}});
  replace(letters.data(), 'o', 'u');
  EXPECT_EQ(letters, std::string(100000, 'u'));
}

TEST(Transport, ByNamesNothingIsLeftWhileTheSessionLives) {
  const Session session = Start({.transport = Transport::kNamed});
  EXPECT_EQ(SharedMemoryFiles(), std::vector<std::string>());
  ExpectItWorks(session);
  EXPECT_EQ(SharedMemoryFiles(), std::vector<std::string>());
}

TEST(Transport, NamesTakeOverWhereProcIsNotShared) {
  ExpectItWorks(Start({.wine = WineWithoutProc()}));
  EXPECT_EQ(SharedMemoryFiles(), std::vector<std::string>());
}

TEST(Transport, WhereOnlyProcIsAllowedTheErrorQuotesTheHost) {
  const Error error = Refused([] { Start({.wine = WineWithoutProc(), .transport = Transport::kProc}); });
  EXPECT_EQ(error.code, ErrorCode::kDisconnected);
  EXPECT_TRUE(Says(error, {"status 4", "no such file"}));
}

TEST(Transport, NamesAreTheOwnersAloneAndGoWithTheirOwner) {
  {
    auto memory = MakeSharedMemory(Meeting::kNamed, 4096);
    ASSERT_TRUE(memory) << memory.error().message;
    auto pipe = MakeSharedPipe(Meeting::kNamed);
    ASSERT_TRUE(pipe) << pipe.error().message;
    struct stat status {};
    ASSERT_EQ(stat(memory->path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    ASSERT_EQ(stat(pipe->read_path.c_str(), &status), 0);
    EXPECT_TRUE(S_ISFIFO(status.st_mode));
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_NE(memory->path, pipe->read_path);
  }
  EXPECT_EQ(SharedMemoryFiles(), std::vector<std::string>());
}

}  // namespace
}  // namespace bridge
