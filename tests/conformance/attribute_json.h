// Attributes as the recorded cases write them.
#ifndef NATPLAN_TESTS_CONFORMANCE_ATTRIBUTE_JSON_H_
#define NATPLAN_TESTS_CONFORMANCE_ATTRIBUTE_JSON_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

namespace natplan::conformance {

// A list of [name, value]: numbers, strings, hexadecimal digits for raw bytes, lists for nested attributes;
// ["#n", digits] for a number without name. `type` is the message's number within nf_tables; what recordings
// leave out because no two runs agree on it is left out here (the set's backend, the process of a
// generation).
nlohmann::json AttributesToJson(int type, std::span<const std::uint8_t> attributes);

// "NEWTABLE"; "message 99" for a number without name.
std::string MessageName(int type);

// "ip", "unspec".
std::string FamilyName(std::uint8_t family);

}  // namespace natplan::conformance

#endif  // NATPLAN_TESTS_CONFORMANCE_ATTRIBUTE_JSON_H_
