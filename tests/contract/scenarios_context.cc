// What a context is as a thing in a process: descriptors, forks, event loops (checklist 42).
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>

#include "tests/contract/full_house.h"
#include "tests/contract/interposing_executor.h"
#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

void ACancelledCallLeavesTheOldState(World& world) {
  Nat& nat = world.Open();
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.Expect(nat.BeginChange({Edit{Edit::Kind::kAdd, Owner::Default(), Source("10.1.0.0/24")}}).has_value(),
               "a call should begin");
  nat.Cancel();
  const Result* result = nat.Poll();
  world.Expect(result != nullptr, "a cancelled call should have ended");
  if (result == nullptr) return;
  world.Fails("cancel before anything was done", *result, ErrorCode::kDeadline, ECANCELED);
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {});
  world.Expect(nat.desired().masquerades().size() == 1, "the wish should be as before");
  world.Changes("the next call", nat.AddMasquerade(Source("10.2.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end", "10.2.0.0", "10.2.1.0 end"}, {});
}

void ACallThatIsCancelledWhileItWaitsLeavesTheOldState(World& world) {
  int disturb = 0;
  Nat& nat = world.OpenBehind(BeforeCommit([&](int) {
    const TableId foreign{Family::kIp, kForeignTable};
    if (disturb == 2) world.ActMeanwhile({EnsureTable{foreign}});
    if (disturb == 1) world.ActMeanwhile({DeleteTable{foreign}});
    if (disturb > 0) --disturb;
  }));
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  disturb = 2;  // the first one is no reason to wait
  world.Expect(nat.BeginChange({Edit{Edit::Kind::kAdd, Owner::Default(), Source("10.1.0.0/24")}}).has_value(),
               "a call should begin");
  world.Expect(nat.Poll() == nullptr,
               "other programs were faster twice, and the call should wait to try again");
  nat.Cancel();
  const Result* result = nat.Poll();
  world.Expect(result != nullptr, "a cancelled call should have ended");
  if (result == nullptr) return;
  world.FailsMeanwhile("cancel a call that waits", *result, ErrorCode::kDeadline, ECANCELED);
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {});
  world.Changes("the next call", nat.AddMasquerade(Source("10.2.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end", "10.2.0.0", "10.2.1.0 end"}, {});
}

// Waits as an event loop does: for the descriptor alone.
const Result* Loop(World& world, Nat& nat) {
  const auto descriptor = nat.descriptor();
  world.Expect(descriptor.has_value() && *descriptor > 2, "there should be a descriptor above 2");
  if (!descriptor) return nullptr;
  for (int turn = 0; turn < 1000; ++turn) {
    if (const Result* result = nat.Poll()) return result;
    pollfd wait = {.fd = *descriptor, .events = POLLIN, .revents = 0};
    poll(&wait, 1, 1000);
  }
  return nullptr;
}

void AnEventLoopNeedsOnlyTheDescriptor(World& world) {
  Nat& nat = world.OpenBehind(BeforeCommit([&](int commit) {
    if (commit == 1) world.ActMeanwhile({EnsureTable{{Family::kIp, kForeignTable}}});
    if (commit == 2) world.ActMeanwhile({DeleteTable{{Family::kIp, kForeignTable}}});
  }));
  world.Expect(nat.BeginApply(FullHouse()).has_value(), "a call should begin");
  const Result* result = Loop(world, nat);
  world.Expect(result != nullptr, "the call should end");
  if (result == nullptr) return;
  world.Succeeds("apply, with other programs in the way", *result);
  ExpectFullHouse(world);
}

void ALogSaysWhatWasDone(World& world) {
  std::vector<std::string> lines;
  Nat& nat = world.Open({.log = [&](LogLevel level, std::string_view, std::string_view operation) {
    if (level == LogLevel::kDebug) lines.emplace_back(operation);
  }});
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.Expect(lines.size() == 15 && lines[13] == "add element ip natplan masq_saddr { 10.0.0.0/24 }" &&
                   lines[14] ==
                       "create element ip natplan owners { 10.0.0.0 . 24 . 0x37a8eec1 . "
                       "0xce19687d . 0x132fe290 comment \"default\" }",
               "each operation should be logged");
  world.Keeps("again", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.Expect(lines.size() == 15, "nothing was done and nothing should be logged");
}

void ADescriptorOfTheCallersIsTaken(World& world) {
  Nat* nat = world.Adopt();
  if (nat == nullptr) return;
  world.Changes("masquerade 10.0.0.0/24", nat->AddMasquerade(Source("10.0.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {});
}

void AForkedChildGetsEchild(World& world) {
  Nat& nat = world.Open();
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  const pid_t child = fork();
  if (child == 0) {
    const Result result = nat.AddMasquerade(Source("10.1.0.0/24"));
    _exit(!result && result.error().errno_value == ECHILD ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  world.Expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child's call should fail with ECHILD");
  world.Keeps("the parent sees no difference", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.Changes("and goes on", nat.AddMasquerade(Source("10.2.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end", "10.2.0.0", "10.2.1.0 end"}, {});
}

}  // namespace

std::vector<Scenario> ContextScenarios() {
  return {{"ACancelledCallLeavesTheOldState", ACancelledCallLeavesTheOldState},
          {"ACallThatIsCancelledWhileItWaitsLeavesTheOldState",
           ACallThatIsCancelledWhileItWaitsLeavesTheOldState},
          {"AnEventLoopNeedsOnlyTheDescriptor", AnEventLoopNeedsOnlyTheDescriptor},
          {"ALogSaysWhatWasDone", ALogSaysWhatWasDone},
          {"ADescriptorOfTheCallersIsTaken", ADescriptorOfTheCallersIsTaken},
          {"AForkedChildGetsEchild", AForkedChildGetsEchild, Where::kLiveOnly,
           "a simulated socket belongs to no process"}};
}

}  // namespace natplan::contract
