// Eight processes change one table at once, one of them is killed, and others are busy beside it.
//
// The fault model: programs that share natplan's table commit between any reading and the commit that was
// planned from it (ERESTART, torn readings), hold what another one asks for, start again and find what they
// left, and end at any instruction (SIGKILL). Programs that have nothing to do with natplan move the
// generation on all the time. Whatever happens, the table must equal what its owners want, and nobody may
// starve: no call reaches its deadline.
//
//   bazel test //tests/stress:stress_test --test_output=all --test_timeout=3600
//       --test_env=NATPLAN_STRESS_CHANGES=2000 --test_env=NATPLAN_STRESS_SEED=1
//
// NATPLAN_STRESS_CHANGES: of each process, 200 if it is not set. NATPLAN_STRESS_SEED: from the clock if it is
// not set; the processes' interleaving is the kernel's and does not repeat. NATPLAN_STRESS_LISTENS=0: the
// processes do not listen to what others commit, so that every ERESTART costs a reading.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "backends/nat.h"
#include "core/plan/planner.h"
#include "core/text/nft_text.h"
#include "tests/stress/child.h"
#include "tests/stress/distribution.h"
#include "tests/stress/journal.h"
#include "tests/stress/kernel_lines.h"
#include "tests/stress/neighbours.h"
#include "tests/stress/shared_memory.h"
#include "tests/stress/worker.h"
#include "tests/support/namespace.h"

namespace natplan::stress {
namespace {

constexpr std::size_t kWorkers = 8;

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// What an owner wants after so many of the changes in its journal.
Wishes After(const Journal& journal, std::size_t changes) {
  Wishes wishes;
  for (std::size_t i = 0; i < changes; ++i) {
    if (journal[i].ending == Ending::kDone) wishes.Apply(journal[i].change);
  }
  return wishes;
}

class StressTest : public ::testing::Test {
 protected:
  void Run() {
    StartAll();
    KillOne();
    for (std::size_t i = 0; i < kWorkers; ++i) {
      if (i == victim_) continue;
      EXPECT_EQ(EndOf(workers_[i]), 0) << OwnerOf(i).name() << " went wrong; its reason is above";
    }
    const auto took = std::chrono::steady_clock::now() - start_;
    Kill(nft_);
    Kill(committer_);
    Print(std::chrono::duration<double>(took).count());
    CompareTable();
    for (std::size_t i = 0; i < kWorkers; ++i) VerifyOwner(i);
  }

  const std::uint64_t seed_ = FromEnvironment("NATPLAN_STRESS_SEED", std::random_device()());
  const std::size_t changes_ = FromEnvironment("NATPLAN_STRESS_CHANGES", 200);
  const bool listens_ = FromEnvironment("NATPLAN_STRESS_LISTENS", 1) != 0;

 private:
  void StartAll() {
    std::cout << "NATPLAN_STRESS_SEED=" << seed_ << " NATPLAN_STRESS_CHANGES=" << changes_
              << " NATPLAN_STRESS_LISTENS=" << listens_ << '\n'
              << std::flush;
    for (auto& journal : journals_) journal = std::make_unique<Journal>(changes_);
    start_ = std::chrono::steady_clock::now();
    nft_ = StartChild([this]() -> bool { RunNftForEver(*nft_runs_); });
    committer_ = StartChild([this]() -> bool { CommitForEver(*commits_, std::chrono::milliseconds(1)); });
    for (std::size_t i = 0; i < kWorkers; ++i) {
      const WorkerOptions options = {
          .number = i, .seed = seed_ + i, .changes = changes_, .listens = listens_};
      workers_[i] = StartChild([&] { return RunWorker(options, *journals_[i]); });
    }
  }

  // At a random change, and a random moment of it or behind it.
  void KillOne() {
    std::mt19937_64 random(seed_);
    victim_ = random() % kWorkers;
    const std::size_t change = 1 + random() % changes_;
    const std::chrono::microseconds later(random() % 3000);
    siginfo_t ended = {};
    while (journals_[victim_]->begun() < change && ended.si_pid == 0) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      ASSERT_EQ(waitid(P_PID, static_cast<id_t>(workers_[victim_]), &ended, WEXITED | WNOHANG | WNOWAIT), 0);
    }
    std::this_thread::sleep_for(later);
    const int status = Kill(workers_[victim_]);
    EXPECT_TRUE(status == 0 || WIFSIGNALED(status))
        << OwnerOf(victim_).name() << " went wrong; its reason is above";
  }

