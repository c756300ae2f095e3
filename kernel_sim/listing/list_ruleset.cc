#include "kernel_sim/listing/list_ruleset.h"

#include <linux/netfilter/nf_tables.h>

#include <map>
#include <utility>

#include "kernel_sim/listing/element_text.h"
#include "kernel_sim/listing/object_text.h"
#include "kernel_sim/listing/rule_text.h"

namespace natplan::kernel_sim {
namespace {

using namespace listing;  // NOLINT(google-build-using-namespace): one subject, one namespace

// A ruleset's parts by the table or the chain that holds them, each in the order of its dump.
struct Index {
  std::map<TableKey, std::vector<const SetWithElements*>> sets;
  std::map<TableKey, std::vector<const Chain*>> chains;
  std::map<std::pair<TableKey, std::string>, std::vector<const Rule*>> rules;
};

Index MakeIndex(const Ruleset& ruleset) {
  Index index;
  for (const SetKey& key : ruleset.set_order) {
    const SetWithElements& set = ruleset.sets.at(key);
    if ((set.set.flags & NFT_SET_ANONYMOUS) == 0) index.sets[key.first].push_back(&set);
  }
  for (const Chain& chain : ruleset.chains) index.chains[chain.table].push_back(&chain);
  for (const Rule& rule : ruleset.rules) index.rules[{rule.table, rule.chain}].push_back(&rule);
  return index;
}

std::string SetBlock(const SetWithElements& set) {
  std::string text = '\t' + SetKind(set.set) + ' ' + set.set.name + " {\n";
  for (const std::string& statement : SetStatements(set.set)) text += "\t\t" + statement + '\n';
  const std::string elements = ElementsText(set.set, set.elements);
  if (!elements.empty()) text += "\t\telements = " + elements + '\n';
  return text + "\t}\n";
}

std::string ChainBlock(const Chain& chain, const Index& index, const Sets& sets) {
  std::string text = "\tchain " + chain.name + " {\n";
  if (!chain.comment.empty()) text += "\t\tcomment \"" + chain.comment + "\"\n";
  if (chain.hook) text += "\t\t" + HookText(chain.table.family, *chain.hook) + '\n';
  const auto rules = index.rules.find({chain.table, chain.name});
  if (rules != index.rules.end()) {
    for (const Rule* rule : rules->second) text += "\t\t" + RuleText(*rule, sets) + '\n';
  }
  return text + "\t}\n";
}

std::string TableBlock(const Table& table, const Index& index, const Sets& sets) {
  std::string text = "table " + TableText(table.key) + " {\n";
  const char* separator = "";
  if (const std::string flags = TableFlagsText(table); !flags.empty()) {
    text += '\t' + flags + '\n';
    separator = "\n";
  }
  // nft puts no empty line after a comment that stands alone.
  if (!table.comment.empty()) text += "\tcomment \"" + table.comment + "\"\n";
  if (const auto found = index.sets.find(table.key); found != index.sets.end()) {
    for (const SetWithElements* set : found->second) {
      text += separator + SetBlock(*set);
      separator = "\n";
    }
  }
  if (const auto found = index.chains.find(table.key); found != index.chains.end()) {
    for (const Chain* chain : found->second) {
      text += separator + ChainBlock(*chain, index, sets);
      separator = "\n";
    }
  }
  return text + "}\n";
}

}  // namespace

std::string ListRuleset(const Ruleset& ruleset) {
  const Index index = MakeIndex(ruleset);
  std::string text;
  for (const Table& table : ruleset.tables) text += TableBlock(table, index, ruleset.sets);
  return text;
}

}  // namespace natplan::kernel_sim
