// SPDX-License-Identifier: MIT
#include "bridge/core/nearest.h"

#include <gtest/gtest.h>

namespace bridge {
namespace {

TEST(Nearest, SuggestsTheNameWithTheFewestEdits) {
  EXPECT_EQ(SuggestName("widht", {"data", "width", "height"}), " (did you mean 'width'?)");
  EXPECT_EQ(SuggestName("heigt", {"data", "width", "height"}), " (did you mean 'height'?)");
}

TEST(Nearest, ListsAllWhereNoneIsNear) {
  EXPECT_EQ(SuggestName("pixels", {"data", "width"}), " (there is 'data', 'width')");
}

TEST(Nearest, SaysNothingWhereThereIsNothing) { EXPECT_EQ(SuggestName("x", {}), ""); }

TEST(Nearest, TakesTheFirstOfSeveralThatAreEquallyNear) {
  EXPECT_EQ(SuggestName("ac", {"ab", "ad"}), " (did you mean 'ab'?)");
  EXPECT_EQ(SuggestName("", {"ab"}), " (did you mean 'ab'?)");
}

}  // namespace
}  // namespace bridge
