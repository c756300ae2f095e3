#include "tests/witness/meant_text.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <regex>
#include <span>
#include <sstream>
#include <variant>

namespace natplan::witness {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::string Formatted(const char* format, std::uint32_t number) {
  std::array<char, 32> text;
  return {text.data(), static_cast<std::size_t>(std::snprintf(text.data(), text.size(), format, number))};
}

std::string Hex(Bytes bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) text += Formatted("%02x", byte);
  return text;
}

// As numbers of the host, four bytes each.
std::vector<std::uint32_t> Words(Bytes bytes) {
  std::vector<std::uint32_t> words((bytes.size() + 3) / 4);
  std::memcpy(words.data(), bytes.data(), bytes.size());
  return words;
}

// NFT_CT_*, as libnftnl 1.2.4 calls them, which does not know the later ones.
std::string CtKeyText(std::uint32_t key) {
  constexpr std::array kNames = {"state",     "direction",  "status",  "mark",    "secmark",  "expiration",
                                 "helper",    "l3protocol", "src",     "dst",     "protocol", "proto_src",
                                 "proto_dst", "label",      "packets", "bytes",   "avgpkt",   "zone",
                                 "event",     "src_ip",     "dst_ip",  "src_ip6", "dst_ip6"};
  return key < kNames.size() ? kNames.at(key) : "unknown";
}

std::string WordsText(Bytes bytes, const char* format) {
  std::string text;
  for (const std::uint32_t word : Words(bytes)) text += (text.empty() ? "" : " ") + Formatted(format, word);
  return text;
}

std::string RegisterText(Register number) { return "reg " + std::to_string(number); }

struct ExpressionPrinter {
  std::string operator()(const FibExpression& fib) const {
    const char* const result = fib.result == FibResult::kAddressType ? " type"
                               : fib.result == FibResult::kOif       ? " oif"
                                                                     : " oifname";
    return std::string("fib ") + ((fib.flags & kFibDestinationAddress) != 0 ? "daddr" : "saddr") +
           ((fib.flags & kFibInInterface) != 0 ? " . iif" : "") + result +
           ((fib.flags & kFibPresent) != 0 ? " present" : "") + " => " + RegisterText(fib.destination);
  }
  std::string operator()(const CmpExpression& cmp) const {
    constexpr std::array kOperators = {"eq", "neq", "lt", "lte", "gt", "gte"};
    return std::string("cmp ") + kOperators.at(static_cast<std::size_t>(cmp.op)) + ' ' +
           RegisterText(cmp.source) + ' ' + WordsText(cmp.data.span(), "0x%08x");
  }
  std::string operator()(const MetaExpression& meta) const {
    const char* const key = meta.key == MetaKey::kL4Proto   ? "l4proto"
                            : meta.key == MetaKey::kOif     ? "oif"
                            : meta.key == MetaKey::kOifName ? "oifname"
                                                            : "iif";
    return std::string("meta load ") + key + " => " + RegisterText(meta.destination);
  }
  std::string operator()(const CtExpression& ct) const {
    const std::string key = CtKeyText(static_cast<std::uint32_t>(ct.key));
    return ct.writes ? "ct set " + key + " with " + RegisterText(ct.reg)
                     : "ct load " + key + " => " + RegisterText(ct.reg);
  }
  std::string operator()(const PayloadExpression& payload) const {
    constexpr std::array kBases = {"link", "network", "transport", "inner"};
    return "payload load " + std::to_string(payload.length) + "b @ " +
           kBases.at(static_cast<std::size_t>(payload.base)) + " header + " + std::to_string(payload.offset) +
           " => " + RegisterText(payload.destination);
  }
  std::string operator()(const BitwiseExpression& bitwise) const {
    return "bitwise " + RegisterText(bitwise.destination) + " = ( " + RegisterText(bitwise.source) + " & " +
           WordsText(bitwise.mask.span(), "0x%08x") + " ) ^ " + WordsText(bitwise.xor_with.span(), "0x%08x");
  }
  std::string operator()(const LookupExpression& lookup) const {
    return "lookup " + RegisterText(lookup.source) + " set " + lookup.set +
           (lookup.destination ? " dreg " + std::to_string(*lookup.destination) : "") +
           (lookup.flags != 0 ? Formatted(" 0x%x", lookup.flags) : "");
  }
  std::string operator()(const NatExpression& nat) const {
    return std::string("nat ") + (nat.type == NatType::kDestination ? "dnat " : "snat ") +
           (nat.family == NFPROTO_IPV4 ? "ip" : "ip6") +
           (nat.address ? " addr_min " + RegisterText(*nat.address) : "") +
           (nat.port ? " proto_min " + RegisterText(*nat.port) : "");
  }
  std::string operator()(const MasqueradeExpression&) const { return "masq"; }
  std::string operator()(const CounterExpression&) const { return "counter pkts 0 bytes 0"; }
  std::string operator()(const ImmediateExpression& immediate) const {
    constexpr std::array kVerdicts = {"drop", "accept"};
    if (!immediate.verdict)
      return "immediate " + RegisterText(immediate.destination) + ' ' +
             WordsText(immediate.value.span(), "0x%08x");
    return "immediate " + RegisterText(immediate.destination) + ' ' +
           kVerdicts.at(static_cast<std::size_t>(*immediate.verdict));
  }
  std::string operator()(const UnknownExpression& unknown) const {
    // As the contract's scenarios write it: register 1, a key, the original direction.
    if (unknown.name == "ct" && unknown.detail.size() == 24)
      return "ct load " + CtKeyText(unknown.detail[15]) + " => reg 1 , dir original";
    return unknown.name;
  }
};

