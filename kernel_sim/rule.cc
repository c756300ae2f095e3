// NEWRULE, DELRULE, DESTROYRULE.
#include <array>
#include <cerrno>

#include "kernel_sim/expression_kinds.h"
#include "kernel_sim/handlers.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/validate.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_RULE_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kString, kNameLimit},      // NFTA_RULE_TABLE
    {AttributeKind::kString, kNameLimit},      // NFTA_RULE_CHAIN
    {AttributeKind::kU64},                     // NFTA_RULE_HANDLE
    {AttributeKind::kNested},                  // NFTA_RULE_EXPRESSIONS
    {AttributeKind::kNested},                  // NFTA_RULE_COMPAT
    {AttributeKind::kU64},                     // NFTA_RULE_POSITION
    {AttributeKind::kBinary, kUserdataLimit},  // NFTA_RULE_USERDATA
    {},                                        // NFTA_RULE_PAD
    {AttributeKind::kU32},                     // NFTA_RULE_ID
    {AttributeKind::kU32},                     // NFTA_RULE_POSITION_ID
    {AttributeKind::kU32},                     // NFTA_RULE_CHAIN_ID
}};

// Where a new rule goes: the rule that the program named, if any. `replaces`: it is to be replaced.
struct Place {
  Rule* rule = nullptr;
  bool replaces = false;
  std::uint64_t handle = 0;  // of the new rule
};

int BlameErrno(const Request& request, const Attribute& attribute, int error) {
  request.extack->Blame(attribute);
  return error;
}

// A rule by its handle, for NFTA_RULE_POSITION: one that this batch has deleted is still good.
// Kernel: net/netfilter/nf_tables_api.c __nft_rule_lookup() (6.18)
Rule* FindAnyRule(const Chain& chain, std::uint64_t handle) {
  for (const auto& rule : chain.rules) {
    if (rule->handle == handle) return rule.get();
  }
  return nullptr;
}

int FindNewRuleChain(NfTables& state, const Request& request, const Table& table, Chain*& out) {
  const Attribute& name = request[NFTA_RULE_CHAIN];
  const Attribute& id = request[NFTA_RULE_CHAIN_ID];
  if (name) {
    out = FindChain(table, ReadString(name));
    if (out == nullptr) return BlameErrno(request, name, ENOENT);
  } else if (id) {
    out = FindChainById(state, table, ReadU32(id));
    if (out == nullptr) return BlameErrno(request, id, ENOENT);
  } else {
    return EINVAL;
  }
  return 0;
}

int FindPlace(NfTables& state, const Request& request, Table& table, const Chain& chain, Place& out) {
  const Attribute& handle = request[NFTA_RULE_HANDLE];
  const Attribute& position = request[NFTA_RULE_POSITION];
  const Attribute& position_id = request[NFTA_RULE_POSITION_ID];
  const std::uint16_t flags = request.flags();
  if (handle) {
    out.rule = FindAnyRule(chain, ReadU64(handle));
    if (out.rule == nullptr) return BlameErrno(request, handle, ENOENT);
    if ((flags & NLM_F_EXCL) != 0) return BlameErrno(request, handle, EEXIST);
    if ((flags & NLM_F_REPLACE) == 0) return EOPNOTSUPP;
    out.replaces = true;
    out.handle = out.rule->handle;
    return 0;
  }
  if ((flags & NLM_F_CREATE) == 0 || (flags & NLM_F_REPLACE) != 0) return EINVAL;
  // A rule that fails from here on has used up its handle.
  out.handle = NextHandle(table);
  if (position) {
    out.rule = FindAnyRule(chain, ReadU64(position));
    if (out.rule == nullptr) return BlameErrno(request, position, ENOENT);
  } else if (position_id) {
    out.rule = FindRuleById(state, chain, ReadU32(position_id));
    if (out.rule == nullptr) return BlameErrno(request, position_id, ENOENT);
  }
  return 0;
}

// The list is checked as a whole before the first expression is made: an error in it wins.
// Kernel: nf_tables_newrule(), its first loop over expressions (6.18)
int CheckExpressions(const Request& request, const ExpressionContext& context) {
  std::size_t count = 0;
  Attribute element;
  for (AttributeCursor cursor(request[NFTA_RULE_EXPRESSIONS].payload); cursor.Next(element); ++count) {
    if (element.type != NFTA_LIST_ELEM || count == kRuleExpressionLimit) return EINVAL;
    if (const int error = CheckExpression(context, element)) return BlameErrno(request, element, error);
  }
  return 0;
}

