// The table is there, and wrong: what is repaired, and what is left to people (checklist 50, 52).
#include <linux/netfilter/nf_tables.h>

#include <cerrno>
#include <functional>

#include "core/plan/extra_rules.h"
#include "tests/contract/full_house.h"
#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

const ChainPlan& ChainNamed(Family family, const std::string& name) {
  for (const ChainPlan& chain : Chains({}, family)) {
    if (chain.name == name) return chain;
  }
  return Chains({}, family).front();
}

EnsureChain WithPolicyDrop(const TableId& table, const std::string& name) {
  EnsureChain chain{table, name, ChainNamed(table.family, name).base};
  chain.base.policy = Policy::kDrop;
  return chain;
}

void Repairs(World& world, const std::function<void()>& damage) {
  Nat& nat = world.Open();
  Fill(world, nat);
  damage();
  const Report* report = world.Keeps("verify", nat.Verify());
  world.Expect(report != nullptr && !report->transaction.operations.empty(), "verify should see it");
  world.Changes("masquerade one more", nat.AddMasquerade(Source(kNinth)));
  ExpectFullHouse(world, true);
  report = world.Keeps("verify", nat.Verify());
  world.Expect(report != nullptr && report->transaction.operations.empty(), "verify should see nothing");
  damage();
  world.Changes("apply", nat.Apply(FullHouse()));
  ExpectFullHouse(world);
}

void ADormantTableIsMadeActive(World& world) {
  Repairs(world, [&] { world.MakeDormant(Ours()); });
}
void APolicyDropIsRepaired(World& world) {
  Repairs(world, [&] { world.Act("policy drop", {WithPolicyDrop(Ours(Family::kIp6), "output")}); });
}
void ADormantTableWithAPolicyDropIsRepaired(World& world) {
  Repairs(world, [&] {
    world.Act("policy drop", {WithPolicyDrop(Ours(), "prerouting"), WithPolicyDrop(Ours(), "postrouting")});
    world.MakeDormant(Ours());
  });
}
void AChainAtAnotherPriorityIsReplaced(World& world) {
  Repairs(world, [&] {
    EnsureChain chain{Ours(), "prerouting", ChainNamed(Family::kIp, "prerouting").base};
    chain.base.priority = 17;
    world.Act("another priority",
              {DeleteChain{Ours(), "prerouting"}, chain,
               AppendRule{Ours(), "prerouting", ChainNamed(Family::kIp, "prerouting").forms[0]}});
  });
}
// The one repair that takes two commits: the kernel wakes no table in the batch that replaces one of its
// chains.
void ADormantTableWithAWrongChainIsRepaired(World& world) {
  Nat& nat = world.Open();
  Fill(world, nat);
  EnsureChain chain{Ours(), "output", ChainNamed(Family::kIp, "output").base};
  chain.base.priority = 17;
  world.Act("another priority", {DeleteChain{Ours(), "output"}, chain});
  world.MakeDormant(Ours());
  const Report* report = world.Succeeds("masquerade one more", nat.AddMasquerade(Source(kNinth)));
  world.Expect(report != nullptr && report->changed, "should have changed something");
  ExpectFullHouse(world, true);
  report = world.Keeps("verify", nat.Verify());
  world.Expect(report != nullptr && report->transaction.operations.empty(), "verify should see nothing");
}
void AChainOnAnotherHookIsReplaced(World& world) {
  Repairs(world, [&] {
    world.Act("another hook and type",
              {DeleteChain{Ours(), "output"},
               EnsureChain{Ours(), "output", {"filter", Hook::kForward, 3, Policy::kAccept}}});
  });
}
void AForeignRuleInFrontIsRemoved(World& world) {
  Repairs(world, [&] {
    world.LeaveListingTextOut();
    world.Act("accept everything first",
              {FlushChain{Ours(), "postrouting"},
               AppendRule{Ours(), "postrouting", {ImmediateExpression{.verdict = 1}}},
               AppendRule{Ours(), "postrouting", ChainNamed(Family::kIp, "postrouting").forms[0]}});
  });
}
void ARuleOfAnotherChainIsReplaced(World& world) {
  Repairs(world, [&] {
    const TableId table = Ours(Family::kIp6);
    world.Act("exchange the rules of prerouting and output",
              {FlushChain{table, "prerouting"}, FlushChain{table, "output"},
               AppendRule{table, "prerouting", ChainNamed(Family::kIp6, "output").forms[0]},
               AppendRule{table, "output", ChainNamed(Family::kIp6, "prerouting").forms[0]}});
  });
}
void ARuleOfTheSameTextIsNoDifference(World& world) {
  Nat& nat = world.Open();
  Fill(world, nat);
  std::vector<Operation> operations;
  for (const ChainPlan& chain : Chains({}, Family::kIp)) {
    operations.push_back(FlushChain{Ours(), chain.name});
    operations.push_back(AppendRule{Ours(), chain.name, chain.forms.back()});
    for (const Expressions& rule : chain.behind) operations.push_back(AppendRule{Ours(), chain.name, rule});
  }
  const std::string listing = world.listing();
  world.Act("the rules as nft loads them from its own listing", operations);
  world.ExpectEqual("the listing", world.listing(), listing);
  world.Keeps("apply", nat.Apply(FullHouse()));
}
// In natplan's reach is what stands before its rule; what stands behind it sees untranslated packets only.
void AForeignRuleBehindIsListedAndKept(World& world) {
  Nat& nat = world.Open();
  Fill(world, nat);
  world.Act("a rule behind ours",
            {AppendRule{Ours(), "postrouting", ChainNamed(Family::kIp, "postrouting").forms[1]}});
  const Report* report = world.Keeps("apply", nat.Apply(FullHouse()));
  world.Expect(report != nullptr && report->foreign.size() == 1, "the rule should be listed as foreign");
}

