// Numbers in text, read the same way wherever they stand: on the command line, in a file, in an address.
#ifndef NATPLAN_CORE_VALUES_NUMBER_H_
#define NATPLAN_CORE_VALUES_NUMBER_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace natplan {

// Decimal digits alone, up to 18: no sign, no blank, no other base, and no zero in front, which some programs
// read as octal. None if it is anything else.
std::optional<std::int64_t> ParseNumber(std::string_view text);

// What ParseNumber() asks for, as the end of a sentence.
inline constexpr std::string_view kNumberForm = "in decimal digits alone, without a zero in front";

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_NUMBER_H_
