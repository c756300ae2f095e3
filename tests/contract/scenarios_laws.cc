// What holds whatever is asked for: doing it twice is doing it once, taking it back leaves nothing, order
// does not matter, and saving and loading with nft loses nothing.
#include <algorithm>
#include <numeric>

#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

Masquerade Behind(std::string_view prefix, std::string_view interface) {
  return Masquerade::Make(Prefix::Parse(prefix).value(), InterfaceName::Make(interface).value()).value();
}

Forward WithLocalhost(std::uint16_t host_port, std::string_view endpoint) {
  Forward forward = To(host_port, endpoint);
  forward.localhost = true;
  return forward;
}

// One of every kind, in both families, nested and at the top of the address space.
std::vector<Intent> OfEveryKind() {
  return {Source("10.0.0.0/8"),
          Source("10.1.0.0/16"),
          Source("255.255.255.254/31"),
          Source("fd00::/8"),
          Source("fe00::/8"),
          Behind("0.0.0.0/0", "eth0"),
          Behind("10.0.0.0/8", "eth1"),
          Behind("192.0.2.0/28", "eth1"),
          Behind("::/0", "eth0"),
          To(80, "10.0.0.2:8080"),
          To(53, "10.0.0.3:53", Protocol::kUdp),
          To(9899, "[fd00::3]:9899", Protocol::kSctp),
          WithLocalhost(22, "10.0.0.4:22"),
          WithLocalhost(22, "[fd00::4]:22")};
}

std::string Describe(const Intent& intent) {
  return std::visit([](const auto& one) { return ToString(one); }, intent);
}

void ApplyTwiceSendsNothing(World& world) {
  Nat& a = world.Open({.owner = Named("a")});
  Nat& b = world.Open({.owner = Named("b")});
  world.Changes("a applies", a.Apply(OfEveryKind()));
  world.Changes("b applies what they can share",
                b.Apply({Source("10.0.0.0/8"), Behind("0.0.0.0/0", "eth0")}));
  const std::size_t sent = world.sent().size();
  world.Keeps("a again", a.Apply(OfEveryKind()));
  world.Keeps("b again", b.Apply({Source("10.0.0.0/8"), Behind("0.0.0.0/0", "eth0")}));
  world.Keeps("a after a restart", world.Open({.owner = Named("a")}).Apply(OfEveryKind()));
  for (const Intent& intent : OfEveryKind()) {
    world.Keeps("a: " + Describe(intent), a.Change({Edit{Edit::Kind::kAdd, Named("a"), intent}}));
  }
  world.Expect(world.sent().size() == sent, "nothing should be sent");
}

void AddAndDeleteRestoreTheListing(World& world) {
  Nat& a = world.Open({.owner = Named("a")});
  Nat& b = world.Open({.owner = Named("b")});
  world.Changes("a has something of its own", a.Apply({Source("10.1.0.0/16"), Source("fd00:1::/64"),
                                                       To(81, "10.1.0.2:81"), Behind("::/0", "eth1")}));
  const std::string listing = world.listing();
  for (const Intent& intent : OfEveryKind()) {
    world.Changes("add " + Describe(intent), b.Change({Edit{Edit::Kind::kAdd, Named("b"), intent}}));
    world.Changes("delete it", b.Change({Edit{Edit::Kind::kRemove, Named("b"), intent}}));
    world.ExpectEqual("the listing", world.listing(), listing);
  }
}

void AnyOrderOfTheSameIntentsGivesTheSameListing(World& world) {
  const std::vector<Intent> intents = {Source("10.0.0.0/8"), Source("10.1.0.0/16"),
                                       WithLocalhost(22, "10.0.0.4:22"), To(80, "10.0.0.2:8080")};
  std::vector<std::size_t> order(intents.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::string listing;
  do {
    Nat& a = world.Open({.owner = Named("a")});
    for (const std::size_t i : order) {
      world.Changes(Describe(intents[i]), a.Change({Edit{Edit::Kind::kAdd, Named("a"), intents[i]}}));
    }
    if (listing.empty()) listing = world.listing();
    world.Expect(!listing.empty(), "something should be listed");
    world.ExpectEqual("the listing", world.listing(), listing);
    world.FlushRuleset();
  } while (std::ranges::next_permutation(order).found);
}

void OneTransactionOrManyGiveTheSameListing(World& world) {
  std::vector<Intent> intents = OfEveryKind();
  Nat& at_once = world.Open({.owner = Named("a")});
  world.Changes("all at once", at_once.Apply(intents));
  const std::string listing = world.listing();
  world.FlushRuleset();
  Nat& one_by_one = world.Open({.owner = Named("a")});
  for (const Intent& intent : intents) {
    world.Changes(Describe(intent), one_by_one.Change({Edit{Edit::Kind::kAdd, Named("a"), intent}}));
  }
  world.ExpectEqual("the listing", world.listing(), listing);
}

void SavingAndReloadingWithNftLosesNothing(World& world) {
  Nat& a = world.Open({.owner = Named("a")});
  Nat& b = world.Open({.owner = Named("b & c")});
  world.Changes("a applies", a.Apply(OfEveryKind()));
  world.Changes("b applies",
                b.Apply({Source("10.0.0.0/8"), Behind("0.0.0.0/0", "eth0"), To(81, "10.0.0.9:81")}));
  world.SaveAndReload();
  world.Keeps("a finds everything", a.Apply(OfEveryKind()));
  world.Keeps("so does b",
              b.Apply({Source("10.0.0.0/8"), Behind("0.0.0.0/0", "eth0"), To(81, "10.0.0.9:81")}));
  Nat& restarted = world.Open({.owner = Named("a")});
  world.Changes("and a new process of a's: it adopts all of it",
                restarted.AddMasquerade(Source("172.16.0.0/12")));
  world.Changes("and takes one thing back", restarted.RemoveMasquerade(Source("172.16.0.0/12")));
  world.Keeps("nothing else has changed", a.Apply(OfEveryKind()));
}

}  // namespace

std::vector<Scenario> LawScenarios() {
  return {{"ApplyTwiceSendsNothing", ApplyTwiceSendsNothing},
          {"AddAndDeleteRestoreTheListing", AddAndDeleteRestoreTheListing},
          {"AnyOrderOfTheSameIntentsGivesTheSameListing", AnyOrderOfTheSameIntentsGivesTheSameListing},
          {"OneTransactionOrManyGiveTheSameListing", OneTransactionOrManyGiveTheSameListing},
          {"SavingAndReloadingWithNftLosesNothing", SavingAndReloadingWithNftLosesNothing, Where::kLiveOnly,
           "nft itself saves and loads"}};
}

}  // namespace natplan::contract
