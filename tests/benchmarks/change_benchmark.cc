// What one change costs a context that holds many prefixes, all of it but the kernel: the edit, the plan from
// the mirror, the commit answered at once, the ledger and the mirror brought up to date. Nanoseconds and
// allocations for each add and each remove of a masquerade, /16 to /32 (ip6: /48 to /64) at random and in
// random order, in natplan's own table for one owner. It should not matter how many are held, nor (the second
// number) how many other owners the context speaks for.
//
// Beside it in turn runs the least that any planner has to do, the union of the prefixes, on std::set: the
// counters x_add and x_remove say how many times that a whole change costs, and only those are comparable
// between machines. No change may read from the kernel; one that does ends the benchmark.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/plan/reconciler.h"
#include "tests/benchmarks/counting_allocator.h"
#include "tests/benchmarks/std_set_union.h"
#include "tests/benchmarks/timing.h"
#include "tests/benchmarks/workload.h"

namespace natplan::benchmarks {
namespace {

void Must(bool holds, const char* otherwise) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", otherwise);
  std::abort();
}

Edit EditOf(Edit::Kind kind, const Prefix& prefix, const Owner& owner = Owner::Default()) {
  return {kind, owner, Masquerade::Make(prefix).value()};
}

// A context beside an imagined kernel, which takes every transaction.
class Context {
 public:
  // One call that finds no table and wants all of these. The other owners want the first one as well.
  Context(const std::vector<Prefix>& prefixes, std::int64_t other_owners)
      : reconciler_(Reconciler::Options{}) {
    std::vector<Edit> edits;
    for (const Prefix& prefix : prefixes) edits.push_back(EditOf(Edit::Kind::kAdd, prefix));
    for (std::int64_t i = 0; i < other_owners; ++i) {
      const Owner owner = Owner::Make("owner-" + std::to_string(i)).value();
      edits.push_back(EditOf(Edit::Kind::kAdd, prefixes.front(), owner));
    }
    Start(std::move(edits));
    Must(std::holds_alternative<ReadStep>(reconciler_.Poll(kNow)), "the first call does not read");
    reconciler_.OnSnapshot(Snapshot{.generation = 1});
    Commit();
  }

  void Change(Edit::Kind kind, const Prefix& prefix) {
    Start({EditOf(kind, prefix)});
    Commit();
  }

  const PrefixSet& maximal() const { return reconciler_.desired().prefixes(); }

 private:
  static constexpr TimePoint kNow{std::chrono::seconds(1)};

  void Start(std::vector<Edit> edits) {
    reconciler_.Start(Request{.edits = std::move(edits)}, Mode::kApply, kNow, TimePoint::max());
  }

  void Commit() {
    Must(std::holds_alternative<CommitStep>(reconciler_.Poll(kNow)), "a change does not commit at once");
    reconciler_.OnOutcome(Committed{});
    Must(std::holds_alternative<FinishedStep>(reconciler_.Poll(kNow)), "a change is not over");
    Must(reconciler_.TakeResult().has_value(), "a change failed");
  }

  Reconciler reconciler_;
};

// Of each round.
struct Measured {
  std::vector<double> seconds;  // for one
  double allocations = 0;       // for one, of the last round
};

void Measure(Context& context, Edit::Kind kind, const std::vector<Prefix>& block, Measured& measured) {
  const std::size_t before = Allocations();
  const double seconds = SecondsEach(block, [&](const Prefix& prefix) { context.Change(kind, prefix); });
  measured.allocations = static_cast<double>(Allocations() - before) / static_cast<double>(block.size());
  measured.seconds.push_back(seconds);
}

void WholeChange(benchmark::State& state, Family family) {
  constexpr std::size_t kMaxBlock = 20000;
  const std::vector<Prefix> prefixes = RandomPrefixes(family, static_cast<std::size_t>(state.range(0)));
  Context context(prefixes, state.range(1));
  StdSetUnion peer;
  for (const Prefix& prefix : prefixes) peer.Add(prefix);
  // The others keep the first one, whatever the context's own owner does.
  const std::vector<Prefix> changing(prefixes.begin() + 1, prefixes.end());
  std::mt19937 random(2);
  Measured add;
  Measured remove;
  std::vector<double> peer_add;
  std::vector<double> peer_remove;
  for (auto _ : state) {
    const std::vector<Prefix> block = RandomBlock(changing, std::min(prefixes.size() / 4, kMaxBlock), random);
    Measure(context, Edit::Kind::kRemove, block, remove);
    Measure(context, Edit::Kind::kAdd, block, add);
    peer_remove.push_back(
        SecondsEach(block, [&](const Prefix& prefix) { benchmark::DoNotOptimize(peer.Remove(prefix)); }));
    peer_add.push_back(
        SecondsEach(block, [&](const Prefix& prefix) { benchmark::DoNotOptimize(peer.Add(prefix)); }));
    state.SetIterationTime(add.seconds.back() + remove.seconds.back());
  }
  Must(std::ranges::equal(context.maximal(), peer.maximal()), "the context and its peer differ");
  state.counters["add_ns"] = Median(add.seconds) * 1e9;
  state.counters["remove_ns"] = Median(remove.seconds) * 1e9;
  state.counters["allocations/add"] = add.allocations;
  state.counters["allocations/remove"] = remove.allocations;
  state.counters["x_add"] = Median(add.seconds) / Median(peer_add);
  state.counters["x_remove"] = Median(remove.seconds) / Median(peer_remove);
}

BENCHMARK_CAPTURE(WholeChange, ip, Family::kIp)->Args({1000, 0})->UseManualTime()->Iterations(1001);
BENCHMARK_CAPTURE(WholeChange, ip, Family::kIp)
    ->Args({100000, 0})
    ->Args({100000, 1000})
    ->Args({1000000, 0})
    ->UseManualTime()
    ->Iterations(11);
BENCHMARK_CAPTURE(WholeChange, ip6, Family::kIp6)->Args({1000, 0})->UseManualTime()->Iterations(1001);
BENCHMARK_CAPTURE(WholeChange, ip6, Family::kIp6)
    ->Args({100000, 0})
    ->Args({1000000, 0})
    ->UseManualTime()
    ->Iterations(11);

}  // namespace
}  // namespace natplan::benchmarks

BENCHMARK_MAIN();
