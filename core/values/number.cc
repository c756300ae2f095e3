#include "core/values/number.h"

namespace natplan {

std::optional<std::int64_t> ParseNumber(std::string_view text) {
  constexpr std::size_t kMostDigits = 18;  // all of them fit into 64 bits
  if (text.empty() || text.size() > kMostDigits || (text[0] == '0' && text.size() > 1)) return std::nullopt;
  std::int64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number;
}

}  // namespace natplan
