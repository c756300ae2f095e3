#include "core/foreign/nft_meaning.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_tcpudp.h>

#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace natplan::foreign {
namespace {

const Packets kToTheHost = {
    .protocol = Protocol::kTcp,
    .destinations = {Address::Parse("198.51.100.1").value(), Address::Parse("198.51.100.2").value()},
    .address_type = 2};

Condition Ports(std::vector<PortRange> ranges) {
  const PortSet set(std::move(ranges));
  return {set, set};
}
Condition PerhapsPorts(std::vector<PortRange> ranges) {
  return Ports(std::move(ranges)) & Condition::Perhaps();
}

// Expressions as nft writes them.
const Expression kLoadProtocol = MetaExpression{.key = MetaKey::kL4Proto, .destination = 1};
const Expression kIsTcp = CmpExpression{.source = 1, .data = {6}};
const Expression kDnat = NatExpression{.family = 2, .address = 2};
Expression LoadPort(Register to = 1) { return PayloadExpression{PayloadBase::kTransport, 2, 2, to}; }
Expression LoadAddress(Register to = 1) { return PayloadExpression{PayloadBase::kNetwork, 16, 4, to}; }

RuleSnapshot Rule(Expressions expressions) { return {.expressions = std::move(expressions)}; }

Meaning Mean(Expressions expressions, const Table& table = {}, const Packets& packets = kToTheHost) {
  return MeaningOf(Rule(std::move(expressions)), table, packets);
}

// The rule has one branch, to a translation.
Condition Translated(Expressions expressions, const Table& table = {}) {
  const Meaning meaning = Mean(std::move(expressions), table);
  EXPECT_TRUE(meaning.understood);
  if (meaning.branches.empty()) return Condition::Never();
  EXPECT_EQ(meaning.branches.size(), 1);
  EXPECT_EQ(meaning.branches[0].ending, Ending::kTranslate);
  return meaning.branches[0].when;
}

TEST(NftMeaningTest, APortThatIsCompared) {
  EXPECT_EQ(Translated(
                {kLoadProtocol, kIsTcp, LoadPort(), CmpExpression{.source = 1, .data = {0x1f, 0x90}}, kDnat}),
            Ports({{8080, 8080}}));
  EXPECT_EQ(Translated({LoadPort(), CmpExpression{1, CmpOperator::kNeq, {0, 22}}, kDnat}),
            !Ports({{22, 22}}));
  EXPECT_EQ(Translated({LoadPort(), CmpExpression{1, CmpOperator::kGte, {4, 0}}, kDnat}),
            Ports({{1024, 65535}}));
  EXPECT_EQ(Translated({LoadPort(), CmpExpression{1, CmpOperator::kGt, {4, 0}}, kDnat}),
            Ports({{1025, 65535}}));
  EXPECT_EQ(Translated({LoadPort(), CmpExpression{1, CmpOperator::kLt, {4, 0}}, kDnat}), Ports({{0, 1023}}));
  EXPECT_EQ(Translated({LoadPort(), CmpExpression{1, CmpOperator::kLte, {4, 0}}, kDnat}), Ports({{0, 1024}}));
}

TEST(NftMeaningTest, SourceAndDestinationPortLoadedAtOnce) {
  const Expression both = PayloadExpression{PayloadBase::kTransport, 0, 4, 1};
  EXPECT_EQ(Translated({both, CmpExpression{.source = 1, .data = {0, 1, 0, 80}}, kDnat}),
            PerhapsPorts({{80, 80}}));
}

TEST(NftMeaningTest, AnotherProtocolNeverMatches) {
  EXPECT_EQ(Translated({kLoadProtocol, CmpExpression{.source = 1, .data = {17}}, kDnat}), Condition::Never());
}

TEST(NftMeaningTest, AddressesOfTheHostAllOrSomeOrNone) {
  const auto masked = [](std::uint8_t last, const RegisterBytes& mask) {
    return Translated({LoadAddress(), BitwiseExpression{1, 1, mask, {0, 0, 0, 0}},
                       CmpExpression{.source = 1, .data = {198, 51, 100, last}}, kDnat});
  };
  EXPECT_EQ(masked(0, {255, 255, 255, 240}), Condition::Always());
  EXPECT_EQ(masked(2, {255, 255, 255, 255}), Condition::Perhaps());
  EXPECT_EQ(masked(16, {255, 255, 255, 240}), Condition::Never());
  // A prefix of whole bytes is one shorter load.
  EXPECT_EQ(Translated({PayloadExpression{PayloadBase::kNetwork, 16, 1, 1},
                        CmpExpression{1, CmpOperator::kNeq, {127}}, kDnat}),
            Condition::Always());
}

TEST(NftMeaningTest, TheTypeOfTheAddressIsLocal) {
  const Expression fib = FibExpression{kFibDestinationAddress, FibResult::kAddressType, 1};
  EXPECT_EQ(Translated({fib, CmpExpression{.source = 1, .data = {2, 0, 0, 0}}, kDnat}), Condition::Always());
  EXPECT_EQ(Translated({fib, CmpExpression{1, CmpOperator::kNeq, {2, 0, 0, 0}}, kDnat}), Condition::Never());
}

// `iif "eth9"` asks for the interface's index.
TEST(NftMeaningTest, InterfacesByTheirIndexes) {
  Packets packets = kToTheHost;
  packets.in_index = 2;
  packets.out_index = 3;
  const auto when = [](MetaKey key, std::uint8_t index, const Packets& of) {
    const Meaning meaning = Mean({MetaExpression{.key = key, .destination = 1},
                                  CmpExpression{.source = 1, .data = {index, 0, 0, 0}}, kDnat},
                                 {}, of);
    return meaning.branches.empty() ? Condition::Never() : meaning.branches[0].when;
  };
  EXPECT_EQ(when(MetaKey::kIif, 2, packets), Condition::Always());
  EXPECT_EQ(when(MetaKey::kIif, 3, packets), Condition::Never());
  EXPECT_EQ(when(MetaKey::kOif, 3, packets), Condition::Always());
  EXPECT_EQ(when(MetaKey::kOif, 2, packets), Condition::Never());
  EXPECT_EQ(when(MetaKey::kIif, 2, kToTheHost), Condition::Perhaps());
  EXPECT_EQ(when(MetaKey::kOif, 2, kToTheHost), Condition::Perhaps());
}

TEST(NftMeaningTest, ASetOfIntervalsInAnyOrder) {
  const Table table = {.sets = {{.name = "s",
                                 .is_interval = true,
                                 .elements = {{.key = {0, 91}, .is_end = true},
                                              {.key = {0, 80}},
                                              {.key = {0xff, 0}},
                                              {.key = {0, 0}, .is_end = true},
                                              {.key = {0, 81}, .is_end = true},
                                              {.key = {0, 90}}},
                                 .complete = true}}};
  const Expressions rule = {LoadPort(), LookupExpression{.set = "s", .source = 1}, kDnat};
  EXPECT_EQ(Translated(rule, table), Ports({{80, 80}, {90, 90}, {0xff00, 0xffff}}));
  const Expressions inverted = {LoadPort(), LookupExpression{.set = "s", .source = 1, .flags = kLookupInvert},
                                kDnat};
  EXPECT_EQ(Translated(inverted, table), !Ports({{80, 80}, {90, 90}, {0xff00, 0xffff}}));
}

TEST(NftMeaningTest, AConcatenationOfProtocolAndPort) {
  const Table table = {
      .sets = {{.name = "map_port_ipport",
                .is_map = true,
                .elements = {{.key = {6, 0, 0, 0, 0x1f, 0x90, 0, 0}}, {.key = {17, 0, 0, 0, 0, 53, 0, 0}}},
                .complete = true}}};
  EXPECT_EQ(Translated({kLoadProtocol, LoadPort(9),
                        LookupExpression{.set = "map_port_ipport", .source = 1, .destination = 1}, kDnat},
                       table),
            Ports({{8080, 8080}}));
}

TEST(NftMeaningTest, AConcatenationWithRanges) {
  const Table table = {
      .sets = {
          {.name = "s",
           .is_interval = true,
           .field_lengths = {4, 2},
           .elements = {{.key = {198, 51, 100, 0, 0, 80, 0, 0}, .key_end = {198, 51, 100, 255, 0, 90, 0, 0}},
                        {.key = {198, 51, 100, 2, 1, 0, 0, 0}, .key_end = {198, 51, 100, 9, 1, 0, 0, 0}},
                        {.key = {203, 0, 113, 0, 2, 0, 0, 0}, .key_end = {203, 0, 113, 9, 2, 0, 0, 0}}},
           .complete = true}}};
  EXPECT_EQ(Translated({LoadAddress(), LoadPort(9), LookupExpression{.set = "s", .source = 1}, kDnat}, table),
            (Condition{PortSet({{80, 90}, {256, 256}}), PortSet({{80, 90}})}));
}

TEST(NftMeaningTest, AVerdictMapHasABranchForEachVerdict) {
  const Table table = {.sets = {{.name = "v",
                                 .is_map = true,
                                 .elements = {{.key = {0, 80}, .verdict = Verdict{NFT_JUMP, "web"}},
                                              {.key = {0, 81}, .verdict = Verdict{NFT_JUMP, "web"}},
                                              {.key = {0, 22}, .verdict = Verdict{NF_ACCEPT, ""}},
                                              {.catch_all = true, .verdict = Verdict{NF_DROP, ""}}},
                                 .complete = true}}};
  const Meaning meaning =
      Mean({LoadPort(), LookupExpression{.set = "v", .source = 1, .destination = 0}}, table);
  ASSERT_EQ(meaning.branches.size(), 3);
  EXPECT_EQ(meaning.branches[0].ending, Ending::kJump);
  EXPECT_EQ(meaning.branches[0].chain, "web");
  EXPECT_EQ(meaning.branches[0].when, Ports({{80, 81}}));
  EXPECT_EQ(meaning.branches[1].ending, Ending::kAccept);
  EXPECT_EQ(meaning.branches[1].when, Ports({{22, 22}}));
  EXPECT_EQ(meaning.branches[2].ending, Ending::kDrop);
  EXPECT_EQ(meaning.branches[2].when, !Ports({{22, 22}, {80, 81}}));
}

TEST(NftMeaningTest, WhatWasNotReadMayHoldAnything) {
  const Table partly = {.sets = {{.name = "s", .elements = {{.key = {0, 80}}}}}};
  for (const Table& table : {partly, Table{}}) {
    const Meaning meaning = Mean({LoadPort(), LookupExpression{.set = "s", .source = 1}, kDnat}, table);
    EXPECT_FALSE(meaning.understood);
    ASSERT_EQ(meaning.branches.size(), 1);
    EXPECT_EQ(meaning.branches[0].when.may, PortSet::All());
  }
}

TEST(NftMeaningTest, AnExpressionThatIsNotKnownMayEndTheRule) {
  const Meaning meaning = Mean({UnknownExpression{.name = "moon"}, kDnat});
  EXPECT_FALSE(meaning.understood);
  ASSERT_EQ(meaning.branches.size(), 2);
  EXPECT_EQ(meaning.branches[0].ending, Ending::kUnknown);
  EXPECT_EQ(meaning.branches[1].when, Condition::Perhaps());
}

// `update @m { ip saddr limit rate over 10/second } drop`, `limit name "l" drop`
TEST(NftMeaningTest, WhatCountsMayEndTheRule) {
  for (const char* name : {"limit", "quota", "connlimit", "dynset", "objref", "flow_offload"}) {
    const Meaning meaning = Mean({UnknownExpression{.name = name}, kDnat});
    EXPECT_TRUE(meaning.understood) << name;
    ASSERT_EQ(meaning.branches.size(), 1) << name;
    EXPECT_EQ(meaning.branches[0].when, Condition::Perhaps()) << name;
  }
  EXPECT_EQ(Translated({UnknownExpression{.name = "log"}, kDnat}), Condition::Always());
}

// Attributes as the kernel dumps those of the expressions "match" and "target".
Expression Xt(const char* expression, const std::string& name, std::uint8_t revision,
              std::span<const std::uint8_t> info) {
  std::vector<std::uint8_t> bytes;
  const auto put = [&](std::uint8_t type, std::span<const std::uint8_t> value) {
    const auto size = static_cast<std::uint8_t>(value.size() + 4);
    bytes.insert(bytes.end(), {size, 0, type, 0});
    bytes.insert(bytes.end(), value.begin(), value.end());
    while (bytes.size() % 4 != 0) bytes.push_back(0);
  };
  const std::vector<std::uint8_t> text(name.c_str(), name.c_str() + name.size() + 1);
  put(1, text);
  put(2, std::vector<std::uint8_t>{0, 0, 0, revision});
  put(3, info);
  return UnknownExpression{expression, bytes};
}

template <typename T>
std::vector<std::uint8_t> BytesOf(const T& info) {
  std::vector<std::uint8_t> bytes(sizeof(info));
  std::memcpy(bytes.data(), &info, sizeof(info));
  return bytes;
}

TEST(NftMeaningTest, MatchesAndTargetsOfIptables) {
  xt_tcp tcp = {};
  tcp.spts[1] = 65535;
  tcp.dpts[0] = 80;
  tcp.dpts[1] = 90;
  const Expression target = Xt("target", "DNAT", 2, {});
  EXPECT_EQ(Translated({Xt("match", "tcp", 0, BytesOf(tcp)), target}), Ports({{80, 90}}));
  tcp.invflags = XT_TCP_INV_DSTPT;
  EXPECT_EQ(Translated({Xt("match", "tcp", 0, BytesOf(tcp)), target}), !Ports({{80, 90}}));
  xt_multiport_v1 multiport = {};
  multiport.flags = XT_MULTIPORT_DESTINATION;
  multiport.count = 3;
  multiport.ports[0] = 443;
  multiport.ports[1] = 8000;
  multiport.pflags[1] = 1;
  multiport.ports[2] = 8010;
  EXPECT_EQ(Translated({Xt("match", "multiport", 1, BytesOf(multiport)), target}),
            Ports({{443, 443}, {8000, 8010}}));
  EXPECT_EQ(Translated({Xt("match", "owner", 1, {}), target}), Condition::Perhaps());
  EXPECT_FALSE(Mean({Xt("match", "moon", 1, {}), target}).understood);
  EXPECT_TRUE(Mean({Xt("target", "LOG", 0, {})}).branches.empty());
}

}  // namespace
}  // namespace natplan::foreign
