#include "kernel_sim/listing/ruleset.h"

#include <linux/netfilter/nf_tables.h>

#include <iterator>
#include <map>
#include <utility>

#include "kernel_sim/listing/attribute_reader.h"
#include "kernel_sim/listing/decode.h"

namespace natplan::kernel_sim {
namespace {

using namespace listing;  // NOLINT(google-build-using-namespace): one subject, one namespace

using ElementsOfSets = std::map<SetKey, std::vector<Element>>;

void Take(const Message& message, Ruleset& ruleset, ElementsOfSets& elements, Fault& fault) {
  switch (NfTablesType(message)) {
    case NFT_MSG_NEWTABLE:
      ruleset.tables.push_back(DecodeTable(message, fault));
      break;
    case NFT_MSG_NEWCHAIN:
      ruleset.chains.push_back(DecodeChain(message, fault));
      break;
    case NFT_MSG_NEWSET: {
      Set set = DecodeSet(message, fault);
      SetKey key{set.table, set.name};
      ruleset.sets[key].set = std::move(set);
      ruleset.set_order.push_back(std::move(key));
      break;
    }
    case NFT_MSG_NEWSETELEM: {
      ElementsMessage decoded = DecodeElements(message, fault);
      std::vector<Element>& into = elements[{decoded.table, decoded.set}];
      into.insert(into.end(), std::make_move_iterator(decoded.elements.begin()),
                  std::make_move_iterator(decoded.elements.end()));
      break;
    }
    case NFT_MSG_NEWRULE:
      ruleset.rules.push_back(DecodeRule(message, fault));
      break;
    default:
      break;
  }
}

}  // namespace

std::expected<Ruleset, std::string> DecodeDumps(std::span<const std::vector<std::uint8_t>> datagrams) {
  Ruleset ruleset;
  ElementsOfSets elements;
  Fault fault;
  for (const std::vector<std::uint8_t>& datagram : datagrams) {
    for (const Message& message : ReadMessages(datagram, fault)) Take(message, ruleset, elements, fault);
  }
  if (!fault.text.empty()) return std::unexpected(fault.text);
  for (auto& [key, set] : ruleset.sets) {
    const auto found = elements.find(key);
    if (found != elements.end()) set.elements = std::move(found->second);
  }
  return ruleset;
}

}  // namespace natplan::kernel_sim