// A comment as nft keeps it: type 0, the length with the NUL, the text, the NUL.
std::vector<std::uint8_t> CommentBytes(const std::string& comment) {
  std::vector<std::uint8_t> bytes = {0, static_cast<std::uint8_t>(comment.size() + 1)};
  bytes.insert(bytes.end(), comment.begin(), comment.end());
  bytes.push_back(0);
  return bytes;
}

std::string UserdataText(const std::string& comment) {
  return comment.empty() ? "" : " userdata " + Hex(CommentBytes(comment));
}

// As libnftnl prints userdata for people.
std::string DebugUserdata(const std::string& comment) {
  if (comment.empty()) return "";
  std::string text = "  userdata = { ";
  for (const std::uint8_t byte : CommentBytes(comment)) {
    const bool printable = byte >= ' ' && byte <= '~';
    text += printable ? std::string(1, static_cast<char>(byte)) : Formatted("\\x%02x", byte);
  }
  return text + " }";
}

std::uint8_t ProtocolNumber(Family family) { return family == Family::kIp ? NFPROTO_IPV4 : NFPROTO_IPV6; }

struct OperationMeaning {
  Meant operator()(const EnsureTable& table) const {
    return Of(NFT_MSG_NEWTABLE, NLM_F_CREATE, table.table,
              TableText(table.table) + UserdataText(table.comment));
  }
  Meant operator()(const DeleteTable& table) const {
    return Of(NFT_MSG_DELTABLE, 0, table.table, TableText(table.table));
  }
  Meant operator()(const EnsureChain& chain) const {
    return Of(NFT_MSG_NEWCHAIN, NLM_F_CREATE, chain.table,
              chain.table.name + ' ' + chain.chain + ' ' + chain.base.type + " hook " +
                  std::to_string(static_cast<int>(chain.base.hook)) + " prio " +
                  std::to_string(chain.base.priority) + " policy " +
                  std::to_string(static_cast<int>(chain.base.policy)));
  }
  Meant operator()(const DeleteChain& chain) const {
    return Of(NFT_MSG_DELCHAIN, 0, chain.table, chain.table.name + ' ' + chain.chain);
  }
  Meant operator()(const FlushChain& chain) const {
    return Of(NFT_MSG_DELRULE, 0, chain.table, chain.table.name + ' ' + chain.chain);
  }
  Meant operator()(const EnsureSet& set) const {
    const SetShape& shape = set.shape;
    const std::uint32_t flags = shape.other_flags | (shape.interval ? 4U : 0U) | (shape.is_map ? 8U : 0U);
    std::string text = set.table.name + ' ' + set.set;
    if (flags != 0) text += " flags " + std::to_string(flags);
    text += " key_type " + std::to_string(shape.key_type) + " key_len " + std::to_string(shape.key_length);
    if (shape.is_map) {
      text +=
          " data_type " + std::to_string(shape.data_type) + " data_len " + std::to_string(shape.data_length);
    }
    return Of(NFT_MSG_NEWSET, NLM_F_CREATE, set.table, text);
  }
  Meant operator()(const DeleteSet& set) const {
    return Of(NFT_MSG_DELSET, 0, set.table, set.table.name + ' ' + set.set);
  }
  Meant operator()(const FlushSet& set) const {
    return Of(NFT_MSG_DELSETELEM, 0, set.table, set.table.name + ' ' + set.set);
  }
  Meant operator()(const AppendRule& rule) const {
    std::string text = rule.table.name + ' ' + rule.chain + UserdataText(rule.comment);
    for (const Expression& expression : rule.expressions) text += "\n  " + ExpressionText(expression);
    return Of(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, rule.table, text);
  }
  Meant operator()(const DeleteRule& rule) const {
    return Of(NFT_MSG_DELRULE, 0, rule.table,
              rule.table.name + ' ' + rule.chain + " handle " + std::to_string(rule.handle));
  }
  Meant operator()(const AddElements& add) const {
    return Of(NFT_MSG_NEWSETELEM, NLM_F_CREATE | (add.exclusive ? NLM_F_EXCL : 0), add.table,
              add.table.name + ' ' + add.set + Nodes(add.elements, true));
  }
  // An element is found by its key alone.
  Meant operator()(const DeleteElements& remove) const {
    return Of(NFT_MSG_DELSETELEM, 0, remove.table,
              remove.table.name + ' ' + remove.set + Nodes(remove.elements, false));
  }

