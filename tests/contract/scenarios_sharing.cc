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
  world.Changes("b wants it", nat.Change({Add("b", Source("10.0.0.0/24"))}));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {}, {"10.0.0.0/24 a", "10.0.0.0/24 b"});
  world.Changes("a does not", nat.Change({Remove("a", Source("10.0.0.0/24"))}));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {}, {"10.0.0.0/24 b"});
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
  world.ExpectTable(Ours(), {}, {"tcp . 80 : 10.0.0.2 . 80 of a"});
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
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {"tcp . 80 : 10.0.0.3 . 80 of b"},
                    {"10.0.0.0/24 b"});
}

void TwoContextsShareATable(World& world) {
  Nat& one = world.Open({.owner = Named("one")});
  Nat& two = world.Open({.owner = Named("two")});
  world.Changes("one: masquerade 10.1.0.0/24", one.AddMasquerade(Source("10.1.0.0/24")));
  world.Changes("two: masquerade 10.2.0.0/24", two.AddMasquerade(Source("10.2.0.0/24")));
  world.Changes("one: forward 80", one.AddForward(To(80, "10.1.0.2:80")));
  world.Changes("two: forward 81", two.AddForward(To(81, "10.2.0.2:81")));
  const std::vector<std::string> forwards = {"tcp . 80 : 10.1.0.2 . 80 of one",
                                             "tcp . 81 : 10.2.0.2 . 81 of two"};
  world.ExpectTable(Ours(), {"10.1.0.0", "10.1.1.0 end", "10.2.0.0", "10.2.1.0 end"}, forwards,
                    {"10.1.0.0/24 one", "10.2.0.0/24 two"});
  const Error* error =
      world.Fails("two: forward 80", two.AddForward(To(80, "10.2.0.2:80")), ErrorCode::kConflict, EEXIST);
  world.Expect(error != nullptr && error->theirs.find("one") != std::string::npos,
               "the holder should be named");
  world.Changes("two: masquerade around one's", two.AddMasquerade(Source("10.1.0.0/16")));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.2.0.0 end", "10.2.0.0", "10.2.1.0 end"}, forwards,
                    {"10.1.0.0/16 two", "10.1.0.0/24 one", "10.2.0.0/24 two"});
  world.Keeps("two: remove one's port", two.RemoveForward(To(80, "10.1.0.2:80")));
  world.Changes("one: remove its prefix", one.RemoveMasquerade(Source("10.1.0.0/24")));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.2.0.0 end", "10.2.0.0", "10.2.1.0 end"}, forwards,
                    {"10.1.0.0/16 two", "10.2.0.0/24 two"});
  world.FlushRuleset();
  world.Changes("two: masquerade 10.3.0.0/24", two.AddMasquerade(Source("10.3.0.0/24")));
  world.Changes("one: masquerade 10.4.0.0/24", one.AddMasquerade(Source("10.4.0.0/24")));
  world.ExpectTable(Ours(),
                    {"10.1.0.0", "10.2.0.0 end", "10.2.0.0", "10.2.1.0 end", "10.3.0.0", "10.3.1.0 end",
                     "10.4.0.0", "10.4.1.0 end"},
                    forwards, {"10.1.0.0/16 two", "10.2.0.0/24 two", "10.3.0.0/24 two", "10.4.0.0/24 one"});
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
