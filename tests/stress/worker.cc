#include "tests/stress/worker.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "backends/nat.h"
#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "tests/stress/wishes.h"
#include "tests/support/sanitizer.h"

namespace natplan::stress {
namespace {

// A worker's context is replaced before one in so many changes.
constexpr std::uint64_t kChangesPerContext = 100;
// It pauses before every other change, up to so many microseconds. Without that, on a machine of few cores,
// each worker makes all changes of its time slice undisturbed.
constexpr std::uint64_t kLongestPause = 2000;

class Worker {
 public:
  Worker(const WorkerOptions& options, Journal& journal)
      : options_(options), journal_(journal), owner_(OwnerOf(options.number)), random_(options.seed) {}

  bool Run() {
    std::unique_ptr<Nat> nat;
    for (std::size_t i = 0; i < options_.changes; ++i) {
      if (nat == nullptr || random_() % kChangesPerContext == 0) nat = Begin();
      if (random_() % 2 == 0)
        std::this_thread::sleep_for(std::chrono::microseconds(random_() % kLongestPause));
      if (!Make(*nat, wishes_.Random(random_))) return false;
    }
    return true;
  }

 private:
  std::unique_ptr<Nat> Begin() {
    NatOptions options;
    // Under a sanitizer each call takes many times as long, and so does whoever is in its way.
    if (testing::kAddressSanitizer) options.deadline *= 10;
    options.owner = owner_;
    options.inheritance = Inheritance::kAdopt;
    options.jitter_seed = random_();
    return std::make_unique<Nat>(
        std::make_unique<CountingExecutor>(MakeLiveExecutor(options_.listens), counts_), std::move(options));
  }

  bool Make(Nat& nat, const Change& change) {
    const Counts before = counts_;
    journal_.Begin(change);
    const auto start = std::chrono::steady_clock::now();
    const Result result = nat.Change(ToEdits(change, owner_));
    const auto took = std::chrono::steady_clock::now() - start;
    if (!result && !IsExpected(result.error(), change)) return Fail(ToString(result.error()));
    if (result && !result->lost.empty()) return Fail("lost: " + ToString(result->lost.front()));
    if (result) wishes_.Apply(change);
    journal_.End({.change = change,
                  .ending = result ? Ending::kDone : Ending::kConflict,
                  .retries = result ? static_cast<std::uint32_t>(result->retries) : 0,
                  .reads = counts_.reads - before.reads,
                  .drains = counts_.drains - before.drains,
                  .nanoseconds = static_cast<std::uint64_t>(std::chrono::nanoseconds(took).count())});
    const std::set<Intent> held = HeldBy(nat);
    // A context whose first call is refused has not taken its owner's intents over yet.
    if (held == wishes_.intents() || (!result && held.empty())) return true;
    return Fail("the context holds something else than its owner wants");
  }

  std::set<Intent> HeldBy(const Nat& nat) const {
    std::set<Intent> held;
    for (Edit& removal : nat.desired().RemovalsTo(owner_, {})) held.insert(std::move(removal.intent));
    return held;
  }

  // A forward of the change meets the port of another owner.
  bool IsExpected(const Error& error, const Change& change) const {
    bool adds_forward = false;
    for (std::size_t i = 0; i < change.count; ++i)
      adds_forward = adds_forward || (change.edits[i].add && change.edits[i].intent.kind == Kind::kForward);
    return error.code == ErrorCode::kConflict && adds_forward &&
           error.theirs.find("worker-") != std::string::npos &&
           error.theirs.find(owner_.name()) == std::string::npos;
  }

  bool Fail(const std::string& text) const {
    std::fprintf(stderr, "%s, change %zu: %s\n", owner_.name().c_str(), journal_.begun(), text.c_str());
    return false;
  }

  const WorkerOptions options_;
  Journal& journal_;
  const Owner owner_;
  std::mt19937_64 random_;
  Counts counts_;
  Wishes wishes_;
};

}  // namespace

Owner OwnerOf(std::size_t worker) { return Owner::Make("worker-" + std::to_string(worker)).value(); }

std::unique_ptr<Executor> MakeLiveExecutor(bool listens) {
  auto socket = LinuxSocket::Open();
  if (!socket) {
    std::fprintf(stderr, "%s\n", ToString(socket.error()).c_str());
    std::abort();
  }
  NetlinkExecutor::ListeningSocket listen;
  if (listens) listen = [] { return LinuxSocket::Listen(); };
  return std::make_unique<NetlinkExecutor>(*std::move(socket), /*first_sequence=*/1, std::move(listen));
}

bool RunWorker(const WorkerOptions& options, Journal& journal) { return Worker(options, journal).Run(); }

}  // namespace natplan::stress
