// What a change costs on the live kernel and on the simulator, beside the same bytes encoded beforehand (the
// floor). Ours and the floor run in turn, and the counter x_floor is the ratio of their medians: only that is
// comparable between machines. The live half runs in a user namespace of its own.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "backends/nat.h"
#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "backends/sim/sim_executor.h"
#include "backends/sim/sim_socket.h"
#include "core/wire/batch.h"
#include "kernel_sim/kernel.h"
#include "tests/benchmarks/timing.h"
#include "tests/benchmarks/workload.h"

namespace natplan::benchmarks {
namespace {

// A kernel, real or simulated, as sockets.
struct Live {
  static constexpr bool kLive = true;
  std::unique_ptr<NetlinkSocket> Open() {
    auto socket = LinuxSocket::Open();
    if (!socket) std::abort();
    return std::move(*socket);
  }
};
struct Simulated {
  static constexpr bool kLive = false;
  std::unique_ptr<NetlinkSocket> Open() { return std::make_unique<SimSocket>(kernel); }
  kernel_sim::Kernel kernel;
};

template <typename Kernel>
bool Ready(benchmark::State& state) {
  if (!Kernel::kLive || EnterNamespace()) return true;
  state.SkipWithError("SKIPPED[no-user-namespace]");
  return false;
}

void MustCommit(Executor& executor, const Transaction& transaction) {
  if (std::holds_alternative<Committed>(executor.Commit(transaction, TimePoint::max()))) return;
  std::fprintf(stderr, "a transaction was not committed\n");
  std::abort();
}

// One element added and deleted again, warm, through the facade; against pre-encoded bytes.
template <typename Kernel>
void OneForward(benchmark::State& state) {
  if (!Ready<Kernel>(state)) return;
  Kernel kernel;
  Nat nat(std::make_unique<NetlinkExecutor>(kernel.Open()), {});
  const auto forward = [](const char* target) {
    return Forward{Protocol::kTcp, *Port::Make(80), *Endpoint::Parse(target)};
  };
  const Forward ours = forward("192.0.2.1:80");
  if (!nat.AddForward(Forward{Protocol::kTcp, *Port::Make(81), ours.to})) std::abort();
  // The floor has a key of its own and no generation: its commits must not make ours read again.
  const auto raw = kernel.Open();
  AddElements add = Forwards(1);
  add.elements.front().comment = Owner::Default().name();  // as ours has it
  const EncodedBatch add_bytes = Encode({.operations = {add}}, 1);
  const EncodedBatch delete_bytes =
      Encode({.operations = {DeleteElements{add.table, add.set, add.shape, add.elements}}}, 1);
  std::vector<double> mine;
  std::vector<double> floor;
  constexpr int kBlock = 200;
  for (auto _ : state) {
    (void)nat.AddForward(ours);
    (void)nat.RemoveForward(ours);
    const double facade = Seconds([&] {
      for (int i = 0; i < kBlock; ++i) {
        if (!nat.AddForward(ours) || !nat.RemoveForward(ours)) std::abort();
      }
    });
    const double bytes = Seconds([&] {
      for (int i = 0; i < kBlock; ++i) {
        SendRaw(*raw, add_bytes.bytes, add_bytes.end_sequence);
        SendRaw(*raw, delete_bytes.bytes, delete_bytes.end_sequence);
      }
    });
    mine.push_back(facade / kBlock / 2);
    floor.push_back(bytes / kBlock / 2);
    state.SetIterationTime(facade / kBlock / 2);
  }
  state.counters["floor_us"] = Median(floor) * 1e6;
  state.counters["x_floor"] = Median(mine) / Median(floor);
}

// Many elements in one transaction, into an empty table.
template <typename Kernel, AddElements (*kMake)(std::size_t)>
void Load(benchmark::State& state) {
  if (!Ready<Kernel>(state)) return;
  Kernel kernel;
  NetlinkExecutor executor(kernel.Open());
  const auto raw = kernel.Open();
  const auto count = static_cast<std::size_t>(state.range(0));
  const Transaction transaction{.operations = {kMake(count)}};
  const EncodedBatch batch = Encode(transaction, 1);
  if (!raw->EnsureSendBuffer(batch.bytes.size())) {
    state.SkipWithError(
        "the send buffer cannot be had in a user namespace: raise net.core.wmem_max or run as root");
    return;
  }
  std::vector<double> mine;
  std::vector<double> floor;
  for (auto _ : state) {
    MustCommit(executor, EmptyTable());
    const double ours = Seconds([&] { MustCommit(executor, transaction); });
    MustCommit(executor, DropTable());
    MustCommit(executor, EmptyTable());
    floor.push_back(Seconds([&] { SendRaw(*raw, batch.bytes, batch.end_sequence); }));
    MustCommit(executor, DropTable());
    mine.push_back(ours);
    state.SetIterationTime(ours);
  }
  state.counters["floor_ms"] = Median(floor) * 1e3;
  state.counters["x_floor"] = Median(mine) / Median(floor);
  state.counters["ns/element"] = Median(mine) * 1e9 / static_cast<double>(count);
}

BENCHMARK_TEMPLATE(OneForward, Simulated)->UseManualTime()->Unit(benchmark::kMicrosecond)->Iterations(50);
BENCHMARK_TEMPLATE(OneForward, Live)->UseManualTime()->Unit(benchmark::kMicrosecond)->Iterations(50);
BENCHMARK_TEMPLATE(Load, Simulated, Forwards)
    ->Arg(10000)
    ->Arg(100000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(11);
BENCHMARK_TEMPLATE(Load, Simulated, Prefixes)
    ->Arg(10000)
    ->Arg(100000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(11);
BENCHMARK_TEMPLATE(Load, Live, Forwards)
    ->Arg(10000)
    ->Arg(100000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(11);
BENCHMARK_TEMPLATE(Load, Live, Prefixes)
    ->Arg(10000)
    ->Arg(100000)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(11);

}  // namespace
}  // namespace natplan::benchmarks

BENCHMARK_MAIN();
