// libnftnl decodes what core/wire encodes: a witness that shares nothing with it.
#include <string>
#include <vector>

#include "core/wire/batch.h"
#include "core/wire/test_skeleton.h"
#include "gtest/gtest.h"
#include "tests/wire/libnftnl_text.h"

namespace natplan::wire {
namespace {

const TableId kTable4 = {Family::kIp, "io.systemd.nat"};
const TableId kTable6 = {Family::kIp6, "io.systemd.nat"};

std::vector<std::string> Witnessed(const Transaction& transaction) {
  const WitnessedBatch batch = ReadWithLibnftnl(Encode(transaction, 1).bytes);
  EXPECT_TRUE(batch.begin && batch.end && batch.whole);
  std::vector<std::string> texts;
  texts.reserve(batch.messages.size());
  for (const WitnessedMessage& message : batch.messages) texts.push_back(message.text);
  return texts;
}

// NOLINTBEGIN(bugprone-suspicious-missing-comma): what is expected of a rule has many lines.
TEST(LibnftnlReads, TheOriginsTableOfIpv4) {
  Transaction transaction = {.operations = Skeleton(kTable4)};
  transaction.operations.push_back(Prefixes(kTable4));
  transaction.operations.push_back(Forwards(kTable4));

  EXPECT_EQ(Witnessed(transaction),
            (std::vector<std::string>{
                "io.systemd.nat family 2 flags 0", "io.systemd.nat prerouting nat hook 0 prio -99 policy 1",
                "io.systemd.nat output nat hook 3 prio -99 policy 1",
                "io.systemd.nat postrouting nat hook 4 prio 101 policy 1",
                "io.systemd.nat masq_saddr id 1 flags 4 key_type 7 key_len 4",
                "io.systemd.nat map_port_ipport id 2 flags 8 key_type 781 key_len 8 data_type 461 data_len 8",
                "io.systemd.nat prerouting\n"
                "  fib daddr type => reg 9\n"
                "  cmp eq reg 9 0x00000002\n"
                "  meta load l4proto => reg 9\n"
                "  payload load 2b @ transport header + 2 => reg 10\n"
                "  lookup reg 9 set map_port_ipport dreg 9\n"
                "  nat dnat ip addr_min reg 9 proto_min reg 10",
                "io.systemd.nat output\n"
                "  payload load 4b @ network header + 16 => reg 9\n"
                "  bitwise reg 9 = ( reg 9 & 0x000000ff ) ^ 0x00000000\n"
                "  cmp neq reg 9 0x0000007f\n"
                "  meta load oif => reg 9\n"
                "  cmp eq reg 9 0x00000001\n"
                "  meta load l4proto => reg 9\n"
                "  payload load 2b @ transport header + 2 => reg 10\n"
                "  lookup reg 9 set map_port_ipport dreg 9\n"
                "  nat dnat ip addr_min reg 9 proto_min reg 10",
                "io.systemd.nat postrouting\n"
                "  payload load 4b @ network header + 12 => reg 9\n"
                "  lookup reg 9 set masq_saddr\n"
                "  masq",
                "io.systemd.nat masq_saddr 0a000200 0a000210/1", "io.systemd.nat masq_saddr f0000000",
                "io.systemd.nat map_port_ipport 0600000012670000:01020304032f0000"}));
}

TEST(LibnftnlReads, TheOriginsTableOfIpv6) {
  Transaction transaction = {.operations = Skeleton(kTable6)};
  transaction.operations.push_back(Prefixes(kTable6));
  transaction.operations.push_back(Forwards(kTable6));

  EXPECT_EQ(
      Witnessed(transaction),
      (std::vector<std::string>{
          "io.systemd.nat family 10 flags 0", "io.systemd.nat prerouting nat hook 0 prio -99 policy 1",
          "io.systemd.nat output nat hook 3 prio -99 policy 1",
          "io.systemd.nat postrouting nat hook 4 prio 101 policy 1",
          "io.systemd.nat masq_saddr id 1 flags 4 key_type 8 key_len 16",
          "io.systemd.nat map_port_ipport id 2 flags 8 key_type 781 key_len 8 data_type 525 data_len 20",
          "io.systemd.nat prerouting\n"
          "  fib daddr type => reg 9\n"
          "  cmp eq reg 9 0x00000002\n"
          "  meta load l4proto => reg 9\n"
          "  payload load 2b @ transport header + 2 => reg 10\n"
          "  lookup reg 9 set map_port_ipport dreg 9\n"
          "  nat dnat ip6 addr_min reg 9 proto_min reg 13",
          "io.systemd.nat output\n"
          "  payload load 16b @ network header + 24 => reg 9\n"
          "  cmp neq reg 9 0x00000000 0x00000000 0x00000000 0x01000000\n"
          "  meta load oif => reg 9\n"
          "  cmp eq reg 9 0x00000001\n"
          "  meta load l4proto => reg 9\n"
          "  payload load 2b @ transport header + 2 => reg 10\n"
          "  lookup reg 9 set map_port_ipport dreg 9\n"
          "  nat dnat ip6 addr_min reg 9 proto_min reg 13",
          "io.systemd.nat postrouting\n"
          "  payload load 16b @ network header + 8 => reg 9\n"
          "  lookup reg 9 set masq_saddr\n"
          "  masq",
          "io.systemd.nat masq_saddr fd000000000000000000000000000000 fe000000000000000000000000000000/1",
          "io.systemd.nat masq_saddr ff000000000000000000000000000000",
          "io.systemd.nat map_port_ipport 0600000012670000:20010db8000000000000000000000005032f0000"}));
}
// NOLINTEND(bugprone-suspicious-missing-comma)

TEST(LibnftnlReads, CommentsAndTheDeleteOfARule) {
  const SetShape ledger = {.key_type = 8 << 18 | 13 << 12 | 19 << 6 | 19, .key_length = 28};
  const Element entry = {
      .key = {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8},
      .comment = "web"};
  AddElements forwards = Forwards(kTable6);
  forwards.elements[0].comment = "web";
  const Transaction transaction = {
      .operations = {EnsureTable{kTable6, "natplan layout 1"}, EnsureSet{kTable6, "owners", ledger},
                     AddElements{kTable6, "owners", ledger, true, {entry}}, forwards,
                     AppendRule{kTable6, "postrouting", {MasqueradeExpression{}}, "web"},
                     DeleteRule{kTable6, "postrouting", 7}}};

  EXPECT_EQ(Witnessed(transaction),
            (std::vector<std::string>{
                "io.systemd.nat family 10 flags 0 userdata 00116e6174706c616e206c61796f7574203100",
                "io.systemd.nat owners id 1 key_type 2151635 key_len 28",
                "io.systemd.nat owners fd000000000000000000000000000000000800000102030405060708#000477656200",
                "io.systemd.nat map_port_ipport "
                "0600000012670000:20010db8000000000000000000000005032f0000#000477656200",
                "io.systemd.nat postrouting userdata 000477656200\n  masq",
                "io.systemd.nat postrouting handle 7"}));
}

TEST(LibnftnlReads, EachDelete) {
  const Transaction transaction = {
      .operations = {DeleteElements{kTable4, "masq_saddr", kPrefixShape4, Prefixes(kTable4).elements},
                     DeleteElements{kTable4, "map_port_ipport", kPortShape4, Forwards(kTable4).elements},
                     FlushSet{kTable4, "masq_saddr"}, FlushChain{kTable4, "output"},
                     DeleteChain{kTable4, "output"}, DeleteSet{kTable4, "masq_saddr"}, DeleteTable{kTable4}}};

  EXPECT_EQ(Witnessed(transaction),
            (std::vector<std::string>{
                "io.systemd.nat masq_saddr 0a000200 0a000210/1", "io.systemd.nat masq_saddr f0000000",
                "io.systemd.nat map_port_ipport 0600000012670000", "io.systemd.nat masq_saddr",
                "io.systemd.nat output", "io.systemd.nat output", "io.systemd.nat masq_saddr",
                "io.systemd.nat family 2 flags 0"}));
}

}  // namespace
}  // namespace natplan::wire
