#include "kernel_sim/listing/monitor.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "kernel_sim/listing/element_text.h"
#include "kernel_sim/listing/object_text.h"
#include "kernel_sim/listing/rule_text.h"

namespace natplan::kernel_sim {
namespace {

using namespace listing;  // NOLINT(google-build-using-namespace): one subject, one namespace

bool IsDeletion(const Message& message) {
  switch (NfTablesType(message)) {
    case NFT_MSG_DELTABLE:
    case NFT_MSG_DELCHAIN:
    case NFT_MSG_DELSET:
    case NFT_MSG_DELSETELEM:
    case NFT_MSG_DELRULE:
      return true;
    default:
      return false;
  }
}

// "add ", "create " or "delete ".
std::string Verb(const Message& message) {
  if (IsDeletion(message)) return "delete ";
  return (message.flags & NLM_F_EXCL) != 0 ? "create " : "add ";
}

bool IsNullEnd(const Element& element) {
  constexpr std::size_t kLooked = 4;
  return element.end &&
         std::all_of(element.key.begin(),
                     element.key.begin() + static_cast<std::ptrdiff_t>(std::min(kLooked, element.key.size())),
                     [](std::uint8_t byte) { return byte == 0; });
}

std::string GenerationLine(const Message& message, Fault& fault) {
  const Attributes attributes(message.attributes, fault);
  return "# new generation " + std::to_string(attributes.U32(NFTA_GEN_ID).value_or(0)) + " by process " +
         std::to_string(attributes.U32(NFTA_GEN_PROC_PID).value_or(0)) + " (" +
         attributes.String(NFTA_GEN_PROC_NAME) + ")\n";
}

}  // namespace

Monitor::Monitor(const Ruleset& before) {
  for (const auto& [key, set] : before.sets) {
    const bool anonymous = (set.set.flags & NFT_SET_ANONYMOUS) != 0;
    sets_[key] = anonymous ? set : SetWithElements{.set = set.set, .elements = {}};
  }
}

std::expected<std::string, std::string> Monitor::Feed(std::span<const std::uint8_t> datagram) {
  Fault fault;
  std::string text;
  for (const Message& message : ReadMessages(datagram, fault)) text += Line(message, fault);
  if (!fault.text.empty()) return std::unexpected(fault.text);
  return text;
}

std::string Monitor::Line(const Message& message, Fault& fault) {
  switch (const int type = NfTablesType(message)) {
    case NFT_MSG_NEWTABLE:
    case NFT_MSG_DELTABLE:
      return TableLine(message, fault);
    case NFT_MSG_NEWCHAIN:
    case NFT_MSG_DELCHAIN:
      return ChainLine(message, fault);
    case NFT_MSG_NEWSET:
    case NFT_MSG_DELSET:
      return SetLine(message, fault);
    case NFT_MSG_NEWSETELEM:
    case NFT_MSG_DELSETELEM:
      return ElementLine(message, fault);
    case NFT_MSG_NEWRULE:
    case NFT_MSG_DELRULE:
      return RuleLine(message, fault);
    case NFT_MSG_NEWGEN:
      return GenerationLine(message, fault);
    default:
      return "# unknown message " + std::to_string(type) + '\n';
  }
}

std::string Monitor::TableLine(const Message& message, Fault& fault) {
  const Table table = DecodeTable(message, fault);
  std::string text = Verb(message) + "table " + TableText(table.key);
  if (!IsDeletion(message) && table.flags != 0) text += " { " + TableFlagsText(table) + "; }";
  return text + '\n';
}

std::string Monitor::ChainLine(const Message& message, Fault& fault) {
  const Chain chain = DecodeChain(message, fault);
  std::string text = Verb(message) + "chain " + TableText(chain.table) + ' ' + chain.name;
  if (!IsDeletion(message) && chain.hook) text += " { " + HookText(chain.table.family, *chain.hook) + " }";
  return text + '\n';
}

std::string Monitor::SetLine(const Message& message, Fault& fault) {
  const Set decoded = DecodeSet(message, fault);
  const SetKey key{decoded.table, decoded.name};
  if (IsDeletion(message)) {
    // nft calls a map a set here, because a deletion does not tell them apart.
    sets_.erase(key);
    held_.erase(key);
    return "delete set " + TableText(decoded.table) + ' ' + decoded.name + '\n';
  }
  sets_[key].set = decoded;
  if ((decoded.flags & NFT_SET_ANONYMOUS) != 0) return {};
  std::string text =
      Verb(message) + SetKind(decoded) + ' ' + TableText(decoded.table) + ' ' + decoded.name + " { ";
  for (const std::string& statement : SetStatements(decoded)) text += statement + "; ";
  return text + "} \n";
}

std::string Monitor::ElementLine(const Message& message, Fault& fault) {
  ElementsMessage decoded = DecodeElements(message, fault);
  const SetKey key{decoded.table, decoded.set};
  const auto found = sets_.find(key);
  // nft says so on its standard error.
  if (found == sets_.end()) return "# event for an unknown set " + decoded.set + '\n';
  SetWithElements& set = found->second;
  if ((set.set.flags & NFT_SET_ANONYMOUS) != 0) {
    set.elements.insert(set.elements.end(), decoded.elements.begin(), decoded.elements.end());
    return {};
  }
  std::vector<Element>& elements = decoded.elements;
  const bool halves = (set.set.flags & NFT_SET_INTERVAL) != 0 && (set.set.flags & NFT_SET_CONCAT) == 0;
  if (halves && !elements.empty()) {
    if (IsNullEnd(elements.back())) return {};
    if (const auto held = held_.find(key); held != held_.end()) {
      elements.push_back(std::move(held->second));
      held_.erase(held);
    } else if (!elements.back().open) {
      held_[key] = std::move(elements.back());
      return {};
    }
  }
  const std::string text = ElementsText(set.set, elements);
  return Verb(message) + "element " + TableText(decoded.table) + ' ' + decoded.set + ' ' +
         (text.empty() ? "{  }" : text) + '\n';
}

std::string Monitor::RuleLine(const Message& message, Fault& fault) {
  const Rule rule = DecodeRule(message, fault);
  const std::string place = "rule " + TableText(rule.table) + ' ' + rule.chain + ' ';
  if (IsDeletion(message)) return "delete " + place + "handle " + std::to_string(rule.handle) + '\n';
  std::string text = ((message.flags & NLM_F_APPEND) != 0 ? "add " : "insert ") + place;
  if (rule.position) text += "handle " + std::to_string(*rule.position) + ' ';
  return text + RuleText(rule, sets_) + '\n';
}

}  // namespace natplan::kernel_sim
