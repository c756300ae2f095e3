// Replays one recorded case and says what differs.
#ifndef NATPLAN_TESTS_CONFORMANCE_REPLAY_H_
#define NATPLAN_TESTS_CONFORMANCE_REPLAY_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/conformance/machine.h"

namespace natplan::conformance {

// Sends the case's bytes, batch by batch, and compares the replies of each, the generation after each, and
// the dumps at the end with the recording. One line for each difference; empty: equal.
std::vector<std::string> Differences(const nlohmann::json& recorded, Machine& machine);

// The datagrams that a listener gets while the case is carried out: of each, its messages.
nlohmann::json Notifications(const nlohmann::json& recorded, Machine& machine);

// The recorded cases; their file is part of the test's data.
nlohmann::json LoadCases();

}  // namespace natplan::conformance

#endif  // NATPLAN_TESTS_CONFORMANCE_REPLAY_H_
