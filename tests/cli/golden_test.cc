// What natplan prints for the examples, compared with files. To rewrite these for a review:
//   NATPLAN_UPDATE_GOLDEN=1 ./bazelw run //tests/cli:golden_test
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"
#include "tests/cli/run.h"

namespace natplan::testing {
namespace {

struct Case {
  const char* name;  // of the test and of the file
  const char* arguments;
};

class GoldenTest : public ::testing::TestWithParam<Case> {};

TEST_P(GoldenTest, PrintsWhatTheFileSays) {
  const std::string file = std::string("tests/cli/golden/") + GetParam().name + ".txt";
  const Ran ran = Sh(std::string("natplan ") + GetParam().arguments);
  EXPECT_EQ(ran.exit_code, 0) << ran;
  if (std::getenv("NATPLAN_UPDATE_GOLDEN") != nullptr) {
    const char* root = std::getenv("BUILD_WORKSPACE_DIRECTORY");
    ASSERT_NE(root, nullptr) << "start this with bazelw run";
    std::ofstream(std::string(root) + "/" + file) << ran.out;
    return;
  }
  std::ifstream stream(file);
  const std::string golden{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  EXPECT_EQ(ran.out, golden);
}

INSTANTIATE_TEST_SUITE_P(
    Examples, GoldenTest,
    ::testing::Values(
        Case{"plan", "plan examples/two_containers.toml"},
        Case{"two_containers", "simulate examples/two_containers.toml"},
        Case{"stop_and_start",
             "simulate examples/two_containers.toml examples/stopped.toml examples/restarted.toml"},
        Case{"flushed_in_between",
             "simulate examples/two_containers.toml examples/stopped.toml --fault flush-before@2"},
        Case{"origin", "simulate examples/two_containers.toml --table io.systemd.nat"},
        Case{"owned", "simulate examples/two_containers.toml examples/owned.toml"},
        Case{"iptables", "plan examples/owned.toml --backend iptables"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace natplan::testing
