#include "core/foreign/base_rules.h"

#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "core/foreign/iptables_meaning.h"
#include "core/foreign/nft_meaning.h"
#include "core/text/rule_text.h"
#include "core/text/shown_text.h"

namespace natplan::foreign {
namespace {

std::string TextOf(const Table& table, const RuleSnapshot& rule) {
  std::string out = "rule handle " + std::to_string(rule.handle);
  const std::string text =
      RuleText(table.family == TableFamily::kIp6 ? Family::kIp6 : Family::kIp, rule.expressions);
  // What has no place in such a text stands there as a comment: half a rule would say something else.
  if (text.find('#') == std::string::npos) out += " (" + text + ")";
  const std::string comment = CommentOf(rule);
  if (!comment.empty()) out += ", comment \"" + ShownText(comment) + "\"";
  return out;
}

}  // namespace

BaseRules RulesOf(const Table& table, const ChainSnapshot& base, const Packets& packets) {
  std::map<std::string, const ChainSnapshot*> by_name;
  for (const ChainSnapshot& chain : table.chains) by_name[chain.name] = &chain;
  const auto chains = std::make_shared<const decltype(by_name)>(std::move(by_name));
  BaseRules out{.table = "table " + std::string(Name(table.family)) + " " + ShownText(table.name),
                .base_chain = base.name,
                .priority = base.base->priority};
  out.program.size = [chains](const std::string& chain) -> std::optional<std::size_t> {
    const auto found = chains->find(chain);
    return found == chains->end() ? std::nullopt : std::optional(found->second->rules.size());
  };
  out.program.meaning = [&table, &packets, chains](const std::string& chain, std::size_t rule) {
    return MeaningOf(chains->at(chain)->rules[rule], table, packets);
  };
  out.rule_text = [&table, chains](const std::string& chain, std::size_t rule) {
    return TextOf(table, chains->at(chain)->rules[rule]);
  };
  out.comment = [chains](const std::string& chain, std::size_t rule) {
    return CommentOf(chains->at(chain)->rules[rule]);
  };
  return out;
}

BaseRules RulesOf(const std::vector<SavedRule>& rules, const std::string& table,
                  const std::string& base_chain, std::int32_t priority, const Packets& packets) {
  std::map<std::string, std::vector<const SavedRule*>> by_chain;
  // A base chain is there without a rule, too.
  by_chain[base_chain] = {};
  for (const SavedRule& rule : rules) by_chain[rule.chain].push_back(&rule);
  const auto chains = std::make_shared<const decltype(by_chain)>(std::move(by_chain));
  BaseRules out{.table = "table " + table + " of " + std::string(IptablesName(packets.family)) + "-legacy",
                .base_chain = base_chain,
                .priority = priority};
  out.program.size = [chains](const std::string& chain) -> std::optional<std::size_t> {
    const auto found = chains->find(chain);
    return found == chains->end() ? std::nullopt : std::optional(found->second.size());
  };
  out.program.meaning = [chains, &packets](const std::string& chain, std::size_t rule) {
    return MeaningOf(chains->at(chain)[rule]->words, packets);
  };
  out.rule_text = [chains](const std::string& chain, std::size_t rule) {
    return "rule -A " + ShownText(chain + " " + chains->at(chain)[rule]->spec);
  };
  out.comment = [chains](const std::string& chain, std::size_t rule) {
    return CommentOf(chains->at(chain)[rule]->words);
  };
  return out;
}

}  // namespace natplan::foreign
