// What intents become in the set and in the map (checklist 10 to 20, 54, 56, 58 to 64, 76).
#include <algorithm>
#include <cerrno>

#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

struct Range {
  const char* prefix;
  const char* start;
  const char* end;  // null: open to the top
};

// Each alone in the set, and its first and last address matched by the kernel, their neighbours not.
void CheckRanges(World& world, const std::vector<Range>& ranges) {
  Nat& nat = world.Open();
  for (const Range& range : ranges) {
    const Masquerade source = Source(range.prefix);
    const Family family = source.family();
    world.Changes(std::string("masquerade ") + range.prefix, nat.AddMasquerade(source));
    std::vector<std::string> nodes = {range.start};
    if (range.end != nullptr) nodes.push_back(std::string(range.end) + " end");
    world.ExpectTable(Ours(family), nodes, {});
    const auto matches = [&](const Address& address) {
      return world.Matches(Ours(family), kMasqueradeSet, address);
    };
    world.Expect(matches(source.source().network()), "the first address should match");
    world.Expect(matches(source.source().last()), "the last address should match");
    if (range.end != nullptr)
      world.Expect(!matches(*source.source().end()), "the address behind it should not match");
    world.Changes(std::string("remove ") + range.prefix, nat.RemoveMasquerade(source));
    world.ExpectTable(Ours(family), {}, {});
    world.Expect(!matches(source.source().network()), "nothing should match");
  }
}

void Ipv4PrefixesBecomeHalfOpenRanges(World& world) {
  CheckRanges(world, {{"10.1.2.3/32", "10.1.2.3", "10.1.2.4"},
                      {"10.0.2.0/28", "10.0.2.0", "10.0.2.16"},
                      {"0.0.0.0/1", "0.0.0.0", "128.0.0.0"},
                      {"192.168.202.249/28", "192.168.202.240", "192.168.203.0"},
                      {"172.16.0.0/12", "172.16.0.0", "172.32.0.0"},
                      {"10.255.255.254/31", "10.255.255.254", "11.0.0.0"}});
}

void Ipv4PrefixesAtTheTopHaveNoEnd(World& world) {
  CheckRanges(world, {{"240.0.0.0/4", "240.0.0.0", nullptr},
                      {"255.255.255.240/28", "255.255.255.240", nullptr},
                      {"255.255.255.254/31", "255.255.255.254", nullptr},
                      {"128.0.0.0/1", "128.0.0.0", nullptr}});
}

void Ipv6PrefixesBecomeHalfOpenRanges(World& world) {
  CheckRanges(world, {{"fd00::/8", "fd00::", "fe00::"},
                      {"2001:db8:ff:ffff::/64", "2001:db8:ff:ffff::", "2001:db8:100::"},
                      {"2001:db8::/63", "2001:db8::", "2001:db8:0:2::"},
                      {"2001:db8::4/127", "2001:db8::4", "2001:db8::6"},
                      {"2001:db8::ffff/128", "2001:db8::ffff", "2001:db8::1:0"}});
}

// Those are multicast addresses, which nobody may want: somebody else put them there.
void Ipv6PrefixesAtTheTopHaveNoEnd(World& world) {
  const TableId table = Ours(Family::kIp6);
  for (const auto& [prefix, first] : {std::pair{"ff00::/8", "ff00::"}, std::pair{"ffff::/16", "ffff::"},
                                      std::pair{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
                                                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}}) {
    std::vector<Operation> operations = Skeleton(table);
    operations.push_back(Adds(table, {prefix}));
    world.Act(std::string("another program holds ") + prefix, operations);
    Nat& nat = world.Open();
    world.Changes("masquerade fe00::/8", nat.AddMasquerade(Source("fe00::/8")));
    world.ExpectNodes(table, kMasqueradeSet, {"fe00::", "ff00:: end", first});
    world.Expect(world.Matches(table, kMasqueradeSet, Address::Parse(first).value()),
                 "the first should match");
    world.Expect(world.Matches(table, kMasqueradeSet, Prefix::Parse(prefix).value().last()),
                 "the last should match");
    world.Changes("remove fe00::/8", nat.RemoveMasquerade(Source("fe00::/8")));
    world.ExpectNodes(table, kMasqueradeSet, {first});
    world.FlushRuleset();
  }
}

