#include "tests/stress/distribution.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

namespace natplan::stress {

std::uint64_t Distribution::max() const {
  return values_.empty() ? 0 : *std::max_element(values_.begin(), values_.end());
}

std::uint64_t Distribution::sum() const {
  return std::accumulate(values_.begin(), values_.end(), std::uint64_t{0});
}

std::uint64_t Distribution::Percentile(unsigned int hundredths) const {
  if (values_.empty()) return 0;
  std::vector<std::uint64_t> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t rank = (sorted.size() * hundredths + 99) / 100;
  return sorted[rank == 0 ? 0 : rank - 1];
}

std::string Distribution::Summary() const {
  const double mean = values_.empty() ? 0 : static_cast<double>(sum()) / static_cast<double>(values_.size());
  char text[32];
  std::snprintf(text, sizeof(text), "mean %.2f", mean);
  return std::string(text) + ", p50 " + std::to_string(Percentile(50)) + ", p90 " +
         std::to_string(Percentile(90)) + ", p99 " + std::to_string(Percentile(99)) + ", max " +
         std::to_string(max());
}

std::string Distribution::Histogram() const {
  constexpr std::size_t kWidth = 50;  // of the longest bar
  std::string text;
  std::uint64_t first = 0;
  for (std::uint64_t last = 0; !values_.empty() && first <= max(); last = last == 0 ? 1 : last * 2) {
    const auto among =
        static_cast<std::size_t>(std::count_if(values_.begin(), values_.end(), [&](std::uint64_t value) {
          return first <= value && value <= last;
        }));
    const std::string range =
        first == last ? std::to_string(first) : std::to_string(first) + "-" + std::to_string(last);
    char line[64];
    std::snprintf(line, sizeof(line), "%11s %8zu ", range.c_str(), among);
    text += line + std::string((among * kWidth + values_.size() - 1) / values_.size(), '#') + "\n";
    first = last + 1;
  }
  return text;
}

}  // namespace natplan::stress
