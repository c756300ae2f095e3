#include "cli/option_values.h"

#include <cstdlib>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(OptionValuesTest, ABackendHasOneOfThreeNames) {
  EXPECT_EQ(ParseBackend("auto").value(), Backend::kAuto);
  EXPECT_EQ(ParseBackend("nftables").value(), Backend::kNftables);
  EXPECT_EQ(ParseBackend("iptables").value(), Backend::kIptables);
  for (const std::string name : {"", "nft", "IPTABLES"}) {
    ASSERT_FALSE(ParseBackend(name));
    EXPECT_THAT(ParseBackend(name).error(), HasSubstr("auto, nftables or iptables"));
  }
}

TEST(OptionValuesTest, TheEnvironmentMayChooseTheBackend) {
  unsetenv("NATPLAN_BACKEND");
  EXPECT_EQ(BackendFromEnvironment().value(), Backend::kAuto);
  setenv("NATPLAN_BACKEND", "", 1);
  EXPECT_EQ(BackendFromEnvironment().value(), Backend::kAuto);
  setenv("NATPLAN_BACKEND", "iptables", 1);
  EXPECT_EQ(BackendFromEnvironment().value(), Backend::kIptables);
  setenv("NATPLAN_BACKEND", "moon", 1);
  ASSERT_FALSE(BackendFromEnvironment());
  EXPECT_THAT(BackendFromEnvironment().error(), AllOf(HasSubstr("NATPLAN_BACKEND"), HasSubstr("\"moon\"")));
  unsetenv("NATPLAN_BACKEND");
}

}  // namespace
}  // namespace natplan::cli
