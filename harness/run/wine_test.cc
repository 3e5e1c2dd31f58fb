// SPDX-License-Identifier: MIT
#include "harness/run/wine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "harness/run/lane.h"

namespace spanproof {
namespace {

namespace fs = std::filesystem;

// An installation whose enter-wine-root answers for every root, and roots that
// look like make_wine_root.sh's.
class WineRoot : public testing::Test {
 protected:
  WineRoot() { fs::create_directories(folder_ / "lib/spanproof"); }
  ~WineRoot() override { fs::remove_all(folder_); }

  void Answer(const std::string& script) {
    const fs::path enter = installation_.enter_wine_root();
    std::ofstream(enter) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(enter, fs::perms::owner_all);
  }

  fs::path Root(const std::string& name, std::initializer_list<const char*> programs) {
    const fs::path root = folder_ / name, wine = root / "usr/lib/wine";
    fs::create_directories(root / "etc");
    fs::create_directories(wine);
    std::ofstream(root / "etc/debian_version") << "12.0\n";
    for (const std::string program : programs) {
      std::string head = "\177ELF";
      head += program == "wine" ? '\1' : '\2';
      std::ofstream(wine / program) << head;
      fs::permissions(wine / program, fs::perms::owner_all);
    }
    return root;
  }

  const fs::path folder_ = fs::path(testing::TempDir()) / ("wine_root_" + std::to_string(getpid()));
  const Installation installation_{folder_};
};

TEST_F(WineRoot, IsAWineWhoseProgramsAreNamedFromWithin) {
  Answer("echo 'wine-9.9 (Test)'");
  const fs::path root = Root("both", {"wine64", "wine", "wineserver"});
  const auto wine = FindWine(root, installation_);
  ASSERT_TRUE(wine) << wine.error().message;
  EXPECT_EQ(wine->version, "9.9");
  EXPECT_EQ(wine->full_version, "wine-9.9 (Test)");
  EXPECT_EQ(wine->root, fs::canonical(root));
  EXPECT_EQ(wine->server, "/usr/lib/wine/wineserver");
  EXPECT_EQ(wine->Architectures(), (std::vector<std::string>{"win64", "win32"}));
  EXPECT_EQ(wine->Words(wine->LoaderFor("win32"), {"a.exe"}),
            (std::vector<std::string>{installation_.enter_wine_root().string(),
                                      fs::canonical(root).string(), "/usr/lib/wine/wine", "a.exe"}));
}

TEST_F(WineRoot, ThatCannotBeEnteredSaysWhy) {
  Answer("echo 'bubblewrap is missing' >&2; exit 2");
  const auto wine = FindWine(Root("closed", {"wine64", "wineserver"}), installation_);
  ASSERT_FALSE(wine);
  EXPECT_NE(wine.error().message.find("bubblewrap is missing"), std::string::npos)
      << wine.error().message;
}

TEST_F(WineRoot, WithoutWineIsRefusedByName) {
  const auto wine = FindWine(Root("empty", {}), installation_);
  ASSERT_FALSE(wine);
  EXPECT_NE(wine.error().message.find("has no wine64 and wineserver"), std::string::npos);
}

TEST_F(WineRoot, StandsBesideOthersUnderALabelOfItsOwn) {
  Answer("echo 'wine-9.9 (Test)'");
  const auto wines = FindWines({Root("one", {"wine64", "wineserver"}),
                                Root("two", {"wine64", "wine", "wineserver"})},
                               installation_);
  ASSERT_TRUE(wines) << wines.error().message;
  ASSERT_EQ(wines->size(), 2u);
  TesteeManifest testee;
  testee.name = "inproc";
  testee.uses_wine = true;
  testee.architectures = {"win64", "win32"};
  testee.command = {"{wine}"};
  const Lanes lanes = FindLanes({testee}, *wines, installation_);
  std::vector<std::string> names;
  for (const Lane& lane : lanes.available) names.push_back(lane.Name());
  EXPECT_EQ(names, (std::vector<std::string>{"inproc@wine-9.9/win64", "inproc@wine-9.9-2/win64",
                                             "inproc@wine-9.9-2/win32"}));
  EXPECT_EQ(lanes.missing, std::vector<std::string>{
                               "inproc/win32: wine-9.9 has no 32-bit loader (package wine32:i386)"});
  EXPECT_FALSE(FindWines({folder_ / "nowhere"}, installation_));
}

TEST_F(WineRoot, OfANameThatIsNotThereIsNotTheWineBesideIt) {
  fs::create_directories(folder_ / "bin");
  std::ofstream(folder_ / "bin/wine64") << "\177ELF\2";
  std::ofstream(folder_ / "bin/wineserver") << "\177ELF\2";
  for (const char* program : {"bin/wine64", "bin/wineserver"}) {
    fs::permissions(folder_ / program, fs::perms::owner_all);
  }
  const auto wine = FindWine(folder_ / "bin/wine-of-mine", installation_);
  ASSERT_FALSE(wine);
  EXPECT_NE(wine.error().message.find("there is no such file"), std::string::npos)
      << wine.error().message;
}

}  // namespace
}  // namespace spanproof
