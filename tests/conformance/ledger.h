// The cases that the simulated kernel is known to fail.
#ifndef NATPLAN_TESTS_CONFORMANCE_LEDGER_H_
#define NATPLAN_TESTS_CONFORMANCE_LEDGER_H_

#include <map>
#include <string>

namespace natplan::conformance {

// Name of the case to the reason.
using Ledger = std::map<std::string, std::string>;

// Reads not_modelled.txt. A file that is missing or has a line that is not "name: reason", or a name twice,
// gives an entry with an empty name.
Ledger LoadLedger();

}  // namespace natplan::conformance

#endif  // NATPLAN_TESTS_CONFORMANCE_LEDGER_H_
