// SPDX-License-Identifier: MIT
// The five worked examples of zugbruecke's documentation and `bar`, through the
// typed interface on real Wine: once with the segment at one address on both
// sides, once with every pointer translated.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "bridge/client/wine_testing.h"

namespace bridge::testing {
namespace {

class WorkedExample : public ::testing::TestWithParam<bool> {
 protected:
  Session session_ = Start({.same_address = GetParam()});

  Module Load(const std::string& name) { return session_.Load(Dll(name)); }
};
INSTANTIATE_TEST_SUITE_P(On, WorkedExample, ::testing::Bool(),
                         [](const auto& one) { return one.param ? "SameAddress" : "TranslatedAddresses"; });

TEST_P(WorkedExample, BubblesortInBothConventions) {
  for (const auto& [name, convention] :
       {std::pair{"sort_cdecl", Convention::kCdecl}, std::pair{"sort_stdcall", Convention::kStdcall}}) {
    auto sort = Load(name).Function<void(float*, int)>(
        "bubblesort",
        {.convention = convention, .memsync = {{.pointer = {0}, .length = {{1}}, .type = kFloat}}});
    std::vector<float> values = {5.74f, 3.72f, 6.28f, 8.6f, 9.34f, 6.47f, 2.05f, 9.09f, 4.39f, 4.75f};
    sort(values.data(), static_cast<int>(values.size()));
    EXPECT_EQ(values, (std::vector<float>{2.05f, 3.72f, 4.39f, 4.75f, 5.74f, 6.28f, 6.47f, 8.6f, 9.09f, 9.34f}));
    std::vector<float> untouched = {2, 1, 0};
    sort(untouched.data(), 2);
    EXPECT_EQ(untouched, (std::vector<float>{1, 2, 0})) << "nothing beyond the length";
    sort(untouched.data(), 0);
    sort(nullptr, 0);
  }
}

TEST_P(WorkedExample, ProcessImage) {
  auto process = Load("image_cdecl")
                     .Function<void(float*, int, int)>("process_image", {.memsync = {{.pointer = {0},
                                                                                      .length = {{1}, {2}},
                                                                                      .func = "lambda x, y: x * y",
                                                                                      .type = kFloat}}});
  std::vector<float> pixels = {0.0f, 0.25f, 0.5f, 1.0f, 2.0f, -1.0f};
  process(pixels.data(), 3, 2);
  EXPECT_EQ(pixels, (std::vector<float>{0.5f, 0.75f, 1.0f, 2.0f, -1.0f, 0.0f}));
  std::vector<float> large(1000 * 700, 0.25f);
  process(large.data(), 1000, 700);
  EXPECT_EQ(std::count(large.begin(), large.end(), 0.75f), 700000);
}

TEST_P(WorkedExample, ReplaceLetter) {
  auto replace = Load("text_cdecl")
                     .Function<void(char*, char, char)>("replace_letter", {.memsync = {{.pointer = {0}, .null = true}}});
  char text[] = "zategahuba\0zzz";
  replace(text, 'a', 'e');
  EXPECT_EQ(std::string(text, sizeof text - 1), std::string("zetegehube\0zzz", 14));
  std::string large(100000, 'a');
  replace(large.data(), 'a', 'e');
  EXPECT_EQ(large, std::string(100000, 'e'));
}

TEST_P(WorkedExample, ReplaceLetterW) {
  auto replace = Load("text_cdecl").Function<void(char16_t*, char16_t, char16_t)>(
      "replace_letter_w", {.memsync = {{.pointer = {0}, .null = true, .unic = true}}});
  char16_t text[] = u"zat\u00e9gah\u20acba\0aa";
  replace(text, u'a', u'\u0142');
  EXPECT_EQ(std::u16string(text, 13), std::u16string(u"z\u0142t\u00e9g\u0142h\u20acb\u0142\0aa", 13));
}

TEST_P(WorkedExample, ReplaceLetterWInTextOfThisProcess) {
  auto replace = Load("text_cdecl").Function<void(char16_t*, char16_t, char16_t)>(
      "replace_letter_w", {.memsync = {{.pointer = {0}, .null = true, .unic = true}}});
  WideBuffer text(32, L"zat\u00e9gah\u20acba\U0001f600");
  replace(text.data(), u'a', u'\u0142');
  EXPECT_EQ(text.text(), L"z\u0142t\u00e9g\u0142h\u20acb\u0142\U0001f600");
}

TEST_P(WorkedExample, FilterEdgeDetection) {
  std::vector<std::int16_t> pixels = {0, 0, 0, 0, 0, 9, 1, 0, 0, 1, 9, 0, 0, 0, 0, 0};
  Image image{pixels.data(), 4, 4};
  std::vector<int> centres;
  auto edges = session_.MakeCallback<Filter>(
      [&](Image* window) {
        EXPECT_EQ(window->width * window->height, 9);
        const std::int16_t* p = window->data;
        centres.push_back(p[4]);
        const int edge = 4 * p[4] - p[1] - p[3] - p[5] - p[7];
        window->data[4] = -1;  // has no effect, says the DLL
        return static_cast<std::int16_t>(edge);
      },
      ImageData());
  auto apply = Load("image_cdecl").Function<std::int16_t(Image*, Callback<Filter>)>("apply_filter", ImageData());
  EXPECT_EQ(apply(&image, edges), 4);
  EXPECT_EQ(centres, (std::vector<int>{9, 1, 1, 9}));
  EXPECT_EQ(pixels, (std::vector<std::int16_t>{0, 0, 0, 0, 0, 34, -14, 0, 0, -14, 34, 0, 0, 0, 0, 0}));
  EXPECT_EQ(image.data, pixels.data());
}

TEST_P(WorkedExample, BarPrints) {
  auto bar = Load("foo_cdecl").Function<int(double*, int)>(
      "bar", {.memsync = {{.pointer = {0}, .length = {{1}}, .type = kDouble}}});
  double data[] = {1.0, -2.5, 1e3};
  EXPECT_EQ(bar(data, 3), 4);
  const Text text = session_.TakeText();
  const auto first = text.out.find('\n');
  ASSERT_NE(first, text.out.npos) << text.out;
  EXPECT_TRUE(text.out.starts_with("data = ")) << text.out;
  std::string lines = text.out.substr(first + 1);
  std::erase(lines, '\r');
  EXPECT_EQ(lines, "data[0] = 1.000000\ndata[1] = -2.500000\ndata[2] = 1000.000000\nlen = 3\n");
  EXPECT_EQ(text.err, "");
  EXPECT_EQ(session_.TakeText().out, "") << "text is taken once";
}

}  // namespace
}  // namespace bridge::testing
