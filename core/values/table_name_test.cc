#include "core/values/table_name.h"

#include <string>

#include "gtest/gtest.h"

namespace natplan {
namespace {

TEST(TableNameTest, TakesOrdinaryNames) {
  for (const std::string name : {"natplan", "io.systemd.nat", "nat", "filter", "a", "_x", ".x", "a/b-c.d_9",
                                 "Table", "ip_filter", "tables"})
    EXPECT_EQ(WhyNoTableName(name), std::nullopt) << name;
  EXPECT_EQ(WhyNoTableName(std::string(255, 'a')), std::nullopt);
}

TEST(TableNameTest, RefusesWhatNftCannotReadBack) {
  for (const std::string& name :
       {std::string(), std::string("."), std::string("table"), std::string("ip"), std::string("ct"),
        std::string("gc-interval"), std::string("9a"), std::string("-a"), std::string("/a"),
        std::string("a b"), std::string("a\"b"), std::string("m\u00fcller"), std::string("a\n"),
        std::string("a\0b", 3), std::string(256, 'a')})
    EXPECT_NE(WhyNoTableName(name), std::nullopt) << name;
}

}  // namespace
}  // namespace natplan
