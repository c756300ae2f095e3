#include "core/values/interface_name.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace natplan {
namespace {

TEST(InterfaceNameTest, WhatTheKernelTakesAndNftAndIptablesReadTheSameIsTaken) {
  for (const char* name :
       {"e", "eth0", "fifteen-bytes-x", "wg+0", "a.b", "...", "vlan@7", "br_0", "{x}", "#1"}) {
    const auto made = InterfaceName::Make(name);
    ASSERT_TRUE(made.has_value()) << name;
    EXPECT_EQ(made->name(), name);
  }
}

TEST(InterfaceNameTest, EverythingElseIsRefused) {
  for (const std::string& name :
       {std::string(), std::string("sixteen-bytes-xx"), std::string("."), std::string(".."),
        std::string("a/b"), std::string("a:b"), std::string("a b"), std::string("a\tb"), std::string("a\"b"),
        std::string("a\\b"), std::string("eth*"), std::string("eth+"), std::string("+"),
        std::string("a\0b", 3), std::string("\xc3\xa4"), std::string("\x7f")}) {
    const auto made = InterfaceName::Make(name);
    ASSERT_FALSE(made.has_value()) << name;
    EXPECT_EQ(made.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(made.error().errno_value, EINVAL);
  }
}

}  // namespace
}  // namespace natplan