 private:
  static Meant Of(int number, unsigned flags, const TableId& table, std::string text) {
    return {number, ProtocolNumber(table.family), static_cast<std::uint16_t>(NLM_F_REQUEST | flags),
            std::move(text)};
  }
  static std::string TableText(const TableId& table) {
    return table.name + " family " + std::to_string(ProtocolNumber(table.family)) + " flags 0";
  }
  static std::string Nodes(const std::vector<Element>& elements, bool is_add) {
    std::string text;
    for (const Element& element : elements) {
      text += ' ' + Hex(element.key.span());
      if (is_add && !element.data.empty()) text += ':' + Hex(element.data.span());
      if (element.kind == ElementKind::kEnd) text += "/1";
      if (is_add && !element.comment.empty()) text += '#' + Hex(CommentBytes(element.comment));
      if (element.kind == ElementKind::kRange && !element.end.empty())
        text += ' ' + Hex(element.end.span()) + "/1";
    }
    return text;
  }
};

std::string DebugText(const Element& node) {
  return "element " + WordsText(node.key.span(), "%08x") + "  : " +
         (node.data.empty() ? "" : WordsText(node.data.span(), "%08x") + ' ') +
         (node.kind == ElementKind::kEnd ? "1" : "0") + DebugUserdata(node.comment);
}

}  // namespace

std::string ExpressionText(const Expression& expression) {
  return std::visit(ExpressionPrinter(), expression);
}

std::vector<Meant> MeantBy(const Transaction& transaction) {
  std::vector<Meant> meant;
  meant.reserve(transaction.operations.size());
  for (const Operation& operation : transaction.operations)
    meant.push_back(std::visit(OperationMeaning(), operation));
  return meant;
}

Kept KeptIn(const Snapshot& snapshot) {
  Kept kept;
  for (const TableSnapshot& table : snapshot.tables) {
    const std::string where = std::string(Name(table.id.family)) + ' ' + table.id.name + ' ';
    for (const ChainSnapshot& chain : table.chains) {
      for (const RuleSnapshot& rule : chain.rules) {
        for (const Expression& expression : rule.expressions) {
          kept[where + chain.name].push_back(ExpressionText(expression));
        }
        if (!rule.comment.empty()) kept[where + chain.name].push_back(DebugUserdata(rule.comment));
      }
    }
    for (const SetSnapshot& set : table.sets) {
      for (const Element& node : set.elements) kept[where + '@' + set.name].push_back(DebugText(node));
    }
  }
  for (auto& [where, lines] : kept) {
    if (where.find('@') != std::string::npos) std::ranges::sort(lines);
  }
  return kept;
}

Kept KeptIn(std::string_view nft_debug_text) {
  static const std::regex kExpression(R"(  \[ (.*) \])");
  static const std::regex kElement(R"(\t(element .* [01]) \[end\](  userdata = \{ \\x00.* \})?.*)");
  static const std::regex kUserdata(R"((  userdata = \{ \\x00.* \}).*)");
  // nft's mark of a range that is open to the top, which is no comment.
  static const std::regex kOpenRange(R"(\\x01\\x04\\x01\\x00\\x00\\x00)");
  static const std::regex kSet(R"((\S+ \S+ @\S+))");
  static const std::regex kRule(R"((\S+ \S+ \S+) \d+( \d+)?)");
  static const std::regex kAdded(R"(( addr_max reg \d+| proto_max reg \d+| flags 0x3$))");
  static const std::regex kNoFlags(R"((lookup .*) 0x0$)");
  Kept kept;
  std::istringstream lines{std::string(nft_debug_text)};
  std::string where;
  std::smatch match;
  for (std::string line; std::getline(lines, line);) {
    // The listing itself follows.
    if (line.starts_with("table ")) break;
    if (std::regex_match(line, match, kExpression)) {
      std::string text = match[1];
      if (text.starts_with("nat ")) text = std::regex_replace(text, kAdded, "");
      kept[where].push_back(std::regex_replace(text, kNoFlags, "$1"));
    } else if (std::regex_match(line, match, kElement)) {
      kept[where].push_back(match[1].str() + std::regex_replace(match[2].str(), kOpenRange, ""));
    } else if (std::regex_match(line, match, kUserdata)) {
      kept[where].push_back(match[1]);
    } else if (std::regex_match(line, match, kSet) || std::regex_match(line, match, kRule)) {
      where = match[1];
    }
  }
  for (auto& [place, texts] : kept) {
    if (place.find('@') != std::string::npos) std::ranges::sort(texts);
  }
  return kept;
}

}  // namespace natplan::witness
