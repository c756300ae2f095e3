// What keeping the union of prefixes costs: nanoseconds for each add and each remove at a number of prefixes
// held, /16 to /32 at random and in random order (the goal: at most 500 ns at 1,000,000). The peer is the
// same algorithm on std::set. Both run in turn, and the counters x_add and x_remove are the ratios of their
// medians: only those are comparable between machines.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include "core/values/prefix_union.h"
#include "tests/benchmarks/std_set_union.h"
#include "tests/benchmarks/timing.h"
#include "tests/benchmarks/workload.h"

namespace natplan::benchmarks {
namespace {

struct Timed {
  std::vector<double> add;  // seconds for one
  std::vector<double> remove;
};

// Removes and adds back a block of prefixes of a union that holds all of them.
template <typename Union>
void Round(Union& unit, const std::vector<Prefix>& block, Timed& timed) {
  timed.remove.push_back(
      SecondsEach(block, [&](const Prefix& prefix) { benchmark::DoNotOptimize(unit.Remove(prefix)); }));
  timed.add.push_back(
      SecondsEach(block, [&](const Prefix& prefix) { benchmark::DoNotOptimize(unit.Add(prefix)); }));
}

void PrefixUnionChanges(benchmark::State& state) {
  const std::vector<Prefix> prefixes = RandomPrefixes(Family::kIp, static_cast<std::size_t>(state.range(0)));
  PrefixUnion ours;
  StdSetUnion peer;
  for (const Prefix& prefix : prefixes) ours.Add(prefix);
  for (const Prefix& prefix : prefixes) peer.Add(prefix);
  std::mt19937 random(2);
  Timed mine;
  Timed theirs;
  for (auto _ : state) {
    const std::vector<Prefix> block = RandomBlock(prefixes, prefixes.size() / 4, random);
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
