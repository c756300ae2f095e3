#include "tests/wire/libnftnl_text.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>
#include <libnftnl/table.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <memory>

namespace natplan::wire {
namespace {

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

// " userdata HEX" if there is any. `get` is libnftnl's getter of the object's kind.
template <typename Object, typename Get>
std::string UserdataText(const Object* object, Get get, std::uint16_t attribute) {
  std::uint32_t size = 0;
  const void* const data = get(object, attribute, &size);
  return data != nullptr ? " userdata " + Hex(data, size) : "";
}

std::string TableText(const nlmsghdr* message) {
  const std::unique_ptr<nftnl_table, decltype(&nftnl_table_free)> table(nftnl_table_alloc(),
                                                                        nftnl_table_free);
  if (nftnl_table_nlmsg_parse(message, table.get()) != 0) return "unreadable table";
  return Text(nftnl_table_get_str(table.get(), NFTNL_TABLE_NAME)) + " family " +
         std::to_string(nftnl_table_get_u32(table.get(), NFTNL_TABLE_FAMILY)) + " flags " +
         std::to_string(nftnl_table_get_u32(table.get(), NFTNL_TABLE_FLAGS)) +
         UserdataText(table.get(), nftnl_table_get_data, NFTNL_TABLE_USERDATA);
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
  if (nftnl_rule_is_set(rule.get(), NFTNL_RULE_HANDLE)) {
    text += " handle " + std::to_string(nftnl_rule_get_u64(rule.get(), NFTNL_RULE_HANDLE));
  }
  text += UserdataText(rule.get(), nftnl_rule_get_data, NFTNL_RULE_USERDATA);
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
        if (nftnl_set_elem_is_set(element, NFTNL_SET_ELEM_USERDATA)) {
          const void* const userdata = nftnl_set_elem_get(element, NFTNL_SET_ELEM_USERDATA, &size);
          line += '#' + Hex(userdata, size);
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

const nfgenmsg& GenericHeader(const nlmsghdr* message) {
  return *static_cast<const nfgenmsg*>(mnl_nlmsg_get_payload(message));
}

bool IsOfNfTables(const nlmsghdr* message) {
  return ntohs(GenericHeader(message).res_id) == NFNL_SUBSYS_NFTABLES;
}

std::optional<std::uint32_t> GenerationIn(const nlmsghdr* begin) {
  std::optional<std::uint32_t> generation;
  const auto take = [](const nlattr* attribute, void* out) {
    if (mnl_attr_get_type(attribute) == NFNL_BATCH_GENID) {
      *static_cast<std::optional<std::uint32_t>*>(out) = ntohl(mnl_attr_get_u32(attribute));
    }
    return MNL_CB_OK;
  };
  mnl_attr_parse(begin, sizeof(nfgenmsg), take, &generation);
  return generation;
}

}  // namespace

WitnessedBatch ReadWithLibnftnl(std::span<const std::uint8_t> batch) {
  WitnessedBatch read;
  int rest = static_cast<int>(batch.size());
  std::vector<std::uint64_t> aligned(batch.size() / sizeof(std::uint64_t) + 1);
  std::memcpy(aligned.data(), batch.data(), batch.size());
  const auto* message = reinterpret_cast<const nlmsghdr*>(aligned.data());
  bool strange = false;
  for (bool first = true; mnl_nlmsg_ok(message, rest);
       message = mnl_nlmsg_next(message, &rest), first = false) {
    strange = strange || read.end;
    if (message->nlmsg_type == NFNL_MSG_BATCH_BEGIN && first) {
      read.begin = IsOfNfTables(message);
      read.generation = GenerationIn(message);
    } else if (message->nlmsg_type == NFNL_MSG_BATCH_END) {
      read.end = IsOfNfTables(message);
    } else if (message->nlmsg_type >> 8 == NFNL_SUBSYS_NFTABLES) {
      read.messages.push_back({.number = message->nlmsg_type & 0xff,
                               .family = GenericHeader(message).nfgen_family,
                               .flags = message->nlmsg_flags,
                               .text = MessageText(message)});
    } else {
      strange = true;
    }
  }
  read.whole = rest == 0 && !strange;
  return read;
}

}  // namespace natplan::wire
