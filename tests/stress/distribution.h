// How many calls came to which number.
#ifndef NATPLAN_TESTS_STRESS_DISTRIBUTION_H_
#define NATPLAN_TESTS_STRESS_DISTRIBUTION_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace natplan::stress {

class Distribution {
 public:
  void Add(std::uint64_t value) { values_.push_back(value); }
  std::size_t count() const { return values_.size(); }
  std::uint64_t max() const;
  std::uint64_t sum() const;
  // The least value that so many hundredths of the values do not exceed (nearest rank); 0 without any.
  std::uint64_t Percentile(unsigned int hundredths) const;

  // "mean 0.25, p50 0, p90 1, p99 3, max 7".
  std::string Summary() const;
  // One line each for 0, 1, 2, 3-4, 5-8, 9-16, ... up to the greatest: how many values, and a bar.
  std::string Histogram() const;

 private:
  std::vector<std::uint64_t> values_;
};

}  // namespace natplan::stress

#endif  // NATPLAN_TESTS_STRESS_DISTRIBUTION_H_
