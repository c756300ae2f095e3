// Answers that do not come, commits in the midst, and kernels that lack something (checklist 5, 40, 43, 47).
#include <cerrno>
#include <chrono>

#include "backends/wrappers/fault_executor.h"
#include "tests/contract/full_house.h"
#include "tests/contract/interposing_executor.h"
#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

using std::chrono::milliseconds;

// Owns what FaultExecutor only refers to.
class Faulty final : public Executor {
 public:
  Faulty(std::unique_ptr<Executor> executor, Faults faults)
      : executor_(std::move(executor)), faulty_(*executor_, std::move(faults)) {}
  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request, TimePoint deadline) override {
    return faulty_.Read(request, deadline);
  }
  Outcome Commit(const Transaction& transaction, TimePoint deadline) override {
    return faulty_.Commit(transaction, deadline);
  }
  Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) override {
    return faulty_.Drain(tables, since);
  }

 private:
  std::unique_ptr<Executor> executor_;
  FaultExecutor faulty_;
};

World::Wrap With(Faults faults) {
  return [faults = std::move(faults)](std::unique_ptr<Executor> executor) {
    return std::make_unique<Faulty>(std::move(executor), faults);
  };
}

void ALostAnswerIsLookedUp(World& world) {
  for (const int errno_value : {ENOBUFS, ETIMEDOUT}) {
    Nat& nat =
        world.OpenBehind(With({.commits = {{LoseAnswer{errno_value}, 1}, {LoseAnswer{errno_value}, 13}}}));
    world.Succeeds("apply", nat.Apply(FullHouse()));
    ExpectFullHouse(world);
    for (int i = 2; i < 13; ++i) {
      const bool add = i % 2 == 0;
      world.Succeeds(add ? "add" : "remove",
                     add ? nat.AddMasquerade(Source(kNinth)) : nat.RemoveMasquerade(Source(kNinth)));
    }
    world.Succeeds("remove, and the answer is lost", nat.RemoveMasquerade(Source(kNinth)));
    ExpectFullHouse(world);
    world.Keeps("verify", nat.Verify());
    world.FlushRuleset();
  }
}

void ALostTransactionIsDoneAgain(World& world) {
  Nat& nat =
      world.OpenBehind(With({.commits = {{LoseTransaction{ETIMEDOUT}, 1}, {LoseTransaction{ENOBUFS}, 3}}}));
  world.Succeeds("apply", nat.Apply(FullHouse()));
  ExpectFullHouse(world);
  world.Succeeds("masquerade one more", nat.AddMasquerade(Source(kNinth)));
  ExpectFullHouse(world, true);
}

void AnswersThatNeverComeEndInUnknown(World& world) {
  // A reading would show that it was not carried out.
  Nat& nat = world.OpenBehind(
      With({.commits = {{LoseTransaction{ENOBUFS}, 2, true}}, .reads = {{TearRead{}, 2, true}}}),
      {.deadline = milliseconds(100)});
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.Fails("masquerade 10.1.0.0/24", nat.AddMasquerade(Source("10.1.0.0/24")), ErrorCode::kUnknownOutcome,
              ENOBUFS);
  world.Expect(nat.desired().masquerades().size() == 1, "the wish should be as before");
}

void ARefusalStopsWithTheStateUnchanged(World& world) {
  struct Case {
    const char* what;
    CommitFault fault;
    ErrorCode code;
    int errno_value;
  };
  const Case cases[] = {
      {"ENOMEM on the batch", Refuse{ENOMEM}, ErrorCode::kNoMemory, ENOMEM},
      {"ENOMEM on an operation", Refuse{ENOMEM, 0}, ErrorCode::kNoMemory, ENOMEM},
      {"EPERM on the batch", Refuse{EPERM}, ErrorCode::kNotPermitted, EPERM},
      {"EPERM on an operation", Refuse{EPERM, 0}, ErrorCode::kNotPermitted, EPERM},
      {"EINVAL on an operation", Refuse{EINVAL, 0, 0}, ErrorCode::kRefused, EINVAL},
      {"the message is too large", FailSend{EMSGSIZE}, ErrorCode::kTooLarge, EMSGSIZE},
      {"a forked process", FailSend{ECHILD}, ErrorCode::kEnvironment, ECHILD},
  };
  for (const Case& test : cases) {
    Nat& nat = world.OpenBehind(With({.commits = {{test.fault, 2}}}));
    world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
    world.Fails(test.what, nat.AddMasquerade(Source("10.1.0.0/24")), test.code, test.errno_value);
    world.Changes("the next try", nat.AddMasquerade(Source("10.1.0.0/24")));
    world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end", "10.1.0.0", "10.1.1.0 end"}, {});
    world.FlushRuleset();
  }
}

