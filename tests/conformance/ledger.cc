#include "tests/conformance/ledger.h"

#include <cstddef>
#include <fstream>

namespace natplan::conformance {

Ledger LoadLedger() {
  Ledger ledger;
  std::ifstream file("tests/conformance/not_modelled.txt");
  if (!file.good()) ledger[""] = "no file";
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t colon = line.find(": ");
    const bool taken =
        colon != std::string::npos && ledger.emplace(line.substr(0, colon), line.substr(colon + 2)).second;
    if (!taken) ledger[""] = line;
  }
  return ledger;
}

}  // namespace natplan::conformance
