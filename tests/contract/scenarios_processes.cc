// Several processes on natplan's own table, each with an owner of its own: whoever acts next leaves
// everything that anybody recorded complete (checklist 57).
#include <cerrno>
#include <functional>
#include <utility>

#include "tests/contract/interposing_executor.h"
#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

constexpr const char* kRangesOfA[] = {"10.1.0.0", "10.1.1.0 end"};
constexpr const char* kRangesOfB[] = {"10.2.0.0", "10.3.0.0 end"};

void FillForA(World& world, Nat& a) {
  world.Changes("a: everything", a.Apply({Source("10.1.0.0/24"), To(80, "10.1.0.2:80"), Source("fd00:1::/64"),
                                          To(80, "[fd00:1::2]:80")}));
}

void FillForB(World& world, Nat& b) {
  world.Changes("b: everything", b.Apply({Source("10.2.0.0/16"), To(81, "10.2.0.2:81"), Source("fd00:2::/64"),
                                          To(81, "[fd00:2::2]:81")}));
}

void ExpectBoth(World& world, bool nine = false) {
  std::vector<std::string> nodes(std::begin(kRangesOfA), std::end(kRangesOfA));
  nodes.insert(nodes.end(), std::begin(kRangesOfB), std::end(kRangesOfB));
  std::vector<std::string> ledger = {"10.1.0.0/24 a", "10.2.0.0/16 b"};
  if (nine) {
    nodes.insert(nodes.end(), {"10.9.0.0", "10.9.1.0 end"});
    ledger.emplace_back("10.9.0.0/24 b");
  }
  world.ExpectTable(Ours(), nodes, {"tcp . 80 : 10.1.0.2 . 80 of a", "tcp . 81 : 10.2.0.2 . 81 of b"},
                    ledger);
  world.ExpectTable(Ours(Family::kIp6), {"fd00:1::", "fd00:1:0:1:: end", "fd00:2::", "fd00:2:0:1:: end"},
                    {"tcp . 80 : fd00:1::2 . 80 of a", "tcp . 81 : fd00:2::2 . 81 of b"},
                    {"fd00:1::/64 a", "fd00:2::/64 b"});
}

// b is told nothing of the flush, and acts on something else.
void AFlushThatOneOfTwoDidNotSeeIsRepairedByBoth(World& world) {
  Nat& a = world.Open({.owner = Named("a")});
  Nat& b = world.Open({.owner = Named("b")});
  FillForA(world, a);
  FillForB(world, b);
  ExpectBoth(world);
  world.FlushRuleset();
  world.Changes("a asks for what it has", a.AddMasquerade(Source("10.1.0.0/24")));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.1.1.0 end"}, {"tcp . 80 : 10.1.0.2 . 80 of a"},
                    {"10.1.0.0/24 a"});
  world.ExpectTable(Ours(Family::kIp6), {"fd00:1::", "fd00:1:0:1:: end"}, {"tcp . 80 : fd00:1::2 . 80 of a"},
                    {"fd00:1::/64 a"});
  world.Changes("b adds something else", b.AddMasquerade(Source("10.9.0.0/24")));
  ExpectBoth(world, true);
  world.FlushRuleset();
  world.Changes("b takes it back", b.RemoveMasquerade(Source("10.9.0.0/24")));
  world.Changes("a asks for what it has, again", a.AddForward(To(80, "10.1.0.2:80")));
  ExpectBoth(world);
  world.Keeps("b has nothing to do", b.AddForward(To(81, "10.2.0.2:81")));
}

void APortThatAnotherOwnerTookAfterAFlushIsLost(World& world) {
  Nat& a = world.Open({.owner = Named("a")});
  Nat& b = world.Open({.owner = Named("b")});
  FillForA(world, a);
  FillForB(world, b);
  world.FlushRuleset();
  world.Changes("b takes a's port", b.AddForward(To(80, "10.2.0.9:80")));
  const Report* report = world.Changes("a asks for something else", a.AddMasquerade(Source("10.9.0.0/24")));
  world.Expect(report != nullptr && report->lost.size() == 1 && report->lost[0].code == ErrorCode::kConflict,
               "the port should be reported as lost");
  world.ExpectTable(Ours(),
                    {"10.1.0.0", "10.1.1.0 end", "10.2.0.0", "10.3.0.0 end", "10.9.0.0", "10.9.1.0 end"},
                    {"tcp . 80 : 10.2.0.9 . 80 of b", "tcp . 81 : 10.2.0.2 . 81 of b"},
                    {"10.1.0.0/24 a", "10.2.0.0/16 b", "10.9.0.0/24 a"});
  world.Fails("a asks for the port itself", a.AddForward(To(80, "10.1.0.2:80")), ErrorCode::kConflict,
              EEXIST);
  world.Changes("b gives the port back", b.RemoveForward(To(80, "10.2.0.9:80")));
  report = world.Changes("a, with whatever call", a.RemoveMasquerade(Source("10.9.0.0/24")));
  world.Expect(report != nullptr && report->lost.empty(), "nothing should be lost any more");
  ExpectBoth(world);
}

