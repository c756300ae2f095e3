// What encoding costs: nanoseconds and allocations per element (the goal: at most 10 ns, no allocation each).
#include <benchmark/benchmark.h>

#include "core/wire/batch.h"
#include "tests/benchmarks/counting_allocator.h"
#include "tests/benchmarks/workload.h"

namespace natplan::benchmarks {
namespace {

void EncodeElements(benchmark::State& state, AddElements (*make)(std::size_t)) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const Transaction transaction{.operations = {make(count)}};
  const std::size_t before = Allocations();
  for (auto _ : state) {
    const EncodedBatch batch = Encode(transaction, 1);
    benchmark::DoNotOptimize(batch.bytes.data());
  }
  const double elements = static_cast<double>(state.iterations()) * static_cast<double>(count);
  state.counters["allocations/element"] = static_cast<double>(Allocations() - before) / elements;
  // In seconds; the console prints 2.1n for 2.1 ns.
  state.counters["s/element"] =
      benchmark::Counter(elements, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// As they stand in natplan's own table.
AddElements OwnedForwards(std::size_t count) {
  AddElements add = Forwards(count);
  for (Element& element : add.elements) element.comment = "default";
  return add;
}

BENCHMARK_CAPTURE(EncodeElements, forwards, Forwards)->Arg(1)->Arg(100)->Arg(10000)->Arg(100000);
BENCHMARK_CAPTURE(EncodeElements, owned_forwards, OwnedForwards)->Arg(1)->Arg(100)->Arg(10000)->Arg(100000);
BENCHMARK_CAPTURE(EncodeElements, prefixes, Prefixes)->Arg(1)->Arg(100)->Arg(10000)->Arg(100000);

}  // namespace
}  // namespace natplan::benchmarks

BENCHMARK_MAIN();
