// Other programs take away what a running context holds; its next call brings all of it back (checklist 44 to
// 51).
#include <cerrno>
#include <functional>

#include "tests/contract/full_house.h"
#include "tests/contract/interposing_executor.h"
#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

std::vector<Operation> FlushAllChains(const TableId& table) {
  std::vector<Operation> operations;
  for (const ChainPlan& chain : Chains(Layout{table.name}, table.family))
    operations.push_back(FlushChain{table, chain.name});
  return operations;
}

// Does the damage before each kind of call there is, and looks after each.
void RestoresAfter(World& world, const std::function<void()>& damage) {
  Nat& nat = world.Open();
  Fill(world, nat);
  damage();
  world.Changes("masquerade one more", nat.AddMasquerade(Source(kNinth)));
  ExpectFullHouse(world, true);
  damage();
  world.Changes("remove it", nat.RemoveMasquerade(Source(kNinth)));
  ExpectFullHouse(world);
  damage();
  world.Changes("ask for what is held", nat.AddForward(To(2221, "10.1.0.2:22")));
  ExpectFullHouse(world);
  damage();
  const Report* report = world.Keeps("verify", nat.Verify());
  world.Expect(report != nullptr && !report->transaction.operations.empty(), "verify should see the damage");
  world.Changes("apply the same", nat.Apply(FullHouse()));
  ExpectFullHouse(world);
  world.Keeps("apply the same again", nat.Apply(FullHouse()));
}

