// What core/wire encodes, as the live kernel and nft understand it, and what the kernel holds, as core/wire
// reads it.
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>
#include <vector>

#include "core/wire/batch.h"
#include "core/wire/test_skeleton.h"
#include "gtest/gtest.h"
#include "tests/support/namespace.h"
#include "tests/wire/netlink_socket.h"

namespace natplan::wire {
namespace {

using ::natplan::testing::RunInNamespaceOrSkip;

const TableId kTable4 = {Family::kIp, "io.systemd.nat"};
const TableId kTable6 = {Family::kIp6, "io.systemd.nat"};
const ReadRequest kBoth = {.tables = {kTable4, kTable6}, .sets = {"masq_saddr", "map_port_ipport"}};

// The skeletons of both families and their elements.
Transaction Everything() {
  Transaction transaction;
  for (const TableId& table : {kTable4, kTable6}) {
    for (Operation& operation : Skeleton(table)) transaction.operations.push_back(std::move(operation));
    transaction.operations.push_back(Prefixes(table));
    transaction.operations.push_back(Forwards(table));
  }
  return transaction;
}

// The same for nft.
constexpr char kNftText[] = R"(
add table ip io.systemd.nat
add chain ip io.systemd.nat prerouting { type nat hook prerouting priority -99; policy accept; }
add chain ip io.systemd.nat output { type nat hook output priority -99; policy accept; }
add chain ip io.systemd.nat postrouting { type nat hook postrouting priority 101; policy accept; }
add set ip io.systemd.nat masq_saddr { type ipv4_addr; flags interval; }
add map ip io.systemd.nat map_port_ipport { type inet_proto . inet_service : ipv4_addr . inet_service; }
add rule ip io.systemd.nat prerouting fib daddr type local dnat ip addr . port to meta l4proto . th dport map @map_port_ipport
add rule ip io.systemd.nat output ip daddr != 127.0.0.0/8 oif "lo" dnat ip addr . port to meta l4proto . th dport map @map_port_ipport
add rule ip io.systemd.nat postrouting ip saddr @masq_saddr masquerade
add element ip io.systemd.nat masq_saddr { 10.0.2.0/28, 240.0.0.0/4 }
add element ip io.systemd.nat map_port_ipport { tcp . 4711 : 1.2.3.4 . 815 }
add table ip6 io.systemd.nat
add chain ip6 io.systemd.nat prerouting { type nat hook prerouting priority -99; policy accept; }
add chain ip6 io.systemd.nat output { type nat hook output priority -99; policy accept; }
add chain ip6 io.systemd.nat postrouting { type nat hook postrouting priority 101; policy accept; }
add set ip6 io.systemd.nat masq_saddr { type ipv6_addr; flags interval; }
add map ip6 io.systemd.nat map_port_ipport { type inet_proto . inet_service : ipv6_addr . inet_service; }
add rule ip6 io.systemd.nat prerouting fib daddr type local dnat ip6 addr . port to meta l4proto . th dport map @map_port_ipport
add rule ip6 io.systemd.nat output ip6 daddr != ::1 oif "lo" dnat ip6 addr . port to meta l4proto . th dport map @map_port_ipport
add rule ip6 io.systemd.nat postrouting ip6 saddr @masq_saddr masquerade
add element ip6 io.systemd.nat masq_saddr { fd00::/8, ff00::/8 }
add element ip6 io.systemd.nat map_port_ipport { tcp . 4711 : 2001:db8::5 . 815 }
)";

// What the kernel holds after `operations`, as far as they are those of Everything(); without handles.
std::vector<TableSnapshot> Meant(const Transaction& transaction) {
  std::vector<TableSnapshot> tables;
  for (const Operation& operation : transaction.operations) {
    if (const auto* table = std::get_if<EnsureTable>(&operation)) {
      tables.push_back({.id = table->table});
    } else if (const auto* chain = std::get_if<EnsureChain>(&operation)) {
      tables.back().chains.push_back({.name = chain->chain, .base = chain->base});
    } else if (const auto* set = std::get_if<EnsureSet>(&operation)) {
      tables.back().sets.push_back({.name = set->set, .shape = set->shape});
    } else if (const auto* rule = std::get_if<AppendRule>(&operation)) {
      for (ChainSnapshot& held : tables.back().chains) {
        if (held.name == rule->chain) held.rules.push_back({.expressions = rule->expressions});
      }
    } else if (const auto* add = std::get_if<AddElements>(&operation)) {
      for (SetSnapshot& held : tables.back().sets) {
        if (held.name != add->set) continue;
        for (const Element& element : add->elements) {
          // The kernel hands the nodes of an interval set out in descending order, starts before ends.
          if (element.kind != ElementKind::kRange) {
            held.elements.push_back(element);
            continue;
          }
          held.elements.insert(held.elements.begin(), {.kind = ElementKind::kStart, .key = element.key});
          if (element.end.empty()) continue;
          held.elements.insert(held.elements.begin(), {.kind = ElementKind::kEnd, .key = element.end});
        }
      }
    }
  }
  return tables;
}

std::vector<TableSnapshot> WithoutHandles(Snapshot snapshot) {
  for (TableSnapshot& table : snapshot.tables) {
    table.handle = 0;
    for (SetSnapshot& set : table.sets) set.handle = 0;
    for (ChainSnapshot& chain : table.chains) {
      chain.handle = 0;
      for (RuleSnapshot& rule : chain.rules) rule.handle = 0;
    }
  }
  return std::move(snapshot.tables);
}

Refused RefusedBy(const Outcome& outcome) {
  if (const auto* refused = std::get_if<Refused>(&outcome)) return *refused;
  ADD_FAILURE() << "not refused";
  return {};
}

TEST(LiveKernel, ListsWhatWeSendAsWhatNftSends) {
  const std::string file = ::testing::TempDir() + "/natplan_wire_live.nft";
  std::string by_nft;
  RunInNamespaceOrSkip([&] {
    std::ofstream(file) << kNftText;
    ASSERT_EQ(OutputOf("nft -f " + file), "");
    by_nft = OutputOf("nft list ruleset");
    ASSERT_NE(by_nft.find("dnat ip6 to"), std::string::npos) << by_nft;
    ASSERT_EQ(OutputOf("nft flush ruleset"), "");

    NetlinkSocket socket;
    ASSERT_EQ(socket.Commit(Everything()), Outcome(Committed{}));
    EXPECT_EQ(OutputOf("nft list ruleset"), by_nft);
  });
}

// A ledger with its comments, and rules with theirs: what is sent, what nft lists, and what is read back.
TEST(LiveKernel, KeepsCommentsAsNftDoes) {
  RunInNamespaceOrSkip([] {
    const TableId table = {Family::kIp6, "t"};
    const SetShape ledger = {.key_type = 8 << 18 | 13 << 12 | 19 << 6 | 19, .key_length = 28};
    const SetShape ranges = kPrefixShape6;
    const Element entry = {
        .key = {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0},
        .comment = "web"};
    const Element range = {.kind = ElementKind::kRange,
                           .key = {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                           .end = {0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                           .comment = std::string(127, 'x')};
    NetlinkSocket socket;
    ASSERT_EQ(
        socket.Commit({.operations = {EnsureTable{table, "natplan layout 1"},
                                      EnsureSet{table, "owners", ledger}, EnsureSet{table, "ranges", ranges},
                                      AddElements{table, "owners", ledger, true, {entry}},
                                      AddElements{table, "ranges", ranges, true, {range}},
                                      EnsureChain{table, "c", {"nat", Hook::kPostrouting, 101}},
                                      AppendRule{table, "c", {CounterExpression{}}, "first"},
                                      AppendRule{table, "c", {MasqueradeExpression{}}, "second"}}}),
        Outcome(Committed{}));

    const std::string listing = OutputOf("nft list ruleset");
    EXPECT_NE(listing.find("\tcomment \"natplan layout 1\"\n"), std::string::npos) << listing;
    EXPECT_NE(listing.find("fd00:: . 8 . 0x00000001 . 0x00000002 comment \"web\""), std::string::npos)
        << listing;
    EXPECT_NE(listing.find("masquerade comment \"second\""), std::string::npos) << listing;
    const ReadRequest request = {.tables = {table}, .sets = {"owners", "ranges"}};
    TableSnapshot held = socket.Read(request).tables.at(0);
    EXPECT_EQ(held.comment, "natplan layout 1");
    EXPECT_EQ(held.sets.at(0).elements, std::vector<Element>{entry});
    EXPECT_EQ(held.sets.at(1).elements.at(1).comment, range.comment);
    ASSERT_EQ(held.chains.at(0).rules.size(), 2u);
    EXPECT_EQ(held.chains[0].rules[0].comment, "first");
    EXPECT_EQ(held.chains[0].rules[1].comment, "second");

    // nft loses nothing of it.
    const std::string file = ::testing::TempDir() + "/natplan_wire_saved.nft";
    std::ofstream(file) << listing;
    EXPECT_EQ(OutputOf("nft flush ruleset; nft -f " + file + "; nft list ruleset"), listing);
    held = socket.Read(request).tables.at(0);
    EXPECT_EQ(held.sets.at(0).elements, std::vector<Element>{entry});

    const std::uint64_t first = held.chains.at(0).rules.at(0).handle;
    ASSERT_EQ(socket.Commit({.operations = {DeleteRule{table, "c", first}}}), Outcome(Committed{}));
    held = socket.Read(request).tables.at(0);
    ASSERT_EQ(held.chains.at(0).rules.size(), 1u);
    EXPECT_EQ(held.chains[0].rules[0].comment, "second");
    EXPECT_EQ(socket.Commit({.operations = {DeleteRule{table, "c", first}}}),
              Outcome(Refused{{Refusal{.operation = 0, .errno_value = ENOENT}}}));
  });
}

TEST(LiveKernel, HoldsWhatWeSend) {
  RunInNamespaceOrSkip([] {
    NetlinkSocket socket;
    ASSERT_EQ(socket.Commit(Everything()), Outcome(Committed{}));

    const Snapshot snapshot = socket.Read(kBoth);

    EXPECT_EQ(snapshot.generation, 2u);
    const auto held = WithoutHandles(snapshot);
    const auto meant = Meant(Everything());
    ASSERT_EQ(held.size(), meant.size());
    for (std::size_t i = 0; i < held.size(); ++i) {
      EXPECT_EQ(held[i].id, meant[i].id);
      ASSERT_EQ(held[i].chains.size(), meant[i].chains.size());
      for (std::size_t chain = 0; chain < held[i].chains.size(); ++chain) {
        EXPECT_EQ(held[i].chains[chain], meant[i].chains[chain]) << meant[i].chains[chain].name;
      }
      ASSERT_EQ(held[i].sets.size(), meant[i].sets.size());
      for (std::size_t set = 0; set < held[i].sets.size(); ++set) {
        EXPECT_EQ(held[i].sets[set], meant[i].sets[set]) << meant[i].sets[set].name;
      }
    }
    EXPECT_EQ(held, meant);
  });
}

// In a packed message too.
TEST(LiveKernel, NamesTheRefusedElement) {
  RunInNamespaceOrSkip([] {
    NetlinkSocket socket;
    ASSERT_EQ(socket.Commit(Everything()), Outcome(Committed{}));
    AddElements ranges = {
        .table = kTable4, .set = "masq_saddr", .shape = kPrefixShape4, .exclusive = true, .elements = {}};
    for (std::uint8_t i = 1; i < 200; ++i) {
      // 10.0.2.0 to 10.0.2.32 overlaps 10.0.2.0/28.
      ranges.elements.push_back({.kind = ElementKind::kRange,
                                 .key = {static_cast<std::uint8_t>(i == 150 ? 10 : 20), 0,
                                         static_cast<std::uint8_t>(i == 150 ? 2 : i), 0},
                                 .end = {static_cast<std::uint8_t>(i == 150 ? 10 : 20), 0,
                                         static_cast<std::uint8_t>(i == 150 ? 2 : i), 32}});
    }
    AddElements forwards = Forwards(kTable4);
    forwards.elements = {{.key = {6, 0, 0, 0, 0, 1, 0, 0}, .data = {1, 2, 3, 4, 0, 1, 0, 0}},
                         {.key = {6, 0, 0, 0, 0x12, 0x67, 0, 0}, .data = {1, 2, 3, 9, 0, 1, 0, 0}}};

    const Refused refused = RefusedBy(socket.Commit({.operations = {ranges, forwards}}));

    ASSERT_EQ(refused.refusals.size(), 2u);
    EXPECT_EQ(refused.refusals[0], (Refusal{.operation = 0, .element = 149, .errno_value = EEXIST}));
    EXPECT_EQ(refused.refusals[1], (Refusal{.operation = 1, .element = 1, .errno_value = EEXIST}));
  });
}

TEST(LiveKernel, NamesTheMissingExpressionAndTheMissingChainType) {
  RunInNamespaceOrSkip([] {
    NetlinkSocket socket;
    const Transaction transaction = {
        .operations = {EnsureTable{kTable4},
                       EnsureChain{kTable4, "odd", {.type = "strange", .hook = Hook::kOutput, .priority = 0}},
                       EnsureChain{kTable4, "c", {.type = "nat", .hook = Hook::kOutput, .priority = 0}},
                       AppendRule{kTable4, "c", {CounterExpression{}, UnknownExpression{.name = "warp"}}}}};

    const Refused refused = RefusedBy(socket.Commit(transaction));

    ASSERT_EQ(refused.refusals.size(), 2u);
    EXPECT_EQ(refused.refusals[0],
              (Refusal{.operation = 1, .errno_value = ENOENT, .missing_name = "strange"}));
    EXPECT_EQ(refused.refusals[1], (Refusal{.operation = 3, .errno_value = ENOENT, .missing_name = "warp"}));
  });
}

TEST(LiveKernel, RefusesAnotherGenerationOnTheBatchItself) {
  RunInNamespaceOrSkip([] {
    NetlinkSocket socket;

    const Outcome outcome = socket.Commit({.operations = {EnsureTable{kTable4}}, .required_generation = 77});

    EXPECT_EQ(outcome, Outcome(Refused{{Refusal{.errno_value = ERESTART}}}));
    EXPECT_EQ(socket.Commit({.operations = {EnsureTable{kTable4}}, .required_generation = 1}),
              Outcome(Committed{}));
  });
}

TEST(LiveKernel, ChecksWithoutChanging) {
  RunInNamespaceOrSkip([] {
    NetlinkSocket socket;
    Transaction transaction = Everything();
    transaction.check_only = true;

    EXPECT_EQ(socket.Commit(transaction), Outcome(Committed{}));

    EXPECT_EQ(OutputOf("nft list ruleset"), "");
  });
}

TEST(LiveKernel, TakesEachDelete) {
  RunInNamespaceOrSkip([] {
    NetlinkSocket socket;
    ASSERT_EQ(socket.Commit(Everything()), Outcome(Committed{}));
    const AddElements prefixes = Prefixes(kTable4);
    const AddElements forwards = Forwards(kTable6);

    EXPECT_EQ(socket.Commit(
                  {.operations = {DeleteElements{kTable4, prefixes.set, prefixes.shape, prefixes.elements},
                                  DeleteElements{kTable6, forwards.set, forwards.shape, forwards.elements},
                                  DeleteElements{kTable6, forwards.set, forwards.shape, {}},
                                  FlushSet{kTable6, "masq_saddr"}, FlushChain{kTable4, "output"}}}),
              Outcome(Committed{}));
    Snapshot snapshot = socket.Read(kBoth);
    ASSERT_EQ(snapshot.tables.size(), 2u);
    EXPECT_TRUE(snapshot.tables[0].sets[0].elements.empty());
    EXPECT_EQ(snapshot.tables[0].sets[1].elements.size(), 1u);
    EXPECT_TRUE(snapshot.tables[1].sets[0].elements.empty());
    EXPECT_TRUE(snapshot.tables[1].sets[1].elements.empty());
    EXPECT_EQ(snapshot.tables[0].chains[0].rules.size(), 1u);
    EXPECT_TRUE(snapshot.tables[0].chains[1].rules.empty());

    EXPECT_EQ(
        socket.Commit({.operations = {FlushChain{kTable4, "postrouting"}, FlushChain{kTable4, "prerouting"},
                                      DeleteChain{kTable4, "postrouting"}, DeleteSet{kTable4, "masq_saddr"},
                                      DeleteSet{kTable4, "map_port_ipport"}, DeleteTable{kTable6}}}),
        Outcome(Committed{}));
    snapshot = socket.Read(kBoth);
    ASSERT_EQ(snapshot.tables.size(), 1u);
    EXPECT_EQ(snapshot.tables[0].chains.size(), 2u);
    EXPECT_TRUE(snapshot.tables[0].sets.empty());
  });
}

TEST(LiveKernel, WakesADormantTableAndGivesTheChainItsPolicyBack) {
  RunInNamespaceOrSkip([] {
    NetlinkSocket socket;
    ASSERT_EQ(OutputOf("nft 'add table ip io.systemd.nat { flags dormant; }'"), "");
    ASSERT_EQ(
        OutputOf(
            "nft 'add chain ip io.systemd.nat output { type nat hook output priority -99; policy drop; }'"),
        "");
    Snapshot snapshot = socket.Read(kBoth);
    ASSERT_TRUE(snapshot.tables.at(0).dormant);
    ASSERT_EQ(snapshot.tables[0].chains.at(0).base->policy, Policy::kDrop);

    // In this order: after the change of a chain's policy the kernel refuses to wake the table (EINVAL).
    EXPECT_EQ(socket.Commit({.operations = {EnsureTable{kTable4}, Skeleton(kTable4)[2]}}),
              Outcome(Committed{}));

    snapshot = socket.Read(kBoth);
    EXPECT_FALSE(snapshot.tables[0].dormant);
    EXPECT_EQ(snapshot.tables[0].chains[0].base->policy, Policy::kAccept);
  });
}

// A base chain that is new stands in front of the message that wakes the table.
TEST(LiveKernel, RefusesANewBaseChainBehindTheWakingOfItsTable) {
  RunInNamespaceOrSkip([] {
    NetlinkSocket socket;
    const Operation prerouting = Skeleton(kTable4)[1];
    ASSERT_EQ(OutputOf("nft 'add table ip io.systemd.nat { flags dormant; }'"), "");

    EXPECT_EQ(socket.Commit({.operations = {EnsureTable{kTable4}, prerouting}}),
              Outcome(Refused{{Refusal{.operation = 1, .errno_value = EINVAL}}}));
    EXPECT_EQ(socket.Commit({.operations = {prerouting, EnsureTable{kTable4}}}), Outcome(Committed{}));
  });
}

TEST(LiveKernel, ReadsWhatNatplanDoesNotWrite) {
  RunInNamespaceOrSkip([] {
    NetlinkSocket socket;
    ASSERT_EQ(
        OutputOf(
            "nft 'table ip io.systemd.nat {\n"
            "  counter seen { }\n"
            "  set masq_saddr { type ipv4_addr; flags interval, timeout; }\n"
            "  map map_port_ipport { type inet_proto . inet_service : verdict; }\n"
            "  chain free { counter; log prefix \"x\" ; ip saddr 1.2.3.4 drop; snat to 1.2.3.4-1.2.3.9; }\n"
            "}'"),
        "");
    ASSERT_EQ(OutputOf("nft 'add element ip io.systemd.nat masq_saddr { 1.0.0.0/8 timeout 1h, 3.0.0.0/8 }'"),
              "");
    ASSERT_EQ(OutputOf("nft 'add element ip io.systemd.nat map_port_ipport { tcp . 22 : accept }'"), "");

    const Snapshot snapshot = socket.Read(kBoth);

    ASSERT_EQ(snapshot.tables.size(), 1u);
    const TableSnapshot& table = snapshot.tables[0];
    EXPECT_EQ(table.others, std::vector<std::string>{"seen"});
    ASSERT_EQ(table.sets.size(), 2u);
    EXPECT_TRUE(table.sets[0].other_elements);
    EXPECT_TRUE(table.sets[1].other_elements);
    EXPECT_TRUE(table.sets[1].elements.empty());
    EXPECT_EQ(table.sets[0].shape.other_flags, 0x10u);
    ASSERT_EQ(table.chains.size(), 1u);
    EXPECT_FALSE(table.chains[0].base.has_value());
    ASSERT_EQ(table.chains[0].rules.size(), 4u);
    EXPECT_EQ(table.chains[0].rules[0].expressions, Expressions{CounterExpression{}});
    ASSERT_EQ(table.chains[0].rules[1].expressions.size(), 1u);
    EXPECT_EQ(NameOf(table.chains[0].rules[1].expressions[0]), "log");
    EXPECT_EQ(table.chains[0].rules[2].expressions.back(),
              Expression(ImmediateExpression{.destination = 0, .verdict = 0}));
    const Expressions& range = table.chains[0].rules[3].expressions;
    EXPECT_EQ(NameOf(range.back()), "nat");
    EXPECT_TRUE(std::holds_alternative<UnknownExpression>(range.back()));
  });
}

TEST(LiveKernel, TakesManyElementsInOneTransactionAndGivesThemBack) {
  RunInNamespaceOrSkip([] {
    NetlinkSocket socket;
    ASSERT_EQ(socket.Commit(Everything()), Outcome(Committed{}));
    AddElements forwards = Forwards(kTable4);
    forwards.elements.clear();
    for (unsigned i = 0; i < 5000; ++i) {
      forwards.elements.push_back(
          {.key = {17, 0, 0, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i), 0, 0},
           .data = {1, 2, 3, 4, 0, 1, 0, 0}});
    }

    ASSERT_EQ(socket.Commit({.operations = {forwards}}), Outcome(Committed{}));

    std::vector<Element> held = socket.Read(kBoth).tables.at(0).sets.at(1).elements;
    forwards.elements.push_back(Forwards(kTable4).elements[0]);
    std::sort(held.begin(), held.end());
    std::sort(forwards.elements.begin(), forwards.elements.end());
    EXPECT_EQ(held, forwards.elements);
  });
}

}  // namespace
}  // namespace natplan::wire