// Makes the expressions. Kernel: nf_tables_newrule(), its second loop (6.18)
int MakeExpressions(const Request& request, ExpressionContext& context, Rule& rule) {
  std::size_t size = 0;
  Attribute element;
  for (AttributeCursor cursor(request[NFTA_RULE_EXPRESSIONS].payload); cursor.Next(element);) {
    ExpressionResult expression = MakeExpression(context, element);
    if (!expression) return BlameErrno(request, element, expression.error());
    size += (*expression)->size();
    rule.expressions.push_back(std::move(*expression));
  }
  return size >= kRuleSizeLimit ? EFBIG : 0;
}

// Kernel: net/netfilter/nf_tables_api.c nft_delrule() (6.18)
int DeleteRules(NfTables& state, const Request& request, Table& table) {
  for (const auto& chain : table.chains) {
    if (chain->active && (chain->flags & NFT_CHAIN_BINDING) == 0) RemoveAllRules(state, request, *chain);
  }
  return 0;
}

}  // namespace

std::span<const AttributeRule> RulePolicy() { return kPolicy; }

void DeactivateExpressions(NfTables& state, Rule& rule, ReleasePhase phase) {
  for (const auto& expression : rule.expressions) expression->Deactivate(state, phase);
}

void ActivateExpressions(NfTables& state, Rule& rule) {
  for (const auto& expression : rule.expressions) expression->Activate(state);
}

void RemoveRule(NfTables& state, const Request& request, Rule& rule) {
  rule.active = false;
  --rule.chain->use;
  DeactivateExpressions(state, rule, ReleasePhase::kPrepare);
  Record(state, request, Change::kDeleteRule, *rule.chain->table).rule = &rule;
}

void RemoveAllRules(NfTables& state, const Request& request, Chain& chain) {
  for (const auto& rule : chain.rules) {
    if (rule->active) RemoveRule(state, request, *rule);
  }
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_newrule() (6.18)
int NewRule(NfTables& state, const Request& request) {
  const auto found = LookUpTable(state, request, NFTA_RULE_TABLE);
  if (!found) return found.error();
  Table& table = **found;
  Chain* chain = nullptr;
  if (const int error = FindNewRuleChain(state, request, table, chain)) return error;
  Place place;
  if (const int error = FindPlace(state, request, table, *chain, place)) return error;

  auto rule = std::make_unique<Rule>();
  rule->chain = chain;
  rule->handle = place.handle;
  ExpressionContext context{state, table, {}};
  if (const int error = CheckExpressions(request, context)) return error;
  const std::span<const std::uint8_t> userdata = request[NFTA_RULE_USERDATA].payload;
  rule->userdata.assign(userdata.begin(), userdata.end());
  int error = MakeExpressions(request, context, *rule);
  if (error == 0 && place.replaces && !place.rule->active) error = ENOENT;
  if (error != 0) {
    DeactivateExpressions(state, *rule, ReleasePhase::kPrepareError);
    return error;
  }
  for (const auto& expression : rule->expressions) {
    if (expression->needs_validation()) CallForValidation(table);
  }

  auto next = chain->rules.begin();
  const bool append = (request.flags() & NLM_F_APPEND) != 0;
  if (place.replaces) {
    RemoveRule(state, request, *place.rule);
    next = place.rule->place;
  } else if (place.rule != nullptr) {
    next = append ? std::next(place.rule->place) : place.rule->place;
  } else if (append) {
    next = chain->rules.end();
  }
  Transaction& entry = Record(state, request, Change::kNewRule, table);
  entry.rule = rule.get();
  if (request[NFTA_RULE_ID]) entry.id = ReadU32(request[NFTA_RULE_ID]);
  Rule& added = *rule;
  added.place = chain->rules.insert(next, std::move(rule));
  ++chain->use;
  return table.validate == ValidateState::kDo ? ValidateTable(state, table) : 0;
}

// Kernel: net/netfilter/nf_tables_api.c nf_tables_delrule() (6.18)
int DeleteRule(NfTables& state, const Request& request) {
  const bool destroy = IsDestroy(request, kMsgDestroyRule);
  const auto found = LookUpTable(state, request, NFTA_RULE_TABLE);
  if (!found) return found.error();
  Table& table = **found;
  const Attribute& name = request[NFTA_RULE_CHAIN];
  if (!name) return DeleteRules(state, request, table);
  Chain* chain = FindChain(table, ReadString(name));
  if (chain == nullptr) return destroy ? 0 : BlameErrno(request, name, ENOENT);
  const Attribute& handle = request[NFTA_RULE_HANDLE];
  const Attribute& id = request[NFTA_RULE_ID];
  if (!handle && !id) {
    RemoveAllRules(state, request, *chain);
    return 0;
  }
  Rule* rule = handle ? FindRule(*chain, ReadU64(handle)) : FindRuleById(state, *chain, ReadU32(id));
  if (rule == nullptr) return destroy && handle ? 0 : BlameErrno(request, handle ? handle : id, ENOENT);
  RemoveRule(state, request, *rule);
  return 0;
}

}  // namespace natplan::kernel_sim
