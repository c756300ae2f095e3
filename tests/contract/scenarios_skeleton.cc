// The table that is made around the elements, and when it is made (checklist 21 to 27, 53).
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cstring>

#include "core/wire/message_reader.h"
#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

std::vector<wire::Message> MessagesOf(const Sent& sent) {
  std::vector<wire::Message> messages;
  wire::Bytes rest(sent.bytes);
  while (const auto message = wire::NextMessage(rest)) messages.push_back(*message);
  return messages;
}

int Number(const wire::Message& message) { return message.type & 0xff; }

// What is asked of the kernel in the origin's order, before the elements.
constexpr int kOriginOrder[] = {NFT_MSG_NEWTABLE, NFT_MSG_NEWCHAIN, NFT_MSG_NEWCHAIN,
                                NFT_MSG_NEWCHAIN, NFT_MSG_NEWSET,   NFT_MSG_NEWSET,
                                NFT_MSG_NEWRULE,  NFT_MSG_NEWRULE,  NFT_MSG_NEWRULE};

void TheFirstIntentMakesTheOriginsTable(World& world) {
  Nat& nat = world.Open({.table = kOriginTable});
  world.ExpectEmptyRuleset();
  world.Changes("masquerade 10.1.2.3", nat.AddMasquerade(Source("10.1.2.3/32")));
  world.ExpectTable(Origin(), {"10.1.2.3", "10.1.2.4 end"}, {});
  world.ExpectNoTable(Origin(Family::kIp6));
  world.Changes("forward 4711 to [fd00::5]:815", nat.AddForward(To(4711, "[fd00::5]:815")));
  world.ExpectTable(Origin(Family::kIp6), {}, {"tcp . 4711 : fd00::5 . 815"});
}

void TheSkeletonIsOneBatchInTheOriginsOrder(World& world) {
  Nat& nat = world.Open({.table = kOriginTable});
  world.Changes("masquerade 10.1.2.3", nat.AddMasquerade(Source("10.1.2.3/32")));
  world.Expect(world.sent().size() == 1, "should be one transaction");
  if (world.sent().size() != 1) return;
  const std::vector<wire::Message> messages = MessagesOf(world.sent()[0]);
  world.Expect(messages.size() == std::size(kOriginOrder) + 3, "BEGIN, nine, the element, END");
  if (messages.size() != std::size(kOriginOrder) + 3) return;
  for (std::size_t i = 0; i < std::size(kOriginOrder); ++i) {
    world.Expect(Number(messages[i + 1]) == kOriginOrder[i],
                 "message " + std::to_string(i + 1) + " in its place");
  }
  world.Expect(Number(messages[std::size(kOriginOrder) + 1]) == NFT_MSG_NEWSETELEM, "the element last");
}

void ABatchIsOneDatagramFromBeginToEnd(World& world) {
  Nat& nat = world.Open();
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.Changes("forward 80", nat.AddForward(To(80, "10.0.0.2:80")));
  world.Expect(world.sent().size() == 2, "should be two transactions");
  std::uint32_t last = 0;
  for (const Sent& sent : world.sent()) {
    const std::vector<wire::Message> messages = MessagesOf(sent);
    world.Expect(messages.size() >= 3, "should be whole");
    if (messages.size() < 3) return;
    for (const wire::Message* control : {&messages.front(), &messages.back()}) {
      world.Expect(control->flags == (NLM_F_REQUEST | NLM_F_ACK), "BEGIN and END should ask for an answer");
      nfgenmsg header;
      std::memcpy(&header, control->payload.data(), sizeof(header));
      world.Expect(
          header.res_id == __builtin_bswap16(NFNL_SUBSYS_NFTABLES) || __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
          "BEGIN and END should name nf_tables in network byte order");
    }
    world.Expect(messages.front().type == NFNL_MSG_BATCH_BEGIN, "should begin with BEGIN");
    world.Expect(messages.back().type == NFNL_MSG_BATCH_END, "should end with END");
    for (std::size_t i = 0; i < messages.size(); ++i) {
      world.Expect(messages[i].sequence != 0, "a sequence number should never be 0");
      world.Expect(i == 0 || messages[i].sequence == messages[i - 1].sequence + 1,
                   "numbers should be consecutive");
    }
    world.Expect(messages.front().sequence > last, "the next batch should have new numbers");
    last = messages.back().sequence;
  }
}