  void Print(double seconds) {
    Distribution retries;
    Distribution reads;
    Distribution drains;
    Distribution microseconds;
    std::size_t conflicts = 0;
    for (const auto& journal : journals_) {
      for (std::size_t i = 0; i < journal->ended(); ++i) {
        const Record& record = (*journal)[i];
        if (record.ending == Ending::kConflict) {
          ++conflicts;
        } else {
          retries.Add(record.retries);
        }
        reads.Add(record.reads);
        drains.Add(record.drains);
        microseconds.Add(record.nanoseconds / 1000);
      }
    }
    const Journal& killed = *journals_[victim_];
    std::cout << reads.count() << " calls in " << seconds << " s, " << conflicts << " of them conflicts\n"
              << OwnerOf(victim_).name() << " was killed in change " << killed.begun() << " of " << changes_
              << (killed.begun() == killed.ended() ? ", behind its end" : ", in the midst of it") << '\n'
              << "beside them: nft ran " << *nft_runs_ << " times, another program committed " << *commits_
              << " times\n"
              << "retries of a call:    " << retries.Summary() << '\n'
              << retries.Histogram() << "readings of a call:   " << reads.Summary() << '\n'
              << "drains of a call:     " << drains.Summary() << '\n'
              << "microseconds a call:  " << microseconds.Summary() << '\n'
              << std::flush;
  }

  // Equal to the survivors' wishes and what the killed owner had, with or without its last change.
  void CompareTable() {
    const auto snapshot =
        MakeLiveExecutor(/*listens=*/false)
            ->Read(RequestFor(Layout()), std::chrono::steady_clock::now() + std::chrono::seconds(5));
    ASSERT_TRUE(snapshot.has_value()) << snapshot.error().text;
    const Lines found = LinesOf(*snapshot);
    EXPECT_GT(found.size(), kWorkers);
    std::map<Owner, Wishes> wishes;
    for (std::size_t i = 0; i < kWorkers; ++i)
      wishes[OwnerOf(i)] = After(*journals_[i], journals_[i]->ended());
    const std::string without = Difference(LinesOf(wishes), found);
    wishes[OwnerOf(victim_)] = After(*journals_[victim_], journals_[victim_]->begun());
    const std::string with = Difference(LinesOf(wishes), found);
    EXPECT_EQ(Difference(MasqueradesListedByNft(), MasqueradesAmong(found)), "");
    std::cout << found.size() << " lines; the last change of the killed process is "
              << (without.empty() ? with.empty() ? "no difference" : "not in the table" : "in the table")
              << '\n';
    EXPECT_TRUE(without.empty() || with.empty()) << "without the last change of the killed process:\n"
                                                 << without << "with it:\n"
                                                 << with;
  }

  // The library's own answer: nothing is missing, nothing is foreign.
  void VerifyOwner(std::size_t number) {
    NatOptions options;
    options.owner = OwnerOf(number);
    Nat nat(MakeLiveExecutor(/*listens=*/false), std::move(options));
    const Result result = nat.Verify();
    ASSERT_TRUE(result.has_value()) << ToString(result.error());
    for (const Operation& operation : result->transaction.operations)
      ADD_FAILURE() << OwnerOf(number).name() << " misses: " << ToLine(operation, 0);
    for (const std::string& foreign : result->foreign) ADD_FAILURE() << "foreign: " << foreign;
    EXPECT_TRUE(result->lost.empty());
  }

  std::array<std::unique_ptr<Journal>, kWorkers> journals_;
  std::array<pid_t, kWorkers> workers_ = {};
  std::size_t victim_ = 0;
  pid_t nft_ = 0;
  pid_t committer_ = 0;
  SharedMemory<std::atomic<std::uint64_t>> nft_runs_;
  SharedMemory<std::atomic<std::uint64_t>> commits_;
  std::chrono::steady_clock::time_point start_;
};

TEST_F(StressTest, EightProcessesAndAKilledOneLeaveWhatTheirOwnersWant) {
  testing::RunInNamespaceOrSkip([this] { Run(); });
}

}  // namespace
}  // namespace natplan::stress
