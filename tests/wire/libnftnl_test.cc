// libnftnl decodes what core/wire encodes: a witness that shares nothing with it. It prints registers as
// numbers of the host, which are those of a little-endian one here.
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "core/wire/batch.h"
#include "core/wire/test_skeleton.h"
#include "gtest/gtest.h"

namespace natplan::wire {
namespace {

const TableId kTable4 = {Family::kIp, "io.systemd.nat"};
const TableId kTable6 = {Family::kIp6, "io.systemd.nat"};

std::string Text(const char* text) { return text != nullptr ? text : "(none)"; }

std::string Hex(const void* data, std::uint32_t size) {
  std::string text;
  std::array<char, 3> digits;
  for (std::uint32_t i = 0; i < size; ++i) {
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<const unsigned char*>(data)[i]);
    text += digits.data();
  }
  return text;
}

std::string TableText(const nlmsghdr* message) {
  const std::unique_ptr<nftnl_table, decltype(&nftnl_table_free)> table(nftnl_table_alloc(),
                                                                        nftnl_table_free);
  if (nftnl_table_nlmsg_parse(message, table.get()) != 0) return "unreadable table";
  return Text(nftnl_table_get_str(table.get(), NFTNL_TABLE_NAME)) + " family " +
         std::to_string(nftnl_table_get_u32(table.get(), NFTNL_TABLE_FAMILY)) + " flags " +
         std::to_string(nftnl_table_get_u32(table.get(), NFTNL_TABLE_FLAGS));
}

std::string ChainText(const nlmsghdr* message) {
  const std::unique_ptr<nftnl_chain, decltype(&nftnl_chain_free)> chain(nftnl_chain_alloc(),
                                                                        nftnl_chain_free);
  if (nftnl_chain_nlmsg_parse(message, chain.get()) != 0) return "unreadable chain";
  std::string text = Text(nftnl_chain_get_str(chain.get(), NFTNL_CHAIN_TABLE)) + ' ' +
                     Text(nftnl_chain_get_str(chain.get(), NFTNL_CHAIN_NAME));
  if (!nftnl_chain_is_set(chain.get(), NFTNL_CHAIN_HOOKNUM)) return text;
  return text + ' ' + Text(nftnl_chain_get_str(chain.get(), NFTNL_CHAIN_TYPE)) + " hook " +
         std::to_string(nftnl_chain_get_u32(chain.get(), NFTNL_CHAIN_HOOKNUM)) + " prio " +
         std::to_string(nftnl_chain_get_s32(chain.get(), NFTNL_CHAIN_PRIO)) + " policy " +
         std::to_string(nftnl_chain_get_u32(chain.get(), NFTNL_CHAIN_POLICY));
}

std::string RuleText(const nlmsghdr* message) {
  const std::unique_ptr<nftnl_rule, decltype(&nftnl_rule_free)> rule(nftnl_rule_alloc(), nftnl_rule_free);
  if (nftnl_rule_nlmsg_parse(message, rule.get()) != 0) return "unreadable rule";
  std::string text = Text(nftnl_rule_get_str(rule.get(), NFTNL_RULE_TABLE)) + ' ' +
                     Text(nftnl_rule_get_str(rule.get(), NFTNL_RULE_CHAIN));
  nftnl_expr_foreach(
      rule.get(),
      [](nftnl_expr* expression, void* out) {
        std::array<char, 512> line = {};
        nftnl_expr_snprintf(line.data(), line.size(), expression, NFTNL_OUTPUT_DEFAULT, 0);
        std::string shown = Text(nftnl_expr_get_str(expression, NFTNL_EXPR_NAME)) + ' ' + line.data();
        while (shown.back() == ' ') shown.pop_back();
        *static_cast<std::string*>(out) += "\n  " + shown;
        return 0;
      },
      &text);
  return text;
}

using SetPointer = std::unique_ptr<nftnl_set, decltype(&nftnl_set_free)>;

std::string SetText(const nlmsghdr* message) {
  const SetPointer set(nftnl_set_alloc(), nftnl_set_free);
  if (nftnl_set_nlmsg_parse(message, set.get()) != 0) return "unreadable set";
  std::string text = Text(nftnl_set_get_str(set.get(), NFTNL_SET_TABLE)) + ' ' +
                     Text(nftnl_set_get_str(set.get(), NFTNL_SET_NAME));
  const auto append = [&](const char* name, std::uint16_t attribute) {
    if (nftnl_set_is_set(set.get(), attribute)) {
      text += ' ' + std::string(name) + ' ' + std::to_string(nftnl_set_get_u32(set.get(), attribute));
    }
  };
  append("id", NFTNL_SET_ID);
  append("flags", NFTNL_SET_FLAGS);
  append("key_type", NFTNL_SET_KEY_TYPE);
  append("key_len", NFTNL_SET_KEY_LEN);
  append("data_type", NFTNL_SET_DATA_TYPE);
  append("data_len", NFTNL_SET_DATA_LEN);
  return text;
}

std::string ElementsText(const nlmsghdr* message) {
  const SetPointer set(nftnl_set_alloc(), nftnl_set_free);
  if (nftnl_set_elems_nlmsg_parse(message, set.get()) != 0) return "unreadable elements";
  std::string text = Text(nftnl_set_get_str(set.get(), NFTNL_SET_TABLE)) + ' ' +
                     Text(nftnl_set_get_str(set.get(), NFTNL_SET_NAME));
  nftnl_set_elem_foreach(
      set.get(),
      [](nftnl_set_elem* element, void* out) {
        std::string& line = *static_cast<std::string*>(out);
        std::uint32_t size = 0;
        const void* const key = nftnl_set_elem_get(element, NFTNL_SET_ELEM_KEY, &size);
        line += ' ' + Hex(key, size);
        if (nftnl_set_elem_is_set(element, NFTNL_SET_ELEM_DATA)) {
          const void* const data = nftnl_set_elem_get(element, NFTNL_SET_ELEM_DATA, &size);
          line += ':' + Hex(data, size);
        }
        if (nftnl_set_elem_is_set(element, NFTNL_SET_ELEM_FLAGS)) {
          line += '/' + std::to_string(nftnl_set_elem_get_u32(element, NFTNL_SET_ELEM_FLAGS));
        }
        return 0;
      },
      &text);
  return text;
}

std::string MessageText(const nlmsghdr* message) {
  switch (message->nlmsg_type & 0xff) {
    case NFT_MSG_NEWTABLE:
    case NFT_MSG_DELTABLE:
      return TableText(message);
    case NFT_MSG_NEWCHAIN:
    case NFT_MSG_DELCHAIN:
      return ChainText(message);
    case NFT_MSG_NEWRULE:
    case NFT_MSG_DELRULE:
      return RuleText(message);
    case NFT_MSG_NEWSET:
    case NFT_MSG_DELSET:
      return SetText(message);
    case NFT_MSG_NEWSETELEM:
    case NFT_MSG_DELSETELEM:
      return ElementsText(message);
    default:
      return "?";
  }
}

// The messages between BEGIN and END as libnftnl reads them.
std::vector<std::string> Witnessed(const Transaction& transaction) {
  const EncodedBatch batch = Encode(transaction, 1);
  std::vector<std::string> texts;
  int rest = static_cast<int>(batch.bytes.size());
  std::vector<std::uint64_t> aligned(batch.bytes.size() / sizeof(std::uint64_t) + 1);
  std::memcpy(aligned.data(), batch.bytes.data(), batch.bytes.size());
  const auto* message = reinterpret_cast<const nlmsghdr*>(aligned.data());
  for (; mnl_nlmsg_ok(message, rest); message = mnl_nlmsg_next(message, &rest)) {
    if (message->nlmsg_type >> 8 == NFNL_SUBSYS_NFTABLES) texts.push_back(MessageText(message));
  }
  EXPECT_EQ(rest, 0);
  return texts;
}

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
