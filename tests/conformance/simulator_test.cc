// The simulated kernel against the recordings. What it does not model yet is named in not_modelled.txt; a
// case that stands there and passes is as wrong as one that does not stand there and fails.
#include <gtest/gtest.h>

#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include "tests/conformance/ledger.h"
#include "tests/conformance/machine.h"
#include "tests/conformance/replay.h"

namespace natplan::conformance {
namespace {

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "  " + line + '\n';
  return text;
}

TEST(SimulatedKernel, AnswersEveryRecordedCaseOutsideTheLedgerAsLinuxDid) {
  Ledger ledger = LoadLedger();
  ASSERT_FALSE(ledger.contains(""))
      << "a line of not_modelled.txt has no reason, or a name stands there twice";
  const nlohmann::json cases = LoadCases();
  ASSERT_GT(cases.size(), 500U);
  std::size_t passed = 0;
  for (const nlohmann::json& recorded : cases) {
    const std::string name = recorded["name"];
    const auto machine = MakeSimulatedMachine();
    const std::vector<std::string> differences = Differences(recorded, *machine);
    if (differences.empty()) ++passed;
    const bool listed = ledger.erase(name) != 0;
    if (listed && differences.empty()) {
      ADD_FAILURE() << name << " passes: take it out of not_modelled.txt";
    } else if (!listed && !differences.empty()) {
      ADD_FAILURE() << "CASE " << name << " differs:\n" << Joined(differences);
    }
  }
  for (const auto& [name, reason] : ledger) ADD_FAILURE() << "not_modelled.txt names no case: " << name;
  std::cout << passed << " of " << cases.size() << " cases as recorded\n";
}

}  // namespace
}  // namespace natplan::conformance