void TwoThatStartFromAnEmptyKernelAtOnceAreBothServed(World& world) {
  Nat& a = world.Open({.owner = Named("a")});
  Nat& b = world.OpenBehind(BeforeCommit([&](int commit) {
                              if (commit != 1) return;
                              world.Expect(a.Apply({Source("10.1.0.0/24"), To(80, "10.1.0.2:80"),
                                                    Source("fd00:1::/64"), To(80, "[fd00:1::2]:80")})
                                               .has_value(),
                                           "a should be served");
                            }),
                            {.owner = Named("b")});
  const Report* report =
      world.Succeeds("b, and a just before it", b.Apply({Source("10.2.0.0/16"), To(81, "10.2.0.2:81"),
                                                         Source("fd00:2::/64"), To(81, "[fd00:2::2]:81")}));
  world.Expect(report != nullptr && report->retries == 1, "one of them should have to try again, once");
  ExpectBoth(world);
}

void TwoThatWantOnePortAtOnceAreServedAndRefused(World& world) {
  Nat& a = world.Open({.owner = Named("a")});
  Nat& b = world.OpenBehind(BeforeCommit([&](int) {
                              world.Expect(a.AddForward(To(80, "10.1.0.2:80")).has_value(), "a is served");
                            }),
                            {.owner = Named("b")});
  const Error* error = world.FailsMeanwhile("b, and a just before it", b.AddForward(To(80, "10.2.0.2:80")),
                                            ErrorCode::kConflict, EEXIST);
  world.ExpectTable(Ours(), {}, {"tcp . 80 : 10.1.0.2 . 80 of a"}, {});
  world.Expect(error != nullptr && error->text.find("\"a\"") != std::string::npos,
               "the holder should be named");
}

void AConflictNamesHolderPortAndBothTargets(World& world) {
  Nat& a = world.Open({.owner = Named("a")});
  Nat& b = world.Open({.owner = Named("b")});
  FillForA(world, a);
  for (const auto& [forward, theirs] :
       {std::pair(To(80, "10.2.0.2:8080"),
                  "element ip natplan map_port_ipport { tcp . 80 comment \"a\" : 10.1.0.2 . 80 }"),
        std::pair(To(80, "[fd00:2::2]:8080"),
                  "element ip6 natplan map_port_ipport { tcp . 80 comment \"a\" : fd00:1::2 . 80 }")}) {
    const Error* error =
        world.Fails("b: " + ToString(forward), b.AddForward(forward), ErrorCode::kConflict, EEXIST);
    if (error == nullptr) continue;
    world.ExpectEqual("their side", error->theirs, theirs);
    world.Expect(
        error->ours.find("tcp . 80 : " + forward.to.address.ToString() + " . 8080") != std::string::npos,
        "our side should be named");
    world.Expect(error->operation == "add " + error->ours, "the operation should be named");
    world.Expect(error->text.find("\"a\"") != std::string::npos, "the holder should be named");
  }
  world.Keeps("b deletes what it has not", b.RemoveForward(To(80, "10.1.0.2:80")));
}

// A neighbour that works on its own tables costs one more try, and no reading.
void ANeighboursCommitsCostOneRetryAndNoReading(World& world) {
  const TableId neighbour{Family::kIp, kForeignTable};
  int reads = 0;
  int commits = 0;
  bool ours = false;
  Nat& nat = world.OpenBehind(BeforeCommit(
                                  [&](int) {
                                    if (++commits % 2 == 0) return;  // the second try of a call
                                    world.ActMeanwhile({EnsureTable{neighbour}});
                                    world.ActMeanwhile({DeleteTable{neighbour}});
                                    if (ours) world.ActMeanwhile({Adds(Ours(), {"192.0.2.0/24"})});
                                  },
                                  &reads),
                              {.owner = Named("a")});
  world.Succeeds("the first call has to read", nat.AddMasquerade(Source("10.1.0.0/24")));
  for (const char* prefix : {"10.2.0.0/24", "10.3.0.0/24", "10.4.0.0/24"}) {
    reads = 0;
    const Result result = nat.AddMasquerade(Source(prefix));
    const int read = reads;
    const Report* report = world.Succeeds(std::string("masquerade ") + prefix, result);
    world.Expect(report != nullptr && report->changed && report->retries == 1, "should take one retry");
    // The first retry of all begins to listen.
    world.Expect(prefix == std::string_view("10.2.0.0/24") || read == 0, "nothing should be read again");
  }
  ours = true;
  reads = 0;
  const Result result = nat.AddMasquerade(Source("10.5.0.0/24"));
  const int read = reads;
  const Report* report = world.Succeeds("masquerade 10.5.0.0/24, and somebody changes our table", result);
  world.Expect(report != nullptr && report->retries == 1 && report->foreign.size() == 1,
               "should take one retry, and see what came");
  world.Expect(read == 0, "the element should be known by its announcement");
}

