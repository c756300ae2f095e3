// What a change costs on the live kernel and on the simulator, beside the same bytes encoded beforehand (the
// floor). Ours and the floor run in turn, and the counter x_floor is the ratio of their medians: only that is
// comparable between machines. The live half runs in a user namespace of its own.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <expected>
#include <memory>
#include <string>
#include <utility>
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

// One forward added and deleted again by a context that holds many, each time after another program's commit
// to the same map, which it has to follow; x_alone is that beside the same without the commit. It should not
// matter how many are held.
void AfterAForeignCommit(benchmark::State& state) {
  Simulated kernel;
  kernel_sim::Kernel& simulated = kernel.kernel;
  const auto context = [&](const char* owner) {
    auto listen = [&]() -> std::expected<std::unique_ptr<NetlinkSocket>, Error> {
      auto socket = SimSocket::Listen(simulated);
      if (!socket) return std::unexpected(std::move(socket.error()));
      return std::move(*socket);
    };
    return Nat(std::make_unique<NetlinkExecutor>(kernel.Open(), 1, listen),
               {.owner = Owner::Make(owner).value()});
  };
  const auto forward = [](int port) {
    return Forward{Protocol::kTcp, Port::Make(port).value(), Endpoint::Parse("192.0.2.1:80").value()};
  };
  Nat mine = context("mine");
  std::vector<Intent> held;
  for (int port = 3; port < 3 + state.range(0); ++port) held.emplace_back(forward(port));
  if (!mine.Apply(held)) std::abort();
  Nat other = context("other");
  if (!other.AddForward(forward(2))) std::abort();
  const auto change = [&] {
    if (!mine.AddForward(forward(1)) || !mine.RemoveForward(forward(1))) std::abort();
  };
  std::vector<double> followed;
  std::vector<double> alone;
  bool there = true;
  for (auto _ : state) {
    if (!(there ? other.RemoveForward(forward(2)) : other.AddForward(forward(2)))) std::abort();
    there = !there;
    followed.push_back(Seconds(change));
    alone.push_back(Seconds(change));
    state.SetIterationTime(followed.back());
  }
  state.counters["alone_us"] = Median(alone) * 1e6;
  state.counters["x_alone"] = Median(followed) / Median(alone);
}

// A context that speaks for many owners, one after the other: each adds a prefix and removes it again, and
// one prefix of the context's own owner stays. Neither the time that one owner takes nor the memory may grow:
// x_first is what the last 1,000 took beside the first 1,000, grown_bytes what all of them left allocated.
void OwnersInTurn(benchmark::State& state) {
  constexpr std::int64_t kBlock = 1000;
  const auto masquerade = [](const char* prefix) {
    return Masquerade::Make(Prefix::Parse(prefix).value()).value();
  };
  for (auto _ : state) {
    Simulated kernel;
    Nat nat(std::make_unique<NetlinkExecutor>(kernel.Open()), {});
    if (!nat.AddMasquerade(masquerade("10.0.0.0/8"))) std::abort();
    std::vector<double> blocks;
    double bytes = 0;
    for (std::int64_t first = 0; first < state.range(0); first += kBlock) {
      blocks.push_back(Seconds([&] {
        for (std::int64_t i = first; i < first + kBlock; ++i) {
          const Owner owner = Owner::Make("owner-" + std::to_string(i)).value();
          for (const Edit::Kind kind : {Edit::Kind::kAdd, Edit::Kind::kRemove}) {
            if (!nat.Change({{kind, owner, masquerade("192.168.0.0/16")}})) std::abort();
          }
        }
      }));
      if (first == 0) bytes = static_cast<double>(mallinfo2().uordblks);
    }
    state.counters["grown_bytes"] = static_cast<double>(mallinfo2().uordblks) - bytes;
    state.counters["x_first"] = blocks.back() / blocks.front();
    state.SetIterationTime(blocks.back() / kBlock);
  }
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
BENCHMARK(OwnersInTurn)->Arg(100000)->UseManualTime()->Unit(benchmark::kMicrosecond)->Iterations(1);
BENCHMARK(AfterAForeignCommit)
    ->Arg(100)
    ->Arg(10000)
    ->Arg(65000)
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond)
    ->Iterations(101);
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
