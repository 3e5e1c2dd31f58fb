// SPDX-License-Identifier: MIT
#include "harness/testee/manifest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace spanproof {
namespace {

Expected<TesteeManifest> Load(const std::string& text) {
  const auto file = std::filesystem::path(testing::TempDir()) / "sample.json";
  std::ofstream(file) << text;
  return LoadManifest(file);
}

TEST(Manifest, FillsPlaceholders) {
  const auto manifest = Load(R"({"command": ["{bin}/x", "--arch={arch}"], "architectures": ["win64"],
                                 "environment": {"A": "{arch}"}})");
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->name, "sample");
  EXPECT_EQ(manifest->kind, "sample");
  const auto command = CommandOf(*manifest, {{"bin", {"/b"}}, {"arch", {"win64"}}});
  ASSERT_TRUE(command);
  EXPECT_EQ(command->arguments, (std::vector<std::string>{"/b/x", "--arch=win64"}));
  EXPECT_EQ(command->environment[0].second, "win64");
  EXPECT_FALSE(CommandOf(*manifest, {{"bin", {"/b"}}}));
}

TEST(Manifest, APlaceholderOfSeveralWordsMakesTheCommandLonger) {
  const Placeholders values{{"wine", {"enter", "/root", "wine64"}}};
  const auto manifest =
      Load(R"({"command": ["{wine}", "a.exe"], "architectures": ["win64"]})");
  ASSERT_TRUE(manifest) << manifest.error().message;
  const auto command = CommandOf(*manifest, values);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->arguments, (std::vector<std::string>{"enter", "/root", "wine64", "a.exe"}));

  const auto within = Load(R"({"command": ["--with={wine}"], "architectures": ["win64"]})");
  ASSERT_TRUE(within);
  const auto refused = CommandOf(*within, values);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("{wine} stands for 3 words"), std::string::npos);
}

TEST(Manifest, NamesAMisspeltMember) {
  const auto manifest = Load(R"({"comand": ["x"], "architectures": ["win64"]})");
  ASSERT_FALSE(manifest);
  EXPECT_NE(manifest.error().message.find("command"), std::string::npos);
}

TEST(Manifest, ThatIsAFolderIsAnError) {
  const auto manifest = LoadManifest(testing::TempDir());
  ASSERT_FALSE(manifest);
  EXPECT_NE(manifest.error().message.find("cannot be read"), std::string::npos);
}

TEST(Manifest, SaysPathsAsWineKnowsThem) {
  TesteeManifest manifest;
  EXPECT_EQ(PathFor(manifest, "/a/b.dll"), "/a/b.dll");
  manifest.paths = TesteeManifest::Paths::kWine;
  EXPECT_EQ(PathFor(manifest, "/a/b.dll"), "Z:\\a\\b.dll");
}

TEST(Manifest, OursAreWellFormed) {
  const std::filesystem::path folder = SPANPROOF_SOURCE_DIR "/harness/testee/manifests";
  const auto manifests = LoadManifests(folder);
  ASSERT_TRUE(manifests) << manifests.error().message;
  const std::filesystem::directory_iterator files(folder);
  EXPECT_EQ(manifests->size(), static_cast<std::size_t>(std::distance(begin(files), end(files))));
  for (const char* name : {"inproc", "inproc-ffi", "bridge", "bridge-msvc", "nothing", "echo"}) {
    const auto known = std::find_if(manifests->begin(), manifests->end(), [&](const auto& one) { return one.name == name; });
    EXPECT_NE(known, manifests->end()) << name;
  }
}

}  // namespace
}  // namespace spanproof
