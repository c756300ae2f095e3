// SHA-256, as FIPS 180-4 has it.
#ifndef NATPLAN_CORE_VALUES_SHA256_H_
#define NATPLAN_CORE_VALUES_SHA256_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace natplan {

// Of whole bytes.
std::array<std::uint8_t, 32> Sha256(std::string_view message);

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_SHA256_H_
