// The recordings against the real kernel, so that they stay true; and the harness against itself.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include "tests/conformance/machine.h"
#include "tests/conformance/replay.h"

namespace natplan::conformance {
namespace {

TEST(LiveKernel, AnswersEveryCaseAsRecorded) {
  const nlohmann::json cases = LoadCases();
  if (const std::string reason = WhyLiveKernelIsNoJudge(); !reason.empty()) {
    GTEST_SKIP() << "SKIPPED " << cases.size() << " cases: " << reason;
  }
  std::size_t passed = 0;
  for (const nlohmann::json& recorded : cases) {
    std::string error;
    const auto machine = MakeLiveMachine(error);
    ASSERT_NE(machine, nullptr) << error;
    const std::vector<std::string> differences = Differences(recorded, *machine);
    if (differences.empty()) ++passed;
    for (const std::string& line : differences) ADD_FAILURE() << "CASE " << recorded["name"] << ": " << line;
  }
  std::cout << passed << " of " << cases.size() << " cases as recorded\n";
}

// A kernel that never answers differs in every case: the comparison can fail.
class SilentSocket : public Socket {
 public:
  std::uint32_t port() const override { return 1; }
  void Listen() override {}
  int Send(const std::vector<std::uint8_t>&) override { return 0; }
  std::expected<std::vector<std::uint8_t>, int> Receive() override { return std::unexpected(EAGAIN); }
};

class SilentMachine : public Machine {
 public:
  std::unique_ptr<Socket> Open(bool, bool) override { return std::make_unique<SilentSocket>(); }
};

TEST(Harness, FindsEveryCaseDifferentOnAKernelThatIsSilent) {
  for (const nlohmann::json& recorded : LoadCases()) {
    SilentMachine machine;
    EXPECT_FALSE(Differences(recorded, machine).empty()) << recorded["name"];
  }
}

}  // namespace
}  // namespace natplan::conformance
