// Several owners in one context, and several contexts on one table (checklist 57).
#include <cerrno>

#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

Edit Add(const char* owner, const Intent& intent) { return {Edit::Kind::kAdd, Named(owner), intent}; }
Edit Remove(const char* owner, const Intent& intent) { return {Edit::Kind::kRemove, Named(owner), intent}; }

void APrefixOfTwoOwnersStaysUntilTheLastOneGoes(World& world) {
  Nat& nat = world.Open();
  world.Changes("a wants it", nat.Change({Add("a", Source("10.0.0.0/24"))}));
  world.Keeps("b wants it", nat.Change({Add("b", Source("10.0.0.0/24"))}));
  world.Keeps("a does not", nat.Change({Remove("a", Source("10.0.0.0/24"))}));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {});
  world.Changes("nor does b", nat.Change({Remove("b", Source("10.0.0.0/24"))}));
  world.ExpectTable(Ours(), {}, {});
}

void APortOfAnotherOwnerIsAConflict(World& world) {
  Nat& nat = world.Open();
  world.Changes("a has port 80", nat.Change({Add("a", To(80, "10.0.0.2:80"))}));
  const Error* error = world.Fails("b wants it too", nat.Change({Add("b", To(80, "10.0.0.3:80"))}),
                                   ErrorCode::kConflict, EEXIST);
  world.Expect(error != nullptr && !error->theirs.empty(), "the owner should be named");
  world.Keeps("b gives up what it has not", nat.Change({Remove("b", To(80, "10.0.0.3:80"))}));
  world.ExpectTable(Ours(), {}, {"tcp . 80 : 10.0.0.2 . 80"});
}

void SeveralEditsAreAllOrNothing(World& world) {
  Nat& nat = world.Open();
  world.Changes("a has port 80", nat.Change({Add("a", To(80, "10.0.0.2:80"))}));
  world.Fails("two good edits and a bad one",
              nat.Change({Add("b", Source("10.0.0.0/24")), Remove("a", To(80, "10.0.0.2:80")),
                          Add("a", To(80, "10.0.0.9:80")), Add("b", To(80, "10.0.0.3:80"))}),
              ErrorCode::kConflict, EEXIST);
  world.Expect(nat.desired().masquerades().empty() && nat.desired().forwards().size() == 1,
               "the wish should be as before");
  world.Changes("three good edits",
                nat.Change({Add("b", Source("10.0.0.0/24")), Remove("a", To(80, "10.0.0.2:80")),
                            Add("b", To(80, "10.0.0.3:80"))}));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {"tcp . 80 : 10.0.0.3 . 80"});
}

void TwoContextsShareATable(World& world) {
  Nat& one = world.Open();
  Nat& two = world.Open();
  world.Changes("one: masquerade 10.1.0.0/24", one.AddMasquerade(Source("10.1.0.0/24")));
  world.Changes("two: masquerade 10.2.0.0/24", two.AddMasquerade(Source("10.2.0.0/24")));
  world.Changes("one: forward 80", one.AddForward(To(80, "10.1.0.2:80")));
  world.Changes("two: forward 81", two.AddForward(To(81, "10.2.0.2:81")));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.1.1.0 end", "10.2.0.0", "10.2.1.0 end"},
                    {"tcp . 80 : 10.1.0.2 . 80", "tcp . 81 : 10.2.0.2 . 81"});
  world.Fails("two: forward 80", two.AddForward(To(80, "10.2.0.2:80")), ErrorCode::kConflict, EEXIST);
  world.Fails("two: masquerade around one's", two.AddMasquerade(Source("10.1.0.0/16")), ErrorCode::kConflict,
              EEXIST);
  world.Keeps("two: remove one's port", two.RemoveForward(To(80, "10.1.0.2:80")));
  world.Changes("one: remove its prefix", one.RemoveMasquerade(Source("10.1.0.0/24")));
  world.Changes("two: now masquerade around it", two.AddMasquerade(Source("10.1.0.0/16")));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.2.0.0 end", "10.2.0.0", "10.2.1.0 end"},
                    {"tcp . 80 : 10.1.0.2 . 80", "tcp . 81 : 10.2.0.2 . 81"});
  world.FlushRuleset();
  world.Changes("two: masquerade 10.3.0.0/24", two.AddMasquerade(Source("10.3.0.0/24")));
  world.Changes("one: masquerade 10.4.0.0/24", one.AddMasquerade(Source("10.4.0.0/24")));
  world.ExpectTable(Ours(),
                    {"10.1.0.0", "10.2.0.0 end", "10.2.0.0", "10.2.1.0 end", "10.3.0.0", "10.3.1.0 end",
                     "10.4.0.0", "10.4.1.0 end"},
                    {"tcp . 80 : 10.1.0.2 . 80", "tcp . 81 : 10.2.0.2 . 81"});
}

void TablesOfOtherProgramsAreNotTouched(World& world) {
  std::vector<Operation> operations = Skeleton(Origin());
  operations.push_back(Adds(Origin(), {"10.0.0.0/24"}));
  operations.push_back(EnsureTable{{Family::kIp6, kForeignTable}});
  world.Act("other programs' tables", operations);
  const TableSnapshot before =
      world.snapshot().tables.empty() ? TableSnapshot{} : *world.snapshot().Find(Origin());
  Nat& nat = world.Open();
  world.Changes("masquerade 10.0.0.0/16", nat.AddMasquerade(Source("10.0.0.0/16")));
  world.Changes("masquerade fd00::/64", nat.AddMasquerade(Source("fd00::/64")));
  const TableSnapshot* after = world.snapshot().Find(Origin());
  world.Expect(after != nullptr && *after == before, "the other table should be as it was");
  world.Expect(world.snapshot().Find({Family::kIp6, kForeignTable}) != nullptr,
               "and the third should be there");
}

}  // namespace

std::vector<Scenario> SharingScenarios() {
  return {{"APrefixOfTwoOwnersStaysUntilTheLastOneGoes", APrefixOfTwoOwnersStaysUntilTheLastOneGoes},
          {"APortOfAnotherOwnerIsAConflict", APortOfAnotherOwnerIsAConflict},
          {"SeveralEditsAreAllOrNothing", SeveralEditsAreAllOrNothing},
          {"TwoContextsShareATable", TwoContextsShareATable},
          {"TablesOfOtherProgramsAreNotTouched", TablesOfOtherProgramsAreNotTouched}};
}

}  // namespace natplan::contract