void ASetOfAnotherTypeIsReportedAndKept(World& world) {
  SetShape shape = ForwardShape(Family::kIp);
  shape.is_map = false;
  shape.data_type = shape.data_length = 0;
  world.Act("another program's set of our name",
            {EnsureTable{Ours()}, EnsureSet{Ours(), kMasqueradeSet, shape}});
  Nat& nat = world.Open();
  const Error* error =
      world.Fails("masquerade", nat.AddMasquerade(Source("10.0.0.0/24")), ErrorCode::kConflict, EEXIST);
  world.Expect(error != nullptr && !error->ours.empty() && !error->theirs.empty(),
               "both sides should be named");
  world.Changes("IPv6 is not affected", nat.AddMasquerade(Source("fd00::/64")));
  world.ExpectTable(Ours(Family::kIp6), {"fd00::", "fd00:0:0:1:: end"}, {});
}

// A context that holds one of each, and its table.
Nat& WithOneOfEach(World& world) {
  Nat& nat = world.Open();
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.Changes("forward 80", nat.AddForward(To(80, "10.0.0.2:80")));
  return nat;
}

void RulesInAnotherOrderAreMadeAgain(World& world) {
  Nat& nat = WithOneOfEach(world);
  const Masquerade behind =
      Masquerade::Make(Prefix::Parse("10.8.0.0/16").value(), InterfaceName::Make("eth0").value()).value();
  world.Changes("masquerade behind eth0", nat.AddMasquerade(behind));
  const std::string listing = world.listing();
  const auto damage = [&] {
    const RulePlan rule = ToRule({Owner::Default(), behind});
    world.Act(
        "exchange the two rules",
        {FlushChain{Ours(), "postrouting"}, AppendRule{Ours(), "postrouting", rule.expressions, rule.comment},
         AppendRule{Ours(), "postrouting", ChainNamed(Family::kIp, "postrouting").forms[0]}});
  };
  damage();
  const Report* report = world.Keeps("verify", nat.Verify());
  world.Expect(report != nullptr && !report->transaction.operations.empty(), "verify should see it");
  world.Changes("ask for what is held", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.ExpectEqual("the listing", world.listing(), listing);
}

// While a context holds what was in it. Removing the other one is for people.
void RecreatedAs(World& world, const SetShape& shape) {
  Nat& nat = WithOneOfEach(world);
  world.Act("somebody makes the set anew",
            {FlushChain{Ours(), "postrouting"}, DeleteSet{Ours(), kMasqueradeSet},
             EnsureSet{Ours(), kMasqueradeSet, shape}});
  const Error* error =
      world.Fails("masquerade one more", nat.AddMasquerade(Source(kNinth)), ErrorCode::kConflict, EEXIST);
  world.Expect(error != nullptr && !error->ours.empty() && !error->theirs.empty(),
               "both sides should be named");
  world.Fails("verify", nat.Verify(), ErrorCode::kConflict, EEXIST);
  world.Act("and takes it away", {DeleteSet{Ours(), kMasqueradeSet}});
  world.Changes("ask for what is held", nat.AddForward(To(80, "10.0.0.2:80")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {"tcp . 80 : 10.0.0.2 . 80"});
}
void ASetRecreatedWithAnotherTypeIsReportedAndKept(World& world) {
  SetShape shape = ForwardShape(Family::kIp);
  shape.is_map = false;
  shape.data_type = shape.data_length = 0;
  RecreatedAs(world, shape);
}
void ASetRecreatedWithTimeoutIsReportedAndKept(World& world) {
  world.LeaveListingTextOut();
  SetShape shape = MasqueradeShape(Family::kIp);
  shape.other_flags = NFT_SET_TIMEOUT;
  RecreatedAs(world, shape);
}
// What it holds is what counts, as long as it has room.
void ASetRecreatedWithASizeIsUsedAsItIs(World& world) {
  world.LeaveListingTextOut();
  Nat& nat = WithOneOfEach(world);
  world.Act("somebody deletes the set",
            {FlushChain{Ours(), "postrouting"}, DeleteSet{Ours(), kMasqueradeSet}});
  world.MakeSetOfSize(Ours(), kMasqueradeSet, MasqueradeShape(Family::kIp), 1000);
  world.Changes("ask for what is held", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {"tcp . 80 : 10.0.0.2 . 80"});
  const Report* report = world.Keeps("verify", nat.Verify());
  world.Expect(report != nullptr && report->transaction.operations.empty(), "verify should see nothing");
}

// Whether the chain is gone, empty, or lets everything through before it drops anything.
void TheGuardOfLoopbackIsMadeAgain(World& world) {
  Nat& nat = world.Open();
  Forward local = To(22, "10.0.0.4:22");
  local.localhost = true;
  world.Changes("a forward that wants localhost", nat.AddForward(local));
  const std::string listing = world.listing();
  const ChainPlan& guard = *LoopbackGuard(Family::kIp);
  world.Expect(listing.find(guard.name) != std::string::npos, "the guard should be there");
  const std::vector<std::vector<Operation>> damages = {
      {DeleteChain{Ours(), guard.name}},
      {FlushChain{Ours(), guard.name}},
      {FlushChain{Ours(), guard.name}, AppendRule{Ours(), guard.name, {ImmediateExpression{.verdict = 1}}},
       AppendRule{Ours(), guard.name, guard.forms[0]}}};
  for (const std::vector<Operation>& damage : damages) {
    world.Act("somebody damages the guard", damage);
    const Report* report = world.Keeps("verify", nat.Verify());
    world.Expect(report != nullptr && !report->transaction.operations.empty(), "verify should see it");
    world.Changes("ask for what is held", nat.AddForward(local));
    world.ExpectEqual("the listing", world.listing(), listing);
  }
  world.Changes("nobody wants localhost any more", nat.RemoveForward(local));
  world.ExpectTable(Ours(), {}, {});
}

void ATableOfAnotherSocketIsLeftAlone(World& world) {
  world.LeaveListingTextOut();
  Nat& nat = WithOneOfEach(world);
  world.FlushRuleset();
  world.MakeOwned(Ours());
  world.Fails("masquerade one more", nat.AddMasquerade(Source(kNinth)), ErrorCode::kNotPermitted, EPERM);
  const Report* report = world.Keeps("verify", nat.Verify());
  world.Expect(report != nullptr && !report->transaction.operations.empty(), "verify should see it");
  Nat& other = world.Open({.owner = Named("b")});
  world.Changes("the other family is not affected", other.AddMasquerade(Source("fd00::/64")));
}

void ATableThatHasTheNameOnlyIsCompleted(World& world) {
  world.Act("an empty table of our name", {EnsureTable{Ours()}});
  Nat& nat = world.Open();
  world.Changes("masquerade", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {});
}

}  // namespace

std::vector<Scenario> RepairScenarios() {
  return {{"ADormantTableIsMadeActive", ADormantTableIsMadeActive},
          {"APolicyDropIsRepaired", APolicyDropIsRepaired},
          {"ADormantTableWithAPolicyDropIsRepaired", ADormantTableWithAPolicyDropIsRepaired},
          {"ADormantTableWithAWrongChainIsRepaired", ADormantTableWithAWrongChainIsRepaired},
          {"AChainAtAnotherPriorityIsReplaced", AChainAtAnotherPriorityIsReplaced},
          {"AChainOnAnotherHookIsReplaced", AChainOnAnotherHookIsReplaced},
          {"AForeignRuleInFrontIsRemoved", AForeignRuleInFrontIsRemoved},
          {"ARuleOfAnotherChainIsReplaced", ARuleOfAnotherChainIsReplaced},
          {"ARuleOfTheSameTextIsNoDifference", ARuleOfTheSameTextIsNoDifference},
          {"AForeignRuleBehindIsListedAndKept", AForeignRuleBehindIsListedAndKept},
          {"RulesInAnotherOrderAreMadeAgain", RulesInAnotherOrderAreMadeAgain},
          {"ASetRecreatedWithAnotherTypeIsReportedAndKept", ASetRecreatedWithAnotherTypeIsReportedAndKept},
          {"ASetRecreatedWithTimeoutIsReportedAndKept", ASetRecreatedWithTimeoutIsReportedAndKept,
           Where::kLiveOnly, "the simulated kernel has no sets with timeouts"},
          {"ASetRecreatedWithASizeIsUsedAsItIs", ASetRecreatedWithASizeIsUsedAsItIs},
          {"TheGuardOfLoopbackIsMadeAgain", TheGuardOfLoopbackIsMadeAgain},
          {"ATableOfAnotherSocketIsLeftAlone", ATableOfAnotherSocketIsLeftAlone},
          {"ASetOfAnotherTypeIsReportedAndKept", ASetOfAnotherTypeIsReportedAndKept},
          {"ATableThatHasTheNameOnlyIsCompleted", ATableThatHasTheNameOnlyIsCompleted}};
}

}  // namespace natplan::contract
