// The ledger and what it stands for: restarts under a used name, entries and elements that do not belong
// together, and what natplan did not write (checklist 57, 62).
#include <cerrno>
#include <utility>

#include "core/plan/ledger.h"
#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

AddElements Records(std::vector<Element> elements, Family family = Family::kIp) {
  return {.table = Ours(family),
          .set = kOwnersSet,
          .shape = OwnersShape(family),
          .elements = std::move(elements)};
}

Element Entry(std::string_view prefix, const Owner& owner) {
  return ToElement(LedgerEntry{Prefix::Parse(prefix).value(), owner.hash()}, owner);
}

std::vector<Intent> OfA() { return {Source("10.1.0.0/24"), To(80, "10.1.0.2:80"), Source("fd00:1::/64")}; }

// A process of owner a that is gone, one of owner b that lives.
Nat& AfterTheEndOfA(World& world) {
  Nat& gone = world.Open({.owner = Named("a")});
  world.Changes("a, before it ends", gone.Apply(OfA()));
  Nat& b = world.Open({.owner = Named("b")});
  world.Changes("b masquerades around a's prefix", b.AddMasquerade(Source("10.1.0.0/16")));
  world.Changes("b forwards", b.AddForward(To(81, "10.1.0.3:81")));
  return b;
}

void AnOwnerThatRestartsAdoptsWhatItHad(World& world) {
  Nat& b = AfterTheEndOfA(world);
  Nat& a = world.Open({.owner = Named("a")});
  world.Changes("a adds one more", a.AddMasquerade(Source("10.9.0.0/24")));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.2.0.0 end", "10.9.0.0", "10.9.1.0 end"},
                    {"tcp . 80 : 10.1.0.2 . 80 of a", "tcp . 81 : 10.1.0.3 . 81 of b"},
                    {"10.1.0.0/16 b", "10.1.0.0/24 a", "10.9.0.0/24 a"});
  world.Changes("b leaves", b.RemoveMasquerade(Source("10.1.0.0/16")));
  world.FlushRuleset();
  world.Changes("a brings back what it adopted", a.RemoveMasquerade(Source("10.9.0.0/24")));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.1.1.0 end"}, {"tcp . 80 : 10.1.0.2 . 80 of a"},
                    {"10.1.0.0/24 a"});
  world.ExpectTable(Ours(Family::kIp6), {"fd00:1::", "fd00:1:0:1:: end"}, {}, {"fd00:1::/64 a"});
  world.Changes("a replaces all of it", a.Apply({Source("10.1.0.0/24")}));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.1.1.0 end"}, {}, {"10.1.0.0/24 a"});
  world.ExpectTable(Ours(Family::kIp6), {}, {}, {});
}

void AnOwnerThatRestartsWithResetBeginsAnew(World& world) {
  AfterTheEndOfA(world);
  Nat& a = world.Open({.owner = Named("a"), .inheritance = Inheritance::kReset});
  world.Changes("a adds one, and has no other", a.AddMasquerade(Source("10.9.0.0/24")));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.2.0.0 end", "10.9.0.0", "10.9.1.0 end"},
                    {"tcp . 81 : 10.1.0.3 . 81 of b"}, {"10.1.0.0/16 b", "10.9.0.0/24 a"});
  world.ExpectTable(Ours(Family::kIp6), {}, {}, {});
}

void AnOwnerThatIsGoneIsForgottenByAnybody(World& world) {
  AfterTheEndOfA(world);
  Nat& c = world.Open({.owner = Named("c")});
  world.Changes("c takes back what a had",
                c.Change({Edit{Edit::Kind::kRemove, Named("a"), Source("10.1.0.0/24")},
                          Edit{Edit::Kind::kRemove, Named("a"), To(80, "10.1.0.2:80")},
                          Edit{Edit::Kind::kRemove, Named("a"), Source("fd00:1::/64")}}));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.2.0.0 end"}, {"tcp . 81 : 10.1.0.3 . 81 of b"},
                    {"10.1.0.0/16 b"});
  world.ExpectTable(Ours(Family::kIp6), {}, {}, {});
}

