// The recordings hold no notifications, so that the simulated kernel's are compared with those of the kernel
// at hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <string>

#include "tests/conformance/ledger.h"
#include "tests/conformance/machine.h"
#include "tests/conformance/replay.h"

namespace natplan::conformance {
namespace {

TEST(Notifications, AreTheSameFromTheSimulatedAndTheLiveKernel) {
  const nlohmann::json cases = LoadCases();
  if (const std::string reason = WhyLiveKernelIsNoJudge(); !reason.empty()) {
    GTEST_SKIP() << "SKIPPED " << cases.size() << " cases: " << reason;
  }
  const Ledger ledger = LoadLedger();
  std::size_t datagrams = 0;
  for (const nlohmann::json& recorded : cases) {
    const std::string name = recorded["name"];
    if (ledger.contains(name)) continue;
    std::string error;
    const auto live = MakeLiveMachine(error);
    ASSERT_NE(live, nullptr) << error;
    const nlohmann::json expected = Notifications(recorded, *live);
    const nlohmann::json actual = Notifications(recorded, *MakeSimulatedMachine());
    datagrams += expected.size();
    if (expected == actual) continue;
    // Datagrams are compared as wholes, messages are what a reader wants to see.
    std::string text;
    for (std::size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
      const nlohmann::json left = i < expected.size() ? expected[i] : nlohmann::json::array();
      const nlohmann::json right = i < actual.size() ? actual[i] : nlohmann::json::array();
      for (std::size_t k = 0; k < std::max(left.size(), right.size()); ++k) {
        const std::string a = k < left.size() ? left[k].dump() : "nothing";
        const std::string b = k < right.size() ? right[k].dump() : "nothing";
        if (a != b) text += "  live      " + a + "\n  simulated " + b + '\n';
      }
    }
    ADD_FAILURE() << "CASE " << name << '\n' << text;
  }
  EXPECT_GT(datagrams, 0U);
  std::cout << datagrams << " datagrams compared\n";
}

}  // namespace
}  // namespace natplan::conformance
