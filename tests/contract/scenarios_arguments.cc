// Arguments that are refused, and what is made of those that are taken (checklist 1 to 9).
#include <cerrno>
#include <string_view>

#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

bool RefusedWithEinval(std::string_view prefix) {
  const auto masquerade = Masquerade::Make(Prefix::Parse(prefix).value());
  return !masquerade && masquerade.error().code == ErrorCode::kInvalidArgument &&
         masquerade.error().errno_value == EINVAL;
}

// A refused argument is no value: there is nothing that could be handed to the context.
void RefusedArgumentsSendNothing(World& world) {
  Nat& nat = world.Open();
  world.Changes("masquerade 10.1.2.0/24", nat.AddMasquerade(Source("10.1.2.0/24")));
  const std::size_t sent = world.sent().size();
  world.Expect(RefusedWithEinval("0.0.0.0/0"), "0.0.0.0/0 should be refused");
  world.Expect(RefusedWithEinval("::/0"), "::/0 should be refused");
  for (int length = 1; length < 8; ++length) {
    world.Expect(RefusedWithEinval("fe00::/" + std::to_string(length)),
                 "IPv6 shorter than /8 should be refused");
  }
  world.Expect(!RefusedWithEinval("fe00::/8"), "IPv6 /8 should be taken");
  world.Expect(!Prefix::Parse("10.0.0.0/33"), "/33 should be refused");
  world.Expect(!Prefix::Parse("10.0.0.0/-1"), "/-1 should be refused");
  world.Expect(!Prefix::Parse("fd00::/129"), "/129 should be refused");
  world.Expect(!Address::Parse("00-00-5e-00-53-01"), "an address of another family should be refused");
  world.Expect(!ParseProtocol("icmp"), "icmp should be refused");
  world.Expect(!Port::Make(0), "port 0 should be refused");
  world.Expect(!Port::Make(65536), "port 65536 should be refused");
  world.Expect(!Endpoint::Parse("1.2.3.4:0"), "target port 0 should be refused");
  world.Expect(!Endpoint::Parse(":80"), "a missing target should be refused");
  world.Expect(world.sent().size() == sent, "nothing should be sent");
  world.Keeps("verify", nat.Verify());
}

void HostBitsAreCleared(World& world) {
  Nat& nat = world.Open();
  world.Changes("masquerade 10.1.2.3/24", nat.AddMasquerade(Source("10.1.2.3/24")));
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.1.2.0", "10.1.3.0 end"});
  world.Keeps("masquerade 10.1.2.77/24, the same prefix", nat.AddMasquerade(Source("10.1.2.77/24")));
}

void RemovingAForwardNeedsItsPortOnly(World& world) {
  Nat& nat = world.Open();
  world.Changes("forward 4711 to 1.2.3.4:815", nat.AddForward(To(4711, "1.2.3.4:815")));
  world.Changes("remove it by an older target", nat.RemoveForward(To(4711, "9.9.9.9:9")));
  world.ExpectNodes(Ours(), kForwardMap, {});
}

}  // namespace

std::vector<Scenario> ArgumentScenarios() {
  return {{"RefusedArgumentsSendNothing", RefusedArgumentsSendNothing},
          {"HostBitsAreCleared", HostBitsAreCleared},
          {"RemovingAForwardNeedsItsPortOnly", RemovingAForwardNeedsItsPortOnly}};
}

}  // namespace natplan::contract
