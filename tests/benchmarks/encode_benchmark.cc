// What encoding costs: nanoseconds and allocations per element (the goal: at most 10 ns, no allocation each).
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <new>

#include "core/wire/batch.h"
#include "tests/benchmarks/workload.h"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace natplan::benchmarks {
namespace {

void EncodeElements(benchmark::State& state, AddElements (*make)(std::size_t)) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const Transaction transaction{.operations = {make(count)}};
  const std::size_t before = allocations;
  for (auto _ : state) {
    const EncodedBatch batch = Encode(transaction, 1);
    benchmark::DoNotOptimize(batch.bytes.data());
  }
  const double elements = static_cast<double>(state.iterations()) * static_cast<double>(count);
  state.counters["allocations/element"] = static_cast<double>(allocations - before) / elements;
  // In seconds; the console prints 2.1n for 2.1 ns.
  state.counters["s/element"] =
      benchmark::Counter(elements, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK_CAPTURE(EncodeElements, forwards, Forwards)->Arg(1)->Arg(100)->Arg(10000)->Arg(100000);
BENCHMARK_CAPTURE(EncodeElements, prefixes, Prefixes)->Arg(1)->Arg(100)->Arg(10000)->Arg(100000);

}  // namespace
}  // namespace natplan::benchmarks

BENCHMARK_MAIN();
