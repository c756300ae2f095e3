// What other programs hold where natplan wants something: conflicts, scopes (checklist 55, 59, 62).
#include <cerrno>

#include "tests/contract/interposing_executor.h"
#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

void ExpectBothSides(World& world, const Error* error) {
  world.Expect(error != nullptr && !error->operation.empty() && !error->ours.empty() &&
                   !error->theirs.empty() && !error->text.empty(),
               "operation, both sides and the cure should be named");
}

struct Position {
  const char* theirs;
  const char* ours;
};

// The kernel itself would take some of these: a range around another with the same end.
constexpr Position kOverlaps[] = {{"10.0.0.128/25", "10.0.0.0/24"},    {"10.0.0.0/25", "10.0.0.0/24"},
                                  {"10.0.0.64/26", "10.0.0.0/24"},     {"10.0.0.0/24", "10.0.0.128/25"},
                                  {"10.0.0.0/24", "10.0.0.0/25"},      {"10.0.0.0/24", "10.0.0.64/26"},
                                  {"10.0.0.0/24", "10.0.0.255/32"},    {"10.0.0.255/32", "10.0.0.0/24"},
                                  {"255.255.255.0/24", "240.0.0.0/4"}, {"240.0.0.0/4", "255.255.255.254/31"}};

void ForeignOverlapsAreConflicts(World& world) {
  for (const char* table : {kDefaultTable, kOriginTable}) {
    const TableId id{Family::kIp, table};
    for (const Position& position : kOverlaps) {
      std::vector<Operation> operations = Skeleton(id);
      operations.push_back(Adds(id, {position.theirs, "192.0.2.0/24"}));
      world.Act(std::string("another program holds ") + position.theirs, operations);
      Nat& fresh = world.Open({.table = table});
      ExpectBothSides(world,
                      world.Fails(std::string("a context that knows nothing: ") + position.ours,
                                  fresh.AddMasquerade(Source(position.ours)), ErrorCode::kConflict, EEXIST));
      Nat& warm = world.Open({.table = table});
      world.Changes("a context that knows the table", warm.AddMasquerade(Source("172.16.0.0/12")));
      ExpectBothSides(world,
                      world.Fails(std::string("it wants ") + position.ours,
                                  warm.AddMasquerade(Source(position.ours)), ErrorCode::kConflict, EEXIST));
      world.Expect(warm.desired().masquerades().size() == 1, "what was refused should not be wanted");
      world.Changes("it goes on", warm.AddMasquerade(Source("198.51.100.0/24")));
      world.Act("the other program leaves", {Deletes(id, {position.theirs})});
      world.Changes(std::string("now it gets ") + position.ours, warm.AddMasquerade(Source(position.ours)));
      world.FlushRuleset();
    }
  }
}

void AForeignOverlapThatComesInTheMidstIsAConflict(World& world) {
  for (const Position& position : kOverlaps) {
    Nat& nat = world.OpenBehind(BeforeCommit([&](int commit) {
      if (commit == 2) world.ActMeanwhile({Adds(Ours(), {position.theirs})});
    }));
    world.Changes("masquerade 172.16.0.0/12", nat.AddMasquerade(Source("172.16.0.0/12")));
    const Error* error =
        world.FailsMeanwhile(std::string("it wants ") + position.ours + ", another takes " + position.theirs,
                             nat.AddMasquerade(Source(position.ours)), ErrorCode::kConflict, EEXIST);
    ExpectBothSides(world, error);
    world.Act("what the other program added is as it was", {Deletes(Ours(), {position.theirs})});
    world.ExpectNodes(Ours(), kMasqueradeSet, {"172.16.0.0", "172.32.0.0 end"});
    world.FlushRuleset();
  }
}

void ForeignNodesWithoutAPartnerAreConflicts(World& world) {
  const auto node = [](ElementKind kind, const char* address) {
    return AddElements{
        .table = Ours(),
        .set = kMasqueradeSet,
        .shape = MasqueradeShape(Family::kIp),
        .elements = {Element{.kind = kind, .key = ElementKey(Address::Parse(address).value().bytes())}}};
  };
  std::vector<Operation> operations = Skeleton(Ours());
  operations.push_back(node(ElementKind::kStart, "10.0.0.0"));
  world.Act("a start without an end, which reaches to the top", operations);
  Nat& nat = world.Open();
  world.Fails("masquerade above it", nat.AddMasquerade(Source("192.0.2.0/24")), ErrorCode::kConflict, EEXIST);
  world.Changes("masquerade below it", nat.AddMasquerade(Source("9.0.0.0/8")));
  world.FlushRuleset();
  operations.back() = node(ElementKind::kEnd, "10.0.1.0");
  world.Act("an end without a start", operations);
  Nat& other = world.Open();
  world.Changes("masquerade above the end", other.AddMasquerade(Source("192.0.2.0/24")));
  world.Fails("masquerade around the end", other.AddMasquerade(Source("10.0.0.0/16")), ErrorCode::kConflict,
              EEXIST);
}

// An identical range serves both; from now on it has an owner, and goes with that one.
void AnIdenticalForeignRangeServesBoth(World& world) {
  std::vector<Operation> operations = Skeleton(Ours());
  operations.push_back(Adds(Ours(), {"10.0.0.0/24"}));
  world.Act("another program holds 10.0.0.0/24", operations);
  Nat& nat = world.Open();
  const Report* report = world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {});
  world.Expect(report != nullptr && report->transaction.operations.size() == 1,
               "the ledger's entry alone should be added");
  operations = Skeleton(Origin());
  operations.push_back(Adds(Origin(), {"10.0.0.0/24"}));
  world.Act("another program holds it in the origin's table", operations);
  Nat& guest = world.Open({.table = kOriginTable});
  world.Keeps("there nothing is to be added", guest.AddMasquerade(Source("10.0.0.0/24")));
  world.ExpectTable(Origin(), {"10.0.0.0", "10.0.1.0 end"}, {});
}