// An end below the start of an open range, and an end at the key of a start, side by side.
void AnOpenRangeAndItsNeighbourMatchExactly(World& world) {
  Nat& nat = world.Open();
  world.Changes("masquerade 248.0.0.0/5", nat.AddMasquerade(Source("248.0.0.0/5")));
  world.Changes("masquerade 240.0.0.0/5", nat.AddMasquerade(Source("240.0.0.0/5")));
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.ExpectNodes(Ours(), kMasqueradeSet,
                    {"10.0.0.0", "10.0.1.0 end", "240.0.0.0", "248.0.0.0 end", "248.0.0.0"});
  const auto matches = [&](const char* text) {
    return world.Matches(Ours(), kMasqueradeSet, Address::Parse(text).value());
  };
  world.Expect(matches("10.0.0.0") && matches("10.0.0.255"), "10.0.0.0/24 should match");
  world.Expect(!matches("9.255.255.255") && !matches("10.0.1.0"), "its neighbours should not match");
  world.Expect(!matches("239.255.255.255"), "what lies below 240.0.0.0/5 should not match");
  world.Expect(matches("240.0.0.0") && matches("247.255.255.255"), "240.0.0.0/5 should match");
  world.Expect(matches("248.0.0.0") && matches("255.255.255.255"), "248.0.0.0/5 should match");
  world.Changes("remove 240.0.0.0/5", nat.RemoveMasquerade(Source("240.0.0.0/5")));
  world.Expect(!matches("247.255.255.255") && matches("248.0.0.0"), "248.0.0.0/5 alone should match");
}

const Element* OnlyEntry(World& world, Family family) {
  const TableSnapshot* table = world.snapshot().Find(Ours(family));
  if (table == nullptr) return nullptr;
  const auto map = std::ranges::find(table->sets, kForwardMap, &SetSnapshot::name);
  return map == table->sets.end() || map->elements.size() != 1 ? nullptr : &map->elements[0];
}

void EntriesAreLaidOutByBytePosition(World& world) {
  Nat& nat = world.Open();
  world.Changes("tcp 4711 to 1.2.3.4:815", nat.AddForward(To(4711, "1.2.3.4:815")));
  const Element* entry = OnlyEntry(world, Family::kIp);
  world.Expect(entry != nullptr && entry->key == ElementKey{6, 0, 0, 0, 0x12, 0x67, 0, 0}, "the key's bytes");
  world.Expect(entry != nullptr && entry->data == ElementData{1, 2, 3, 4, 3, 0x2f, 0, 0}, "the data's bytes");
  world.Changes("remove it", nat.RemoveForward(To(4711, "1.2.3.4:815")));
  world.Changes("udp 4711", nat.AddForward(To(4711, "1.2.3.4:815", Protocol::kUdp)));
  entry = OnlyEntry(world, Family::kIp);
  world.Expect(entry != nullptr && entry->key == ElementKey{17, 0, 0, 0, 0x12, 0x67, 0, 0},
               "the key's bytes");
  world.Changes("tcp 4711 of IPv6", nat.AddForward(To(4711, "[2001:db8::5]:815")));
  entry = OnlyEntry(world, Family::kIp6);
  world.Expect(entry != nullptr && entry->key == ElementKey{6, 0, 0, 0, 0x12, 0x67, 0, 0}, "the key's bytes");
  world.Expect(entry != nullptr && entry->data == ElementData{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0,    0, 0,
                                                              0,    0, 0,   0,    0, 5, 3, 0x2f, 0, 0},
               "the data's bytes");
}

void TheSamePrefixTwiceIsOneRange(World& world) {
  Nat& nat = world.Open();
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.Keeps("again", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {});
  world.Changes("remove it", nat.RemoveMasquerade(Source("10.0.0.0/24")));
  world.Keeps("remove it again", nat.RemoveMasquerade(Source("10.0.0.0/24")));
  world.ExpectTable(Ours(), {}, {});
}