// Whoever acts next repairs it, although the entry is another's.
void AnEntryWithoutAnElementIsRepaired(World& world) {
  Nat& b = AfterTheEndOfA(world);
  const auto damage = [&] {
    world.Act("somebody deletes the elements alone",
              {Deletes(Ours(), {"10.1.0.0/16"}), Deletes(Ours(Family::kIp6), {"fd00:1::/64"})});
  };
  damage();
  Nat& c = world.Open({.owner = Named("c")});
  world.Changes("c adds something of each family", c.Apply({Source("10.9.0.0/24"), Source("fd00:9::/64")}));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.2.0.0 end", "10.9.0.0", "10.9.1.0 end"},
                    {"tcp . 80 : 10.1.0.2 . 80 of a", "tcp . 81 : 10.1.0.3 . 81 of b"},
                    {"10.1.0.0/16 b", "10.1.0.0/24 a", "10.9.0.0/24 c"});
  world.ExpectTable(Ours(Family::kIp6), {"fd00:1::", "fd00:1:0:1:: end", "fd00:9::", "fd00:9:0:1:: end"}, {},
                    {"fd00:1::/64 a", "fd00:9::/64 c"});
  damage();
  world.Changes("b goes, and a's part of it returns", b.RemoveMasquerade(Source("10.1.0.0/16")));
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.1.0.0", "10.1.1.0 end", "10.9.0.0", "10.9.1.0 end"});
}

void AnElementWithoutAnEntryIsShownKeptAndTakenOver(World& world) {
  Nat& a = world.Open({.owner = Named("a")});
  world.Changes("a: everything", a.Apply(OfA()));
  world.Act("somebody adds elements and no entry",
            {Adds(Ours(), {"10.5.0.0/24", "10.6.0.0/24"}), Adds(Ours(), To(90, "10.5.0.2:90"))});
  const Report* report = world.Keeps("a has nothing to do", a.Apply(OfA()));
  world.Expect(report != nullptr && report->foreign.size() == 3, "they should be shown");
  world.Changes("a goes", a.Apply({}));
  world.ExpectTable(Ours(), {"10.5.0.0", "10.5.1.0 end", "10.6.0.0", "10.6.1.0 end"},
                    {"tcp . 90 : 10.5.0.2 . 90 of nobody"}, {});
  Nat& b = world.Open({.scope = Scope::kAdopt, .owner = Named("b")});
  world.Changes("b takes over what it wants, and clears the rest",
                b.Apply({Source("10.5.0.0/24"), To(90, "10.5.0.2:90")}));
  world.ExpectTable(Ours(), {"10.5.0.0", "10.5.1.0 end"}, {"tcp . 90 : 10.5.0.2 . 90 of b"},
                    {"10.5.0.0/24 b"});
}

// A ledger that was lost with its owners alive comes back with each of them.
void AFlushedLedgerComesBackWithItsOwners(World& world) {
  Nat& a = world.Open({.owner = Named("a")});
  world.Changes("a: everything", a.Apply(OfA()));
  Nat& b = world.Open({.owner = Named("b")});
  world.Changes("b wants the same and more", b.Apply({Source("10.1.0.0/24"), Source("10.2.0.0/24")}));
  world.Act("somebody flushes the ledger", {FlushSet{Ours(), kOwnersSet}});
  world.Changes("a asks for what it has", a.AddMasquerade(Source("10.1.0.0/24")));
  world.Changes("b asks for what it has", b.AddMasquerade(Source("10.2.0.0/24")));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.1.1.0 end", "10.2.0.0", "10.2.1.0 end"},
                    {"tcp . 80 : 10.1.0.2 . 80 of a"}, {"10.1.0.0/24 a", "10.1.0.0/24 b", "10.2.0.0/24 b"});
}

Element WithKeyBytes(Element element, const std::vector<std::pair<std::size_t, std::uint8_t>>& bytes) {
  std::vector<std::uint8_t> key(element.key.span().begin(), element.key.span().end());
  for (const auto& [position, byte] : bytes) key[position] = byte;
  element.key = ElementKey(key);
  return element;
}

struct Junk {
  const char* what;
  Element element;
};

std::vector<Junk> AllJunk() {
  const Owner owner = Named("a");
  Element no_owner = Entry("10.7.0.0/24", owner);
  no_owner.comment.clear();
  Element other_name = Entry("10.7.0.0/24", owner);
  other_name.comment = "somebody";
  Element no_name = Entry("10.7.0.0/24", owner);
  no_name.comment = std::string(65, 'x');
  const Element entry = Entry("10.7.0.0/24", owner);
  const Element host_bits = WithKeyBytes(entry, {{3, 1}});
  const Element too_long = WithKeyBytes(entry, {{5, 33}});
  const Element nothing = WithKeyBytes(entry, {{0, 0}, {1, 0}, {5, 0}});
  return {{"an entry without an owner", no_owner},
          {"an entry whose comment does not match its hash", other_name},
          {"an entry whose comment is no owner's name", no_name},
          {"an entry with host bits", host_bits},
          {"an entry longer than an address", too_long},
          {"an entry of every address", nothing}};
}