// What another owner commits to the shared table is known by its announcements, and not read again.
void AnotherOwnersChangesAreFollowedWithoutReading(World& world) {
  int reads = 0;
  std::function<Result()> meanwhile;
  Nat& b = world.Open({.owner = Named("b")});
  Nat& a = world.OpenBehind(BeforeCommit(
                                [&](int) {
                                  if (const auto call = std::exchange(meanwhile, nullptr))
                                    world.Expect(call().has_value(), "b should succeed in between");
                                },
                                &reads),
                            {.owner = Named("a")});
  FillForB(world, b);
  FillForA(world, a);
  meanwhile = [&] { return b.AddMasquerade(Source("10.8.0.0/16")); };
  world.Succeeds("a: the first retry begins to listen", a.AddMasquerade(Source("10.1.5.0/24")));
  reads = 0;

  meanwhile = [&] { return b.AddMasquerade(Source("10.0.0.0/8")); };
  world.Succeeds("a records a prefix within one that b adds", a.AddMasquerade(Source("10.1.6.0/24")));
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.0.0", "11.0.0.0 end"});
  meanwhile = [&] { return b.RemoveMasquerade(Source("10.0.0.0/8")); };
  world.Succeeds("a changes a target while b removes it", a.AddForward(To(80, "10.1.0.3:80")));
  meanwhile = [&] { return b.AddForward(To(82, "10.2.0.3:82")); };
  world.Succeeds("a removes a prefix while b adds a port", a.RemoveMasquerade(Source("10.1.5.0/24")));
  meanwhile = [&] { return b.RemoveMasquerade(Source("fd00:2::/64")); };
  world.Succeeds("a adds a port while b works on ip6", a.AddForward(To(83, "10.1.0.2:80")));
  world.Expect(reads == 0, "nothing should be read");
  world.ExpectTable(Ours(),
                    {"10.1.0.0", "10.1.1.0 end", "10.1.6.0", "10.1.7.0 end", "10.2.0.0", "10.3.0.0 end",
                     "10.8.0.0", "10.9.0.0 end"},
                    {"tcp . 80 : 10.1.0.3 . 80 of a", "tcp . 81 : 10.2.0.2 . 81 of b",
                     "tcp . 82 : 10.2.0.3 . 82 of b", "tcp . 83 : 10.1.0.2 . 80 of a"},
                    {"10.1.0.0/24 a", "10.1.6.0/24 a", "10.2.0.0/16 b", "10.8.0.0/16 b"});
  world.ExpectTable(Ours(Family::kIp6), {"fd00:1::", "fd00:1:0:1:: end"},
                    {"tcp . 80 : fd00:1::2 . 80 of a", "tcp . 81 : fd00:2::2 . 81 of b"}, {"fd00:1::/64 a"});
}

}  // namespace

std::vector<Scenario> ProcessScenarios() {
  return {
      {"AFlushThatOneOfTwoDidNotSeeIsRepairedByBoth", AFlushThatOneOfTwoDidNotSeeIsRepairedByBoth},
      {"APortThatAnotherOwnerTookAfterAFlushIsLost", APortThatAnotherOwnerTookAfterAFlushIsLost},
      {"TwoThatStartFromAnEmptyKernelAtOnceAreBothServed", TwoThatStartFromAnEmptyKernelAtOnceAreBothServed},
      {"TwoThatWantOnePortAtOnceAreServedAndRefused", TwoThatWantOnePortAtOnceAreServedAndRefused},
      {"AConflictNamesHolderPortAndBothTargets", AConflictNamesHolderPortAndBothTargets},
      {"ANeighboursCommitsCostOneRetryAndNoReading", ANeighboursCommitsCostOneRetryAndNoReading},
      {"AnotherOwnersChangesAreFollowedWithoutReading", AnotherOwnersChangesAreFollowedWithoutReading}};
}

}  // namespace natplan::contract