void AdjacentPrefixesLiveApart(World& world) {
  Nat& nat = world.Open();
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.Changes("masquerade 10.0.1.0/24", nat.AddMasquerade(Source("10.0.1.0/24")));
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.0.0", "10.0.1.0 end", "10.0.1.0", "10.0.2.0 end"});
  world.Changes("remove the lower", nat.RemoveMasquerade(Source("10.0.0.0/24")));
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.1.0", "10.0.2.0 end"});
  world.Changes("masquerade the lower again", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.Changes("remove the upper", nat.RemoveMasquerade(Source("10.0.1.0/24")));
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.0.0", "10.0.1.0 end"});
}

void NestedPrefixesBecomeTheirUnion(World& world) {
  Nat& nat = world.Open();
  world.Changes("masquerade 10.0.0.0/16", nat.AddMasquerade(Source("10.0.0.0/16")));
  world.Changes("masquerade 10.0.0.0/8", nat.AddMasquerade(Source("10.0.0.0/8")));
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.0.0", "11.0.0.0 end"});
  const Report* report =
      world.Changes("masquerade 10.1.0.0/16, contained", nat.AddMasquerade(Source("10.1.0.0/16")));
  world.ExpectTable(Ours(), {"10.0.0.0", "11.0.0.0 end"}, {},
                    {"10.0.0.0/8 default", "10.0.0.0/16 default", "10.1.0.0/16 default"});
  world.Expect(report != nullptr && report->transaction.operations.size() == 1,
               "what adds nothing to the union should send its ledger entry only");
  world.Changes("remove 10.0.0.0/8", nat.RemoveMasquerade(Source("10.0.0.0/8")));
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.0.0", "10.1.0.0 end", "10.1.0.0", "10.2.0.0 end"});
  world.Changes("masquerade 10.0.0.0/15, both", nat.AddMasquerade(Source("10.0.0.0/15")));
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.0.0", "10.2.0.0 end"});
  world.Changes("remove 10.0.0.0/15", nat.RemoveMasquerade(Source("10.0.0.0/15")));
  world.Changes("remove 10.0.0.0/16", nat.RemoveMasquerade(Source("10.0.0.0/16")));
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.1.0.0", "10.2.0.0 end"});
}

void EveryOrderOfNestedPrefixesGivesTheSameSet(World& world) {
  std::vector<std::string> prefixes = {"10.0.0.0/8", "10.0.0.0/16", "10.255.255.0/24", "10.0.0.128/25"};
  Nat& nat = world.Open();
  do {
    for (const std::string& prefix : prefixes) {
      world.Succeeds("masquerade " + prefix, nat.AddMasquerade(Source(prefix)));
    }
    world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.0.0", "11.0.0.0 end"});
    world.Succeeds("remove the widest", nat.RemoveMasquerade(Source("10.0.0.0/8")));
    world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.0.0", "10.1.0.0 end", "10.255.255.0", "11.0.0.0 end"});
    for (const std::string& prefix : prefixes) {
      world.Succeeds("remove " + prefix, nat.RemoveMasquerade(Source(prefix)));
    }
    world.ExpectNodes(Ours(), kMasqueradeSet, {});
  } while (std::ranges::next_permutation(prefixes).found);
}

void TheSameForwardTwiceIsOneEntry(World& world) {
  Nat& nat = world.Open();
  world.Changes("forward 4711 to 1.2.3.4:815", nat.AddForward(To(4711, "1.2.3.4:815")));
  world.Keeps("again", nat.AddForward(To(4711, "1.2.3.4:815")));
  world.ExpectTable(Ours(), {}, {"tcp . 4711 : 1.2.3.4 . 815"});
}

void ANewTargetReplacesTheOldInOneTransaction(World& world) {
  Nat& nat = world.Open();
  world.Changes("forward 4711 to 1.2.3.4:815", nat.AddForward(To(4711, "1.2.3.4:815")));
  const auto replaces = [&](const char* what, const char* endpoint, const char* entry) {
    const Report* report = world.Changes(what, nat.AddForward(To(4711, endpoint)));
    world.ExpectNodes(Ours(), kForwardMap, {entry});
    if (report == nullptr) return;
    const std::vector<Operation>& operations = report->transaction.operations;
    world.Expect(operations.size() == 2 && std::holds_alternative<DeleteElements>(operations[0]) &&
                     std::holds_alternative<AddElements>(operations[1]),
                 "should be a delete, then an add");
  };
  replaces("another address", "1.2.3.5:815", "tcp . 4711 : 1.2.3.5 . 815");
  replaces("another port of the same address", "1.2.3.5:816", "tcp . 4711 : 1.2.3.5 . 816");
  replaces("back", "1.2.3.4:815", "tcp . 4711 : 1.2.3.4 . 815");
}

void TheSameTargetIsAPlainAdd(World& world) {
  Nat& nat = world.Open();
  world.Changes("forward 4711", nat.AddForward(To(4711, "1.2.3.4:815")));
  world.Act("another program removes the entry", {Deletes(Ours(), To(4711, "1.2.3.4:815"))});
  const Report* report =
      world.Changes("forward 4711 to the same target", nat.AddForward(To(4711, "1.2.3.4:815")));
  world.Expect(report != nullptr && report->transaction.operations.size() == 1 &&
                   std::holds_alternative<AddElements>(report->transaction.operations[0]),
               "should be one add");
  world.ExpectNodes(Ours(), kForwardMap, {"tcp . 4711 : 1.2.3.4 . 815"});
}

void ProtocolsAndFamiliesAreIndependent(World& world) {
  Nat& nat = world.Open();
  world.Changes("tcp 53", nat.AddForward(To(53, "10.0.0.2:53")));
  world.Changes("udp 53", nat.AddForward(To(53, "10.0.0.3:53", Protocol::kUdp)));
  world.Changes("sctp 53", nat.AddForward(To(53, "10.0.0.4:53", Protocol::kSctp)));
  world.ExpectNoTable(Ours(Family::kIp6));
  world.Changes("tcp 53 of IPv6", nat.AddForward(To(53, "[fd00::5]:53")));
  world.Changes("masquerade of IPv6", nat.AddMasquerade(Source("fd00::/8")));
  world.ExpectTable(Ours(), {},
                    {"tcp . 53 : 10.0.0.2 . 53", "udp . 53 : 10.0.0.3 . 53", "sctp . 53 : 10.0.0.4 . 53"});
  world.ExpectTable(Ours(Family::kIp6), {"fd00::", "fe00:: end"}, {"tcp . 53 : fd00::5 . 53"});
  world.Changes("remove tcp 53", nat.RemoveForward(To(53, "10.0.0.2:53")));
  world.ExpectTable(Ours(), {}, {"udp . 53 : 10.0.0.3 . 53", "sctp . 53 : 10.0.0.4 . 53"});
  world.ExpectTable(Ours(Family::kIp6), {"fd00::", "fe00:: end"}, {"tcp . 53 : fd00::5 . 53"});
}

}  // namespace

