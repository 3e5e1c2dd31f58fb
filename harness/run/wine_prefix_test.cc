// SPDX-License-Identifier: MIT
#include "harness/run/wine_prefix.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace spanproof {
namespace {

namespace fs = std::filesystem;

// A Wine of two scripts. Its wineboot does what `boot` says, with $n the how manieth it is.
class FakeWine : public testing::Test {
 protected:
  FakeWine() { fs::create_directories(folder_); }
  ~FakeWine() override { fs::remove_all(folder_); }

  Expected<std::unique_ptr<WinePrefix>> Open(const std::string& boot) {
    const std::string count = (folder_ / "boots").string();
    Script("wine64", "[ \"$1\" = wineboot.exe ] || exit 0\necho >> " + count + "; n=$(wc -l < " + count + ")\n" + boot);
    const std::string server = (folder_ / "server").string();
    Script("wineserver", "case $1 in -f) echo $$ > " + server + "; exec sleep 20 ;; -k) [ ! -e " + server +
                             " ] || kill $(cat " + server + ") ;; esac; exit 0");
    Wine wine;
    wine.version = wine.full_version = "9.9";
    wine.loader64 = folder_ / "wine64";
    wine.server = folder_ / "wineserver";
    return WinePrefix::Open(wine, folder_ / "prefix", [this](const std::string& line) { told_ += line + "\n"; }, -1);
  }

  long Boots() const {
    std::ifstream file(folder_ / "boots");
    std::ostringstream all;
    all << file.rdbuf();
    return static_cast<long>(all.str().size());
  }

  std::string told_;

 private:
  void Script(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << "#!/bin/sh\n" << text << "\n";
    fs::permissions(folder_ / name, fs::perms::owner_all);
  }

  const fs::path folder_ = fs::path(testing::TempDir()) / ("wine_prefix_" + std::to_string(getpid()));
};

TEST_F(FakeWine, ThatBootsAtOnceBootsOnce) {
  const auto prefix = Open("touch $WINEPREFIX/system.reg");
  ASSERT_TRUE(prefix) << prefix.error().message;
  EXPECT_EQ(Boots(), 1);
}

TEST_F(FakeWine, WhoseFirstBootEndsBadlyBootsAgain) {
  const auto prefix = Open("touch $WINEPREFIX/system.reg; [ $n -gt 1 ] || { echo no such DLL >&2; exit 53; }");
  ASSERT_TRUE(prefix) << prefix.error().message;
  EXPECT_EQ(Boots(), 2);
  EXPECT_NE(told_.find("ended with status 53: no such DLL"), std::string::npos) << told_;
}

TEST_F(FakeWine, ThatNeverBootsIsAnErrorWithItsWords) {
  const auto prefix = Open("echo no such DLL >&2; exit 53");
  ASSERT_FALSE(prefix);
  EXPECT_NE(prefix.error().message.find("no such DLL"), std::string::npos) << prefix.error().message;
  EXPECT_EQ(Boots(), 3);
}

TEST_F(FakeWine, ThatLeavesNoPrefixIsAnError) {
  const auto prefix = Open("exit 0");
  ASSERT_FALSE(prefix);
  EXPECT_NE(prefix.error().message.find("left no prefix"), std::string::npos) << prefix.error().message;
}

}  // namespace
}  // namespace spanproof