void JunkInTheLedgerIsShownAndInNobodysWay(World& world) {
  for (const Junk& junk : AllJunk()) {
    Nat& a = world.Open({.owner = Named("a")});
    world.Changes("a: everything", a.Apply(OfA()));
    const AddElements add = Records({junk.element});
    world.Act(std::string("somebody adds ") + junk.what, {add});
    Nat& b = world.Open({.owner = Named("b")});
    for (Nat* nat : {&a, &b}) {
      const Report* report = world.Changes("a call", nat->AddMasquerade(Source("10.9.0.0/24")));
      world.Expect(report != nullptr && report->foreign.size() == 1 &&
                       report->foreign[0].starts_with("element ip natplan owners { "),
                   "the element should be named");
      const Report* seen = world.Keeps("verify", nat->Verify());
      world.Expect(seen != nullptr && seen->transaction.operations.empty(), "it is no difference");
      world.Changes("and back", nat->RemoveMasquerade(Source("10.9.0.0/24")));
    }
    Nat& exclusive = world.Open({.scope = Scope::kExclusive, .owner = Named("a")});
    world.Changes("apply --exclusive removes it", exclusive.Apply(OfA()));
    world.ExpectTable(Ours(), {"10.1.0.0", "10.1.1.0 end"}, {"tcp . 80 : 10.1.0.2 . 80 of a"},
                      {"10.1.0.0/24 a"});
    world.FlushRuleset();
  }
}

// Where nobody is recorded, apply makes the table its own; where somebody is, it leaves him alone.
void ApplyClearsATableInWhichNobodyIsRecorded(World& world) {
  world.Act("somebody made the table by hand",
            {EnsureTable{Ours()}, EnsureSet{Ours(), kMasqueradeSet, MasqueradeShape(Family::kIp)},
             EnsureSet{Ours(), kForwardMap, ForwardShape(Family::kIp)}, Adds(Ours(), {"192.0.2.0/24"}),
             Adds(Ours(), To(90, "192.0.2.2:90"))});
  Nat& a = world.Open({.scope = Scope::kApply, .owner = Named("a")});
  world.Changes("a applies", a.Apply(OfA()));
  world.ExpectTable(Ours(), {"10.1.0.0", "10.1.1.0 end"}, {"tcp . 80 : 10.1.0.2 . 80 of a"},
                    {"10.1.0.0/24 a"});
  world.Act("somebody adds to it", {Adds(Ours(), {"192.0.2.0/24"})});
  Nat& b = world.Open({.scope = Scope::kApply, .owner = Named("b")});
  world.Changes("b applies", b.Apply({Source("10.2.0.0/24")}));
  world.ExpectTable(Ours(),
                    {"10.1.0.0", "10.1.1.0 end", "10.2.0.0", "10.2.1.0 end", "192.0.2.0", "192.0.3.0 end"},
                    {"tcp . 80 : 10.1.0.2 . 80 of a"}, {"10.1.0.0/24 a", "10.2.0.0/24 b"});
}

}  // namespace

std::vector<Scenario> LedgerScenarios() {
  return {{"AnOwnerThatRestartsAdoptsWhatItHad", AnOwnerThatRestartsAdoptsWhatItHad},
          {"AnOwnerThatRestartsWithResetBeginsAnew", AnOwnerThatRestartsWithResetBeginsAnew},
          {"AnOwnerThatIsGoneIsForgottenByAnybody", AnOwnerThatIsGoneIsForgottenByAnybody},
          {"AnEntryWithoutAnElementIsRepaired", AnEntryWithoutAnElementIsRepaired},
          {"AnElementWithoutAnEntryIsShownKeptAndTakenOver", AnElementWithoutAnEntryIsShownKeptAndTakenOver},
          {"AFlushedLedgerComesBackWithItsOwners", AFlushedLedgerComesBackWithItsOwners},
          {"JunkInTheLedgerIsShownAndInNobodysWay", JunkInTheLedgerIsShownAndInNobodysWay},
          {"ApplyClearsATableInWhichNobodyIsRecorded", ApplyClearsATableInWhichNobodyIsRecorded}};
}

}  // namespace natplan::contract