std::vector<Scenario> ElementScenarios() {
  return {{"Ipv4PrefixesBecomeHalfOpenRanges", Ipv4PrefixesBecomeHalfOpenRanges},
          {"Ipv4PrefixesAtTheTopHaveNoEnd", Ipv4PrefixesAtTheTopHaveNoEnd},
          {"Ipv6PrefixesBecomeHalfOpenRanges", Ipv6PrefixesBecomeHalfOpenRanges},
          {"Ipv6PrefixesAtTheTopHaveNoEnd", Ipv6PrefixesAtTheTopHaveNoEnd},
          {"AnOpenRangeAndItsNeighbourMatchExactly", AnOpenRangeAndItsNeighbourMatchExactly},
          {"EntriesAreLaidOutByBytePosition", EntriesAreLaidOutByBytePosition},
          {"TheSamePrefixTwiceIsOneRange", TheSamePrefixTwiceIsOneRange},
          {"AdjacentPrefixesLiveApart", AdjacentPrefixesLiveApart},
          {"NestedPrefixesBecomeTheirUnion", NestedPrefixesBecomeTheirUnion},
          {"EveryOrderOfNestedPrefixesGivesTheSameSet", EveryOrderOfNestedPrefixesGivesTheSameSet},
          {"TheSameForwardTwiceIsOneEntry", TheSameForwardTwiceIsOneEntry},
          {"ANewTargetReplacesTheOldInOneTransaction", ANewTargetReplacesTheOldInOneTransaction},
          {"TheSameTargetIsAPlainAdd", TheSameTargetIsAPlainAdd},
          {"ProtocolsAndFamiliesAreIndependent", ProtocolsAndFamiliesAreIndependent}};
}

}  // namespace natplan::contract