void ARefusalThatGoesAwayIsSurvived(World& world) {
  for (const int errno_value : {ENOENT, EEXIST, ERESTART, EBUSY}) {
    Refuse refuse{errno_value, 0};
    if (errno_value == ERESTART) refuse.operation.reset();
    Nat& nat = world.OpenBehind(With({.commits = {{refuse, 2}}}));
    world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
    world.Changes("refused once with errno " + std::to_string(errno_value),
                  nat.AddMasquerade(Source("10.1.0.0/24")));
    world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end", "10.1.0.0", "10.1.1.0 end"}, {});
    world.FlushRuleset();
  }
}

void TornReadsAreReadAgain(World& world) {
  Nat& nat = world.OpenBehind(With({.reads = {{TearRead{}, 1}, {TearRead{}, 2}}}));
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  Nat& never = world.OpenBehind(With({.reads = {{TearRead{}, 1, true}}}), {.deadline = milliseconds(50)});
  world.Fails("every read is torn", never.AddMasquerade(Source("10.1.0.0/24")), ErrorCode::kDeadline,
              ETIMEDOUT);
}

void ACommitBetweenReadAndCommitIsSeen(World& world) {
  Nat& nat = world.OpenBehind(BeforeCommit([&](int commit) {
    if (commit == 1) world.ActMeanwhile({EnsureTable{{Family::kIp6, kForeignTable}}});
    if (commit == 3) world.ActMeanwhile({DeleteTable{Ours()}});
    if (commit == 5)
      world.ActMeanwhile({Deletes(Ours(), {"10.0.0.0/24"}), Adds(Ours(), To(80, "10.0.0.2:80"))});
  }));
  world.Succeeds("a foreign table appears", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {});
  world.Succeeds("our table is deleted", nat.AddMasquerade(Source("10.1.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end", "10.1.0.0", "10.1.1.0 end"}, {});
  world.Succeeds("our range goes, and the wanted entry comes", nat.AddForward(To(80, "10.0.0.2:80")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end", "10.1.0.0", "10.1.1.0 end"},
                    {"tcp . 80 : 10.0.0.2 . 80"});
}

// `while true; do nft flush ruleset; done`, and something to flush.
void AnEndlessFlushEndsInADeadline(World& world) {
  world.LeaveGenerationsOut();
  Nat& nat = world.OpenBehind(BeforeCommit([&](int) {
                                world.FlushRulesetMeanwhile();
                                world.ActMeanwhile({EnsureTable{{Family::kIp, kForeignTable}}});
                                world.FlushRulesetMeanwhile();
                              }),
                              {.deadline = milliseconds(150)});
  const auto begin = std::chrono::steady_clock::now();
  world.FailsMeanwhile("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")),
                       ErrorCode::kDeadline, ETIMEDOUT);
  const auto took = std::chrono::steady_clock::now() - begin;
  world.Expect(took >= milliseconds(100) && took < milliseconds(2000), "should take about the deadline");
  world.ExpectEmptyRuleset();
  world.Expect(world.sent().size() >= 6 && world.sent().size() < 1000, "should try again, with pauses");
}

// --- the simulated kernel's own faults: through the bytes, not through an executor ---

void AcksThatAreLostOnTheWayAreLookedUp(World& world) {
  Nat& nat = world.Open();
  world.Succeeds("apply", nat.Apply(FullHouse()));
  ExpectFullHouse(world);
  world.Succeeds("masquerade one more", nat.AddMasquerade(Source(kNinth)));
  ExpectFullHouse(world, true);
  world.Keeps("verify", nat.Verify());
}

void AFlushJustBeforeABatchIsSeen(World& world) {
  Nat& nat = world.Open();
  Fill(world, nat);
  world.Succeeds("masquerade one more", nat.AddMasquerade(Source(kNinth)));
  ExpectFullHouse(world, true);
}

