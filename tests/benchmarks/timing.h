// How the benchmarks measure: what is compared runs in turn, and the medians are compared.
#ifndef NATPLAN_TESTS_BENCHMARKS_TIMING_H_
#define NATPLAN_TESTS_BENCHMARKS_TIMING_H_

#include <algorithm>
#include <chrono>
#include <vector>

namespace natplan::benchmarks {

// How long `work` takes.
template <typename Work>
double Seconds(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// How long `change` takes for one of the values, on average.
template <typename Value, typename Change>
double SecondsEach(const std::vector<Value>& values, Change change) {
  const double all = Seconds([&] {
    for (const Value& value : values) change(value);
  });
  return all / static_cast<double>(values.size());
}

inline double Median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.empty() ? 0 : values[values.size() / 2];
}

}  // namespace natplan::benchmarks

#endif  // NATPLAN_TESTS_BENCHMARKS_TIMING_H_
