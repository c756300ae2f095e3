#include "core/values/number.h"

#include <algorithm>
#include <charconv>

namespace natplan {

std::optional<std::int64_t> ParseNumber(std::string_view text) {
  constexpr std::size_t kMostDigits = 18;  // all of them fit into 64 bits
  const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || text.size() > kMostDigits || !digits || (text[0] == '0' && text.size() > 1))
    return std::nullopt;
  std::int64_t number = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::expected<Port, std::string> ParsePort(std::string_view text) {
  if (const auto number = ParseNumber(text)) return Port::Make(*number);
  return std::unexpected("\"" + std::string(text) + "\" is not a port; write a number from 1 to 65535, " +
                         std::string(kNumberForm));
}

}  // namespace natplan