void WithoutNatNothingIsTriedAgain(World& world) {
  Nat& nat = world.Open();
  const Error* error =
      world.Fails("masquerade", nat.AddMasquerade(Source("10.0.0.0/24")), ErrorCode::kNotSupported, ENOENT);
  world.Expect(error != nullptr && error->text.find("nat") != std::string::npos,
               "the missing piece should be named");
  world.Expect(world.sent().size() == 1, "should be tried once");
  world.ExpectEmptyRuleset();
  world.Fails("the same of IPv6", nat.AddMasquerade(Source("fd00::/64")), ErrorCode::kNotSupported, ENOENT);
}

void WithoutFibThePieceIsNamed(World& world) {
  Nat& nat = world.Open();
  const Error* error =
      world.Fails("forward", nat.AddForward(To(80, "10.0.0.2:80")), ErrorCode::kNotSupported, ENOENT);
  world.Expect(error != nullptr && error->text.find("fib") != std::string::npos,
               "the missing piece should be named");
  world.ExpectEmptyRuleset();
}

void WithoutIpv6TheOtherFamilyIsServed(World& world) {
  Nat& nat = world.Open();
  const Report* report =
      world.Changes("apply both", nat.Apply({Intent{Source("10.0.0.0/24")}, Intent{Source("fd00::/64")}}));
  world.Expect(report != nullptr && report->unsupported.size() == 1, "IPv6 should be reported");
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {});
  const std::size_t sent = world.sent().size();
  world.Fails("forward of IPv6", nat.AddForward(To(80, "[fd00::2]:80")), ErrorCode::kNotSupported,
              EOPNOTSUPP);
  world.Expect(world.sent().size() == sent, "nothing more should be sent");
  world.Changes("forward of IPv4", nat.AddForward(To(80, "10.0.0.2:80")));
}

}  // namespace

std::vector<Scenario> FaultScenarios() {
  const std::string kernel = "the running kernel cannot be made to do this";
  kernel_sim::Profile lost_acks;
  lost_acks.lost_ack = {1};
  lost_acks.enobufs = {2};
  kernel_sim::Profile flush;
  flush.flush_before = {13};
  kernel_sim::Profile without_nat;
  without_nat.nat = false;
  kernel_sim::Profile without_fib;
  without_fib.fib = false;
  kernel_sim::Profile without_ip6;
  without_ip6.ip6_family = false;
  return {
      {"ALostAnswerIsLookedUp", ALostAnswerIsLookedUp},
      {"ALostTransactionIsDoneAgain", ALostTransactionIsDoneAgain},
      {"AnswersThatNeverComeEndInUnknown", AnswersThatNeverComeEndInUnknown},
      {"ARefusalStopsWithTheStateUnchanged", ARefusalStopsWithTheStateUnchanged},
      {"ARefusalThatGoesAwayIsSurvived", ARefusalThatGoesAwayIsSurvived},
      {"TornReadsAreReadAgain", TornReadsAreReadAgain},
      {"ACommitBetweenReadAndCommitIsSeen", ACommitBetweenReadAndCommitIsSeen},
      {"AnEndlessFlushEndsInADeadline", AnEndlessFlushEndsInADeadline},
      {"AcksThatAreLostOnTheWayAreLookedUp", AcksThatAreLostOnTheWayAreLookedUp, Where::kSimulatorOnly,
       kernel, lost_acks},
      {"AFlushJustBeforeABatchIsSeen", AFlushJustBeforeABatchIsSeen, Where::kSimulatorOnly, kernel, flush},
      {"WithoutNatNothingIsTriedAgain", WithoutNatNothingIsTriedAgain, Where::kSimulatorOnly,
       "this kernel has NAT", without_nat},
      {"WithoutFibThePieceIsNamed", WithoutFibThePieceIsNamed, Where::kSimulatorOnly, "this kernel has fib",
       without_fib},
      {"WithoutIpv6TheOtherFamilyIsServed", WithoutIpv6TheOtherFamilyIsServed, Where::kSimulatorOnly,
       "this kernel has IPv6", without_ip6},
  };
}

}  // namespace natplan::contract