// Elements of the origin's table are added without EXCL as there; in natplan's own table with it.
void FlagsOfMessagesAreTheOrigins(World& world) {
  for (const char* table : {kOriginTable, kDefaultTable}) {
    Nat& nat = world.Open({.table = table});
    world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
    world.Changes("remove it", nat.RemoveMasquerade(Source("10.0.0.0/24")));
  }
  std::vector<unsigned> adds;
  std::vector<unsigned> deletes;
  for (const Sent& sent : world.sent()) {
    for (const wire::Message& message : MessagesOf(sent)) {
      if (message.type >> 8U != NFNL_SUBSYS_NFTABLES) continue;
      const unsigned flags = message.flags & ~unsigned{NLM_F_ACK};
      if (Number(message) == NFT_MSG_NEWSETELEM) adds.push_back(flags);
      if (Number(message) == NFT_MSG_DELSETELEM) deletes.push_back(flags);
    }
  }
  // In natplan's own table each is two: the ledger's entry and the range.
  constexpr unsigned kCreate = NLM_F_REQUEST | NLM_F_CREATE;
  world.Expect(adds == std::vector<unsigned>{kCreate, kCreate | NLM_F_EXCL, kCreate | NLM_F_EXCL},
               "adds should have CREATE, and in natplan's own table EXCL");
  world.Expect(deletes == std::vector<unsigned>(3, NLM_F_REQUEST), "deletes should have no flag");
}

void AContextAPlanAndADeleteCreateNothing(World& world) {
  Nat& nat = world.Open();
  world.Keeps("verify", nat.Verify());
  world.Keeps("preview", nat.Preview({Intent{Source("10.0.0.0/24")}, Intent{To(80, "[fd00::5]:80")}}));
  world.Keeps("remove what is not there", nat.RemoveMasquerade(Source("10.0.0.0/24")));
  world.Keeps("remove a forward that is not there", nat.RemoveForward(To(80, "10.0.0.2:80")));
  world.Keeps("apply nothing", nat.Apply({}));
  world.ExpectEmptyRuleset();
  world.Expect(world.sent().empty(), "nothing should be sent");
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.FlushRuleset();
  world.Keeps("remove it after a flush", nat.RemoveMasquerade(Source("10.0.0.0/24")));
  world.ExpectEmptyRuleset();
}

void OneCallMakesBothFamiliesInOneTransaction(World& world) {
  Nat& nat = world.Open();
  world.Changes("apply", nat.Apply({Intent{Source("10.0.0.0/24")}, Intent{Source("fd00::/64")},
                                    Intent{To(80, "10.0.0.2:80")}, Intent{To(80, "[fd00::2]:80")}}));
  world.Expect(world.sent().size() == 1, "should be one transaction");
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"}, {"tcp . 80 : 10.0.0.2 . 80"});
  world.ExpectTable(Ours(Family::kIp6), {"fd00::", "fd00:0:0:1:: end"}, {"tcp . 80 : fd00::2 . 80"});
  world.Keeps("apply the same", nat.Apply({Intent{Source("10.0.0.0/24")}, Intent{Source("fd00::/64")},
                                           Intent{To(80, "10.0.0.2:80")}, Intent{To(80, "[fd00::2]:80")}}));
  world.Changes("apply less and other things",
                nat.Apply({Intent{Source("10.0.9.0/24")}, Intent{To(80, "[fd00::3]:81")}}));
  world.ExpectTable(Ours(), {"10.0.9.0", "10.0.10.0 end"}, {});
  world.ExpectTable(Ours(Family::kIp6), {}, {"tcp . 80 : fd00::3 . 81"});
}

// Of tests only: another table is another world.
void TheTablesNameCanBeChosen(World& world) {
  Nat& nat = world.Open({.table = kForeignTable});
  world.Changes("masquerade 10.0.0.0/24", nat.AddMasquerade(Source("10.0.0.0/24")));
  world.ExpectTable({Family::kIp, kForeignTable}, {"10.0.0.0", "10.0.1.0 end"}, {});
  world.ExpectNoTable(Ours());
  world.ExpectNoTable(Origin());
}

}  // namespace

std::vector<Scenario> SkeletonScenarios() {
  return {{"TheFirstIntentMakesTheOriginsTable", TheFirstIntentMakesTheOriginsTable},
          {"TheSkeletonIsOneBatchInTheOriginsOrder", TheSkeletonIsOneBatchInTheOriginsOrder},
          {"ABatchIsOneDatagramFromBeginToEnd", ABatchIsOneDatagramFromBeginToEnd},
          {"FlagsOfMessagesAreTheOrigins", FlagsOfMessagesAreTheOrigins},
          {"AContextAPlanAndADeleteCreateNothing", AContextAPlanAndADeleteCreateNothing},
          {"OneCallMakesBothFamiliesInOneTransaction", OneCallMakesBothFamiliesInOneTransaction},
          {"TheTablesNameCanBeChosen", TheTablesNameCanBeChosen}};
}

}  // namespace natplan::contract
