// What keeping the union of prefixes costs: nanoseconds for each add and each remove at a number of prefixes
// held, /16 to /32 at random and in random order (the goal: at most 500 ns at 1,000,000). The peer is the
// same algorithm on std::set. Both run in turn, and the counters x_add and x_remove are the ratios of their
// medians: only those are comparable between machines.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <random>
#include <set>
#include <vector>

#include "core/values/prefix_union.h"
#include "tests/benchmarks/workload.h"

namespace natplan::benchmarks {
namespace {

// Says what a change does to the maximal prefixes, as PrefixUnion does.
class StdSetUnion {
 public:
  UnionChange Add(const Prefix& prefix) {
    UnionChange change;
    const auto after = maximal_.upper_bound(prefix);
    if (after == maximal_.begin() || !std::prev(after)->Contains(prefix)) {
      change.added.push_back(prefix);
      for (auto inner = after; inner != maximal_.end() && prefix.Contains(*inner);) {
        change.removed.push_back(*inner);
        inner = maximal_.erase(inner);
      }
      maximal_.insert(prefix);
    }
    all_.insert(prefix);
    return change;
  }

  UnionChange Remove(const Prefix& prefix) {
    UnionChange change;
    const auto found = all_.find(prefix);
    if (maximal_.erase(prefix) != 0) {
      change.removed.push_back(prefix);
      for (auto inner = std::next(found); inner != all_.end() && prefix.Contains(*inner); ++inner) {
        if (!change.added.empty() && change.added.back().Contains(*inner)) continue;
        change.added.push_back(*inner);
        maximal_.insert(*inner);
      }
    }
    all_.erase(found);
    return change;
  }

  const std::set<Prefix>& maximal() const { return maximal_; }

 private:
  std::set<Prefix> all_;
  std::set<Prefix> maximal_;
};

std::vector<Prefix> RandomPrefixes(std::size_t count) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> length(16, 32);
  std::set<Prefix> seen;
  std::vector<Prefix> prefixes;
  while (prefixes.size() < count) {
    const auto bits = static_cast<std::uint32_t>(random());
    const Address address(std::array<std::uint8_t, 4>{
        static_cast<std::uint8_t>(bits >> 24U), static_cast<std::uint8_t>(bits >> 16U & 255U),
        static_cast<std::uint8_t>(bits >> 8U & 255U), static_cast<std::uint8_t>(bits & 255U)});
    const Prefix prefix = Prefix::Make(address, length(random)).value();
    if (seen.insert(prefix).second) prefixes.push_back(prefix);
  }
  return prefixes;
}

struct Timed {
  std::vector<double> add;  // seconds for one
  std::vector<double> remove;
};

// Removes and adds back a block of prefixes of a union that holds all of them.
template <typename Union>
void Round(Union& unit, const std::vector<Prefix>& block, Timed& timed) {
  const auto each = [&](const auto& change) {
    const auto start = std::chrono::steady_clock::now();
    for (const Prefix& prefix : block) benchmark::DoNotOptimize(change(prefix));
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    return taken.count() / static_cast<double>(block.size());
  };
  timed.remove.push_back(each([&](const Prefix& prefix) { return unit.Remove(prefix); }));
  timed.add.push_back(each([&](const Prefix& prefix) { return unit.Add(prefix); }));
}

void PrefixUnionChanges(benchmark::State& state) {
  const std::vector<Prefix> prefixes = RandomPrefixes(static_cast<std::size_t>(state.range(0)));
  PrefixUnion ours;
  StdSetUnion peer;
  for (const Prefix& prefix : prefixes) ours.Add(prefix);
  for (const Prefix& prefix : prefixes) peer.Add(prefix);
  std::mt19937 random(2);
  std::vector<Prefix> block;
  Timed mine;
  Timed theirs;
  for (auto _ : state) {
    block.clear();
    std::ranges::sample(prefixes, std::back_inserter(block), static_cast<std::ptrdiff_t>(prefixes.size() / 4),
                        random);
    std::ranges::shuffle(block, random);
    Round(ours, block, mine);
    Round(peer, block, theirs);
    state.SetIterationTime(mine.add.back() + mine.remove.back());
  }
  if (!std::ranges::equal(ours.maximal(), peer.maximal())) {
    std::fprintf(stderr, "the two unions differ\n");
    std::abort();
  }
  state.counters["add_ns"] = Median(mine.add) * 1e9;
  state.counters["remove_ns"] = Median(mine.remove) * 1e9;
  state.counters["x_add"] = Median(theirs.add) / Median(mine.add);
  state.counters["x_remove"] = Median(theirs.remove) / Median(mine.remove);
  state.counters["maximal"] = static_cast<double>(ours.maximal().size());
}

BENCHMARK(PrefixUnionChanges)->Arg(1000)->UseManualTime()->Iterations(1001);
BENCHMARK(PrefixUnionChanges)->Arg(100000)->Arg(1000000)->UseManualTime()->Iterations(11);

}  // namespace
}  // namespace natplan::benchmarks

BENCHMARK_MAIN();