void EverythingReturnsAfterFlushRuleset(World& world) {
  RestoresAfter(world, [&] { world.FlushRuleset(); });
}
void EverythingReturnsAfterATableIsDeleted(World& world) {
  RestoresAfter(world, [&] { world.Act("delete table ip", {DeleteTable{Ours()}}); });
}
void EverythingReturnsAfterFlushTable(World& world) {
  RestoresAfter(world, [&] { world.Act("flush table ip6", FlushAllChains(Ours(Family::kIp6))); });
}
void EverythingReturnsAfterAChainIsFlushed(World& world) {
  RestoresAfter(world, [&] { world.Act("flush chain ip output", {FlushChain{Ours(), "output"}}); });
}
void EverythingReturnsAfterAChainIsDeleted(World& world) {
  RestoresAfter(world,
                [&] { world.Act("delete chain ip postrouting", {DeleteChain{Ours(), "postrouting"}}); });
}
void EverythingReturnsAfterASetIsDeleted(World& world) {
  RestoresAfter(world, [&] {
    world.Act("delete set ip masq_saddr",
              {FlushChain{Ours(), "postrouting"}, DeleteSet{Ours(), kMasqueradeSet}});
  });
}
void EverythingReturnsAfterTheMapIsDeleted(World& world) {
  RestoresAfter(world, [&] {
    const TableId table = Ours(Family::kIp6);
    world.Act("delete map ip6 map_port_ipport", {FlushChain{table, "prerouting"}, FlushChain{table, "output"},
                                                 DeleteSet{table, kForwardMap, true}});
  });
}
void EverythingReturnsAfterASetIsFlushed(World& world) {
  RestoresAfter(world, [&] {
    world.Act("flush set ip masq_saddr and ip6 map_port_ipport",
              {FlushSet{Ours(), kMasqueradeSet}, FlushSet{Ours(Family::kIp6), kForwardMap, true}});
  });
}
void EverythingReturnsAfterElementsAreDeleted(World& world) {
  RestoresAfter(world, [&] {
    world.Act("delete one element of each",
              {Deletes(Ours(), {"10.2.0.0/16"}), Deletes(Ours(), To(2222, "10.1.0.3:22")),
               Deletes(Ours(Family::kIp6), {"fe00::/8"})});
  });
}
void HalfOfARangeThatIsDeletedReturns(World& world) {
  Nat& nat = world.Open();
  const auto half = [](ElementKind kind, const char* address) {
    return DeleteElements{
        Ours(),
        kMasqueradeSet,
        MasqueradeShape(Family::kIp),
        {Element{.kind = kind, .key = ElementKey(Address::Parse(address).value().bytes())}}};
  };
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.Changes("masquerade 10.2.0.0/24", nat.AddMasquerade(Source("10.2.0.0/24")));
  world.Act("delete the lowest start", {half(ElementKind::kStart, "10.0.0.0")});
  world.Changes("masquerade 10.1.0.0/24", nat.AddMasquerade(Source("10.1.0.0/24")));
  world.ExpectTable(Ours(),
                    {"10.0.0.0", "10.0.1.0 end", "10.1.0.0", "10.1.1.0 end", "10.2.0.0", "10.2.1.0 end"}, {});
  world.Act("delete the highest end", {half(ElementKind::kEnd, "10.2.1.0")});
  world.Changes("remove 10.1.0.0/24", nat.RemoveMasquerade(Source("10.1.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end", "10.2.0.0", "10.2.1.0 end"}, {});
}

// The origin: skeleton EEXIST, taken for success.
void ATableThatAppearsMeanwhileIsUsed(World& world) {
  Nat& nat = world.OpenBehind(BeforeCommit([&](int commit) {
    if (commit == 1) world.ActMeanwhile({EnsureTable{Ours()}});
    if (commit == 2) world.ActMeanwhile(Skeleton(Ours()));
  }));
  world.Succeeds("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {});
}

// The origin gives up at the second flush.
void AFlushBeforeTheSecondTryIsSurvived(World& world) {
  Nat& nat = world.OpenBehind(BeforeCommit([&](int commit) {
    // The ninth commit is the first one behind the full house's twelve.
    if (commit > 12 && commit < 16) world.FlushRulesetMeanwhile();
    if (commit > 13 && commit < 16) world.ActMeanwhile({EnsureTable{{Family::kIp, kForeignTable}}});
  }));
  Fill(world, nat);
  world.Succeeds("masquerade one more", nat.AddMasquerade(Source(kNinth)));
  ExpectFullHouse(world, true);
}

void AReplacementAfterAFlushAddsTheNewTargetOnly(World& world) {
  Nat& nat = world.Open();
  world.Changes("forward 80", nat.AddForward(To(80, "10.0.0.2:80")));
  world.FlushRuleset();
  const Report* report = world.Changes("forward 80 elsewhere", nat.AddForward(To(80, "10.0.0.3:80")));
  world.ExpectTable(Ours(), {}, {"tcp . 80 : 10.0.0.3 . 80"});
  if (report == nullptr) return;
  for (const Operation& operation : report->transaction.operations) {
    world.Expect(!std::holds_alternative<DeleteElements>(operation), "nothing should be deleted");
  }
}

void AReplacementOfAVanishedEntryEndsWithTheNewOne(World& world) {
  Nat& nat = world.Open();
  world.Changes("forward 80", nat.AddForward(To(80, "10.0.0.2:80")));
  world.Act("another program removes the entry", {Deletes(Ours(), To(80, "10.0.0.2:80"))});
  world.Changes("forward 80 elsewhere", nat.AddForward(To(80, "10.0.0.3:80")));
  world.ExpectTable(Ours(), {}, {"tcp . 80 : 10.0.0.3 . 80"});
}

void WhatAnotherProgramTookAfterAFlushIsReportedAsLost(World& world) {
  Nat& nat = world.Open();
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.Changes("forward 80", nat.AddForward(To(80, "10.0.0.2:80")));
  world.FlushRuleset();
  std::vector<Operation> operations = Skeleton(Ours());
  operations.push_back(Adds(Ours(), {"10.0.0.128/25"}));
  operations.push_back(Adds(Ours(), To(80, "10.9.9.9:80")));
  world.Act("another program takes both", operations);
  const Report* report = world.Changes("masquerade 10.5.0.0/24", nat.AddMasquerade(Source("10.5.0.0/24")));
  world.Expect(report != nullptr && report->lost.size() == 2, "both should be reported as lost");
  world.ExpectTable(Ours(), {"10.0.0.128", "10.0.1.0 end", "10.5.0.0", "10.5.1.0 end"},
                    {"tcp . 80 : 10.9.9.9 . 80 of nobody"}, {"10.0.0.0/24 default", "10.5.0.0/24 default"});
  world.Act("the other program leaves",
            {Deletes(Ours(), {"10.0.0.128/25"}), Deletes(Ours(), To(80, "10.9.9.9:80"))});
  world.Changes("remove 10.5.0.0/24", nat.RemoveMasquerade(Source("10.5.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {"tcp . 80 : 10.0.0.2 . 80"});
}

}  // namespace

std::vector<Scenario> RestorationScenarios() {
  return {{"EverythingReturnsAfterFlushRuleset", EverythingReturnsAfterFlushRuleset},
          {"EverythingReturnsAfterATableIsDeleted", EverythingReturnsAfterATableIsDeleted},
          {"EverythingReturnsAfterFlushTable", EverythingReturnsAfterFlushTable},
          {"EverythingReturnsAfterAChainIsFlushed", EverythingReturnsAfterAChainIsFlushed},
          {"EverythingReturnsAfterAChainIsDeleted", EverythingReturnsAfterAChainIsDeleted},
          {"EverythingReturnsAfterASetIsDeleted", EverythingReturnsAfterASetIsDeleted},
          {"EverythingReturnsAfterTheMapIsDeleted", EverythingReturnsAfterTheMapIsDeleted},
          {"EverythingReturnsAfterASetIsFlushed", EverythingReturnsAfterASetIsFlushed},
          {"EverythingReturnsAfterElementsAreDeleted", EverythingReturnsAfterElementsAreDeleted},
          {"HalfOfARangeThatIsDeletedReturns", HalfOfARangeThatIsDeletedReturns},
          {"ATableThatAppearsMeanwhileIsUsed", ATableThatAppearsMeanwhileIsUsed},
          {"AFlushBeforeTheSecondTryIsSurvived", AFlushBeforeTheSecondTryIsSurvived},
          {"AReplacementAfterAFlushAddsTheNewTargetOnly", AReplacementAfterAFlushAddsTheNewTargetOnly},
          {"AReplacementOfAVanishedEntryEndsWithTheNewOne", AReplacementOfAVanishedEntryEndsWithTheNewOne},
          {"WhatAnotherProgramTookAfterAFlushIsReportedAsLost",
           WhatAnotherProgramTookAfterAFlushIsReportedAsLost}};
}

}  // namespace natplan::contract