void AForeignPortIsAConflict(World& world) {
  std::vector<Operation> operations = Skeleton(Ours());
  operations.push_back(Adds(Ours(), To(80, "10.9.9.9:80")));
  world.Act("another program forwards port 80", operations);
  Nat& nat = world.Open();
  ExpectBothSides(
      world, world.Fails("forward 80", nat.AddForward(To(80, "10.0.0.2:80")), ErrorCode::kConflict, EEXIST));
  world.Changes("forward udp 80", nat.AddForward(To(80, "10.0.0.2:80", Protocol::kUdp)));
  ExpectBothSides(world, world.Fails("forward 80 again", nat.AddForward(To(80, "10.0.0.2:80")),
                                     ErrorCode::kConflict, EEXIST));
  world.Keeps("remove what is not ours", nat.RemoveForward(To(80, "10.9.9.9:80")));
  world.Act("the other program leaves", {Deletes(Ours(), To(80, "10.9.9.9:80"))});
  world.Changes("forward 80, at last", nat.AddForward(To(80, "10.0.0.2:80")));
  world.ExpectTable(Ours(), {}, {"tcp . 80 : 10.0.0.2 . 80", "udp . 80 : 10.0.0.2 . 80"});
}

// The kernel deletes by key alone: what another program put in the place of ours must survive our removal.
void ARemovalLeavesAnothersEntryAlone(World& world) {
  Nat& nat = world.Open();
  world.Changes("forward 80", nat.AddForward(To(80, "10.0.0.2:80")));
  world.Act("another program takes the port over",
            {Deletes(Ours(), To(80, "10.0.0.2:80")), Adds(Ours(), To(80, "10.9.9.9:80"))});
  world.Keeps("remove ours", nat.RemoveForward(To(80, "10.0.0.2:80")));
  world.ExpectTable(Ours(), {}, {"tcp . 80 : 10.9.9.9 . 80 of nobody"});
}

// Everything that a table can hold beyond the wish.
std::vector<Operation> ForeignThings(const TableId& table) {
  return {Adds(table, {"192.0.2.0/24"}), Adds(table, To(99, "10.9.9.9:99")),
          EnsureSet{table, "theirs", MasqueradeShape(table.family)},
          EnsureChain{table, "their_chain", {"nat", Hook::kInput, 50, Policy::kAccept}},
          AppendRule{table, "postrouting", Chains(Layout{table.name}, table.family)[2].forms[1]}};
}

void ScopeOwnListsWhatIsForeignAndKeepsIt(World& world) {
  for (const char* table : {kOriginTable, kDefaultTable}) {
    const TableId id{Family::kIp, table};
    Nat& nat = world.Open({.table = table});
    world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
    world.Act("another program adds of everything", ForeignThings(id));
    const Report* report = world.Keeps("apply the same", nat.Apply({Intent{Source("10.0.0.0/24")}}));
    world.Expect(report != nullptr && report->foreign.size() == 5, "five foreign things should be listed");
    report = world.Keeps("verify", nat.Verify());
    world.Expect(report != nullptr && report->transaction.operations.empty(), "they should be no difference");
    world.Changes("remove ours", nat.RemoveMasquerade(Source("10.0.0.0/24")));
    world.ExpectNodes(id, kMasqueradeSet, {"192.0.2.0", "192.0.3.0 end"});
    world.ExpectNodes(id, kForwardMap,
                      {std::string("tcp . 99 : 10.9.9.9 . 99") + (Layout{table}.own() ? " of nobody" : "")});
  }
}

void ScopeExclusiveRemovesWhatIsForeign(World& world) {
  for (const char* table : {kOriginTable, kDefaultTable}) {
    const TableId id{Family::kIp, table};
    std::vector<Operation> operations = Skeleton(id);
    for (Operation& operation : ForeignThings(id)) operations.push_back(operation);
    operations.push_back(Adds(id, {"10.0.0.128/25"}));
    operations.push_back(Adds(id, To(80, "10.9.9.9:80")));
    world.Act("another program made the table, and more", operations);
    Nat& nat = world.Open({.table = table, .scope = Scope::kExclusive});
    world.Changes("apply", nat.Apply({Intent{Source("10.0.0.0/24")}, Intent{To(80, "10.0.0.2:80")}}));
    world.ExpectTable(id, {"10.0.0.0", "10.0.1.0 end"}, {"tcp . 80 : 10.0.0.2 . 80"});
    world.Keeps("apply the same", nat.Apply({Intent{Source("10.0.0.0/24")}, Intent{To(80, "10.0.0.2:80")}}));
  }
}

}  // namespace

std::vector<Scenario> ForeignScenarios() {
  return {{"ForeignOverlapsAreConflicts", ForeignOverlapsAreConflicts},
          {"AForeignOverlapThatComesInTheMidstIsAConflict", AForeignOverlapThatComesInTheMidstIsAConflict},
          {"ForeignNodesWithoutAPartnerAreConflicts", ForeignNodesWithoutAPartnerAreConflicts},
          {"AnIdenticalForeignRangeServesBoth", AnIdenticalForeignRangeServesBoth},
          {"AForeignPortIsAConflict", AForeignPortIsAConflict},
          {"ARemovalLeavesAnothersEntryAlone", ARemovalLeavesAnothersEntryAlone},
          {"ScopeOwnListsWhatIsForeignAndKeepsIt", ScopeOwnListsWhatIsForeignAndKeepsIt},
          {"ScopeExclusiveRemovesWhatIsForeign", ScopeExclusiveRemovesWhatIsForeign}};
}

}  // namespace natplan::contract
