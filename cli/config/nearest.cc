#include "cli/config/nearest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace natplan::cli {
namespace {

// A key of a megabyte is nobody's typing error; what is beyond this many bytes is not looked at.
constexpr std::size_t kLongestName = 64;

std::size_t EditDistance(std::string_view a, std::string_view b) {
  // row[j]: from the first i bytes of a to the first j bytes of b (Wagner, Fischer 1974).
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view Nearest(std::string_view name, std::span<const std::string_view> known) {
  name = name.substr(0, kLongestName);
  return *std::ranges::min_element(known, {},
                                   [name](std::string_view other) { return EditDistance(name, other); });
}

}  // namespace natplan::cli
