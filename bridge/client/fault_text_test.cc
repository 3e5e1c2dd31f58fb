// SPDX-License-Identifier: MIT
#include "bridge/client/fault_text.h"

#include <gtest/gtest.h>

namespace bridge {
namespace {

TEST(FaultText, SaysCodeWhatWasTouchedAndWhere) {
  EXPECT_EQ(Spell(Exceptional{.code = 0xc0000005, .address = 0x71001234, .touched = 0x10, .access = 0, .module = "faults.dll", .offset = 0x1234}),
            "exception 0xc0000005 (access violation, reading 0x10) at faults.dll+0x1234");
  EXPECT_EQ(Spell(Exceptional{.code = 0xc0000005, .address = 0x71001234, .touched = 0x10, .access = 1, .module = "faults.dll", .offset = 0x1234}),
            "exception 0xc0000005 (access violation, writing 0x10) at faults.dll+0x1234");
  EXPECT_EQ(Spell(Exceptional{.code = 0xc0000005, .address = 0x1234, .touched = 0x1234, .access = 8, .module = {}, .offset = 0}),
            "exception 0xc0000005 (access violation, executing 0x1234) at 0x1234, in no module");
}

TEST(FaultText, SaysTheCodeAloneWhereItHasNoName) {
  EXPECT_EQ(Spell(Exceptional{.code = 0xc0000094, .address = 1, .module = "a.dll", .offset = 1}), "exception 0xc0000094 (integer division by zero) at a.dll+0x1");
  EXPECT_EQ(Spell(Exceptional{.code = 0x1234, .address = 1, .module = "a.dll", .offset = 1}), "exception 0x00001234 at a.dll+0x1");
}

}  // namespace
}  // namespace bridge
