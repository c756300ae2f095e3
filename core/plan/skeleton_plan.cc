#include "core/plan/skeleton_plan.h"

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "core/plan/extra_rules.h"
#include "core/plan/old_ledger.h"
#include "core/text/comment_text.h"
#include "core/text/element_text.h"
#include "core/text/nft_text.h"
#include "core/text/rule_text.h"
#include "core/text/shown_text.h"

namespace natplan {
namespace {

constexpr std::uint32_t kAnonymous = 1;  // NFT_SET_ANONYMOUS

bool IsForm(const ChainPlan& plan, const Expressions& rule) {
  return std::ranges::find(plan.forms, rule) != plan.forms.end();
}

std::string ShapeText(const SetShape& shape) {
  std::string out = shape.is_map ? "a map of type " : "a set of type ";
  out += TypeText(shape.key_type);
  if (shape.is_map) out += " : " + TypeText(shape.data_type);
  out += shape.interval ? " with flags interval" : " without flags interval";
  if (shape.other_flags != 0) out += " and other flags " + std::to_string(shape.other_flags);
  return out;
}

class Planner {
 public:
  Planner(const TableId& id, const TableSnapshot& table, Scope scope, const ExtraWish& wish)
      : id_(id),
        table_(table),
        exclusive_(scope == Scope::kExclusive),
        adopts_(scope == Scope::kAdopt),
        wish_(wish),
        own_(Layout{id.name}.own()) {}

  std::optional<Error> Obstacle() const {
    std::optional<Error> obstacle = OtherVersion(table_);
    for (const SetPlan& set : WantedSets()) {
      if (!obstacle) obstacle = WhyNotOurs(set);
    }
    return obstacle;
  }

  SkeletonPlan Plan() {
    plan_.obstacle = Obstacle();
    if (plan_.obstacle) return std::move(plan_);
    RemoveForeign();
    std::vector<Operation> policies;
    std::vector<Operation> rules;
    for (const ChainPlan* chain : WantedChains()) PlanChain(*chain, policies, rules);
    RemoveGuard(rules);
    const bool unversioned = table_.comment.empty() || table_.comment == kOldTableComment;
    if (own_ && unversioned && plan_.foreign.empty()) Remake();
    // In one batch the kernel takes new base chains before a dormant table wakes, and policies after it, and
    // refuses both the other way round; it wakes no table in the batch that deletes one of its base chains
    // (nf_tables_updtable(), nf_tables_updchain(); 6.18). No packet sees the step between.
    if (table_.dormant && replaces_chain_) {
      plan_.continues = true;
      return std::move(plan_);
    }
    if (table_.dormant) plan_.operations.push_back(EnsureTable{id_});
    plan_.operations.insert(plan_.operations.end(), policies.begin(), policies.end());
    for (const SetPlan& set : WantedSets()) {
      const SetSnapshot* there = FindSet(set.name);
      if (there != nullptr && IsOldLedger(*there)) plan_.operations.push_back(DeleteSet{id_, set.name});
      if (there == nullptr || IsOldLedger(*there))
        plan_.operations.push_back(EnsureSet{id_, set.name, set.shape});
    }
    plan_.operations.insert(plan_.operations.end(), rules.begin(), rules.end());
    const SetSnapshot* localhost = FindSet(kLocalhostMap);
    if (own_ && !wish_.localhost && localhost != nullptr && IsLocalhostMap(*localhost))
      plan_.operations.push_back(DeleteSet{id_, kLocalhostMap, true});
    return std::move(plan_);
  }

 private:
  const ChainSnapshot* FindChain(const std::string& name) const {
    const auto found = std::ranges::find(table_.chains, name, &ChainSnapshot::name);
    return found == table_.chains.end() ? nullptr : &*found;
  }
  const SetSnapshot* FindSet(const std::string& name) const {
    const auto found = std::ranges::find(table_.sets, name, &SetSnapshot::name);
    return found == table_.sets.end() ? nullptr : &*found;
  }

  // Not one of the same name that somebody else put there.
  bool IsLocalhostMap(const SetSnapshot& set) const {
    return set.name == kLocalhostMap && set.shape == ForwardShape(id_.family);
  }

  // Whose content is written again by the plan of the elements.
  bool IsOldLedger(const SetSnapshot& set) const {
    return own_ && set.name == kOwnersSet && set.shape == OldOwnersShape(id_.family);
  }

  const ChainPlan* Guard() const { return own_ ? LoopbackGuard(id_.family) : nullptr; }

  std::vector<const ChainPlan*> WantedChains() const {
    std::vector<const ChainPlan*> out;
    for (const ChainPlan& chain : Chains(Layout{id_.name}, id_.family)) out.push_back(&chain);
    if (wish_.localhost && Guard() != nullptr) out.push_back(Guard());
    return out;
  }

  // The chain of the guard, with natplan's rules and nothing else in it.
  bool IsGuard(const ChainSnapshot& chain) const {
    const ChainPlan* guard = Guard();
    return guard != nullptr && chain.name == guard->name && chain.base == guard->base &&
           std::ranges::all_of(chain.rules,
                               [&](const RuleSnapshot& rule) { return IsOfGuard(*guard, rule); });
  }
  bool IsOfGuard(const ChainPlan& guard, const RuleSnapshot& rule) const {
    return IsForm(guard, rule.expressions) || IsOurs(guard.name, rule);
  }

  // It goes with the last wish for localhost. Where somebody has put a rule of his own beside ours, ours go.
  void RemoveGuard(std::vector<Operation>& rules) {
    const ChainPlan* guard = Guard();
    if (wish_.localhost || guard == nullptr) return;
    const ChainSnapshot* chain = FindChain(guard->name);
    if (chain == nullptr || exclusive_) return;  // RemoveForeign() takes it
    if (IsGuard(*chain)) {
      plan_.operations.push_back(DeleteChain{id_, guard->name});
      replaces_chain_ = true;
      return;
    }
    for (const RuleSnapshot& rule : chain->rules) {
      if (IsOfGuard(*guard, rule)) rules.push_back(DeleteRule{id_, guard->name, rule.handle});
    }
  }

  std::vector<SetPlan> WantedSets() const {
    std::vector<SetPlan> sets = Sets(Layout{id_.name}, id_.family);
    if (own_ && wish_.localhost) sets.push_back({kLocalhostMap, ForwardShape(id_.family)});
    return sets;
  }

  // What a table that does not exist would take, with the rules of other owners that stand in this one.
  void Remake() {
    ExtraWish all = wish_;
    for (const ChainSnapshot& chain : table_.chains) {
      for (DesiredState::OwnedMasquerade& owned : OthersRules(chain))
        all.interface_masquerades.push_back(std::move(owned));
    }
    plan_.remake = PlanSkeleton(id_, nullptr, Scope::kOwn, all).operations;
    plan_.remake.insert(plan_.remake.begin(), DeleteTable{id_});
  }

  // A set of our name and another shape may hold what somebody else needs: it is never deleted on our own
  // account.
  std::optional<Error> WhyNotOurs(const SetPlan& wanted) const {
    const SetSnapshot* set = FindSet(wanted.name);
    if (set == nullptr || set->shape == wanted.shape || IsOldLedger(*set)) return {};
    return Error{.code = ErrorCode::kConflict,
                 .errno_value = EEXIST,
                 .operation = ToLine(EnsureSet{id_, wanted.name, wanted.shape}, 0),
                 .ours = ShapeText(wanted.shape),
                 .theirs = ShapeText(set->shape),
                 .text = "table " + TableText(id_) + " has another layout: \"" + wanted.name + "\" is " +
                         ShapeText(set->shape) + "; if nothing in that table is needed, remove it with: " +
                         (own_ ? "natplan remove" : "natplan remove --table " + id_.name)};
  }

  Operation ToAppend(const RulePlan& rule) const {
    return AppendRule{id_, rule.chain, rule.expressions, rule.comment};
  }

  // Those that other owners want and that stay.
  std::vector<DesiredState::OwnedMasquerade> OthersRules(const ChainSnapshot& chain) const {
    std::vector<DesiredState::OwnedMasquerade> out;
    if (exclusive_) return out;
    for (const RuleSnapshot& rule : chain.rules) {
      auto owned = ToOwnedMasquerade(id_.family, rule);
      if (owned && !wish_.mine.contains(owned->owner)) out.push_back(*std::move(owned));
    }
    return out;
  }

  // The rules that the chain is to have behind its first, in order, those of other owners included.
  std::vector<RulePlan> ExtraRules(const ChainPlan& plan, const ChainSnapshot* chain) const {
    std::vector<RulePlan> out;
    if (!own_) return out;
    const std::string& name = plan.name;
    for (const Expressions& rule : plan.behind) out.push_back({name, rule});
    for (const RulePlan& rule : LocalhostRules(id_.family)) {
      if (wish_.localhost && rule.chain == name) out.push_back(rule);
    }
    std::set<DesiredState::OwnedMasquerade> masquerades;
    for (const DesiredState::OwnedMasquerade& owned : wish_.interface_masquerades) {
      if (owned.masquerade.family() == id_.family) masquerades.insert(owned);
    }
    if (chain != nullptr) {
      for (DesiredState::OwnedMasquerade& owned : OthersRules(*chain)) masquerades.insert(std::move(owned));
    }
    for (const DesiredState::OwnedMasquerade& owned : masquerades) {
      RulePlan rule = ToRule(owned);
      if (rule.chain == name) out.push_back(std::move(rule));
    }
    return out;
  }

  // A rule behind the first that natplan wrote, or that it takes over because no owner is recorded with it.
  bool IsOurs(const std::string& chain, const RuleSnapshot& rule) const {
    if (!own_) return false;
    if (chain == "postrouting" && (adopts_ || Owner::IsName(rule.comment)) &&
        ToInterfaceMasquerade(id_.family, rule.expressions)) {
      return true;
    }
    const auto is = [&](const RulePlan& plan) { return plan.chain == chain && plan.Is(rule); };
    const auto stands_behind = [&](const ChainPlan& plan) {
      return plan.name == chain && rule.comment.empty() &&
             std::ranges::find(plan.behind, rule.expressions) != plan.behind.end();
    };
    return std::ranges::any_of(LocalhostRules(id_.family), is) ||
           IsOldLocalhostRule(id_.family, chain, rule) ||
           std::ranges::any_of(Chains(Layout{id_.name}, id_.family), stands_behind);
  }

  void AppendAll(const ChainPlan& plan, const std::vector<RulePlan>& extra, std::vector<Operation>& rules) {
    rules.push_back(AppendRule{id_, plan.name, plan.forms.front()});
    for (const RulePlan& rule : extra) rules.push_back(ToAppend(rule));
  }

  void PlanChain(const ChainPlan& plan, std::vector<Operation>& policies, std::vector<Operation>& rules) {
    const ChainSnapshot* chain = FindChain(plan.name);
    const std::vector<RulePlan> extra = ExtraRules(plan, chain);
    const Operation ensure = EnsureChain{id_, plan.name, plan.base};
    if (chain == nullptr) {
      plan_.operations.push_back(ensure);
      AppendAll(plan, extra, rules);
      return;
    }
    BaseChain with_our_policy = chain->base.value_or(BaseChain{});
    const bool policy_differs = with_our_policy.policy != plan.base.policy;
    with_our_policy.policy = plan.base.policy;
    if (!chain->base || with_our_policy != plan.base) {
      plan_.operations.push_back(DeleteChain{id_, plan.name});
      plan_.operations.push_back(ensure);
      replaces_chain_ = true;
      AppendAll(plan, extra, rules);
      return;
    }
    if (policy_differs) policies.push_back(ensure);
    if (!RulesAreRight(plan, *chain)) {
      rules.push_back(FlushChain{id_, plan.name});
      AppendAll(plan, extra, rules);
      return;
    }
    PlanRulesBehind(plan, *chain, extra, rules);
  }

  // Those behind the chain's first. What is wanted stands there once and in one order, whoever asked for it
  // first; of the rules that are there only those that break that order are written again.
  void PlanRulesBehind(const ChainPlan& plan, const ChainSnapshot& chain, const std::vector<RulePlan>& extra,
                       std::vector<Operation>& rules) {
    std::vector<std::string> foreign;
    auto missing = extra.begin();
    for (std::size_t i = 1; i < chain.rules.size(); ++i) {
      const RuleSnapshot& rule = chain.rules[i];
      if (missing != extra.end() && missing->Is(rule)) {
        ++missing;
      } else if (IsOurs(plan.name, rule)) {
        rules.push_back(DeleteRule{id_, plan.name, rule.handle});
      } else {
        foreign.push_back("rule " + TableText(id_) + " " + plan.name + " " +
                          RuleText(id_.family, rule.expressions));
      }
    }
    for (; missing != extra.end(); ++missing) rules.push_back(ToAppend(*missing));
    plan_.foreign.insert(plan_.foreign.end(), foreign.begin(), foreign.end());
  }

  // A rule in front of ours may keep packets from it; one behind ours sees only what ours does not translate.
  bool RulesAreRight(const ChainPlan& plan, const ChainSnapshot& chain) const {
    if (chain.rules.empty()) return false;
    const Expressions& first = chain.rules.front().expressions;
    if (!IsForm(plan, first) && !StaysOld(plan, chain)) return false;
    return !exclusive_ || std::all_of(chain.rules.begin() + 1, chain.rules.end(),
                                      [&](const RuleSnapshot& rule) { return IsOurs(plan.name, rule); });
  }

  // A table of layout 1 in which somebody else has a rule behind ours cannot be made again, and to put ours
  // right would take his away.
  bool StaysOld(const ChainPlan& plan, const ChainSnapshot& chain) const {
    return own_ && !exclusive_ && table_.comment == kOldTableComment && plan.name == "postrouting" &&
           IsOriginsMasquerade(id_.family, chain.rules.front().expressions) &&
           !std::all_of(chain.rules.begin() + 1, chain.rules.end(),
                        [&](const RuleSnapshot& rule) { return IsOurs(plan.name, rule); });
  }

  // Rules first, then what they refer to.
  void RemoveForeign() {
    std::vector<const ChainSnapshot*> chains;
    const std::vector<const ChainPlan*> wanted = WantedChains();
    for (const ChainSnapshot& chain : table_.chains) {
      if (std::ranges::find(wanted, chain.name, &ChainPlan::name) != wanted.end()) continue;
      if (exclusive_ || !IsGuard(chain)) chains.push_back(&chain);
    }
    std::vector<const SetSnapshot*> sets;
    for (const SetSnapshot& set : table_.sets) {
      // An anonymous set comes and goes with the rule that uses it.
      const bool ours = own_ && (set.name == kOwnersSet || IsLocalhostMap(set));
      if (ours || set.name == kMasqueradeSet || set.name == kForwardMap ||
          (set.shape.other_flags & kAnonymous) != 0)
        continue;
      sets.push_back(&set);
    }
    for (const std::string& other : table_.others)
      plan_.foreign.push_back(NameText(other) + " in table " + TableText(id_));
    if (!exclusive_) {
      for (const ChainSnapshot* chain : chains)
        plan_.foreign.push_back("chain " + TableText(id_) + " " + NameText(chain->name));
      for (const SetSnapshot* set : sets) {
        plan_.foreign.push_back((set->shape.is_map ? "map " : "set ") + TableText(id_) + " " +
                                NameText(set->name));
      }
      return;
    }
    if (chains.empty() && sets.empty()) return;
    // A rule of ours that somebody changed may refer to a foreign set or chain.
    for (const ChainPlan* plan : wanted) {
      const ChainSnapshot* chain = FindChain(plan->name);
      if (chain != nullptr && !RulesAreRight(*plan, *chain))
        plan_.operations.push_back(FlushChain{id_, plan->name});
    }
    for (const ChainSnapshot* chain : chains) plan_.operations.push_back(FlushChain{id_, chain->name});
    for (const SetSnapshot* set : sets)
      plan_.operations.push_back(FlushSet{id_, set->name, set->shape.is_map});
    for (const ChainSnapshot* chain : chains) plan_.operations.push_back(DeleteChain{id_, chain->name});
    for (const SetSnapshot* set : sets)
      plan_.operations.push_back(DeleteSet{id_, set->name, set->shape.is_map});
  }

  TableId id_;
  const TableSnapshot& table_;
  bool exclusive_;
  bool adopts_;
  const ExtraWish& wish_;
  bool own_;
  bool replaces_chain_ = false;
  SkeletonPlan plan_;
};

}  // namespace

std::optional<Error> OtherVersion(const TableSnapshot& table) {
  constexpr std::string_view kPrefix = "natplan layout ";
  const bool other = table.comment != kTableComment && table.comment != kOldTableComment &&
                     table.comment.starts_with(kPrefix);
  if (!Layout{table.id.name}.own() || !other) return {};
  return Error{.code = ErrorCode::kConflict,
               .errno_value = EEXIST,
               .ours = kTableComment,
               .theirs = ShownText(table.comment),
               .text = "table " + TableText(table.id) + " was made by a newer natplan (its comment is \"" +
                       ShownText(table.comment) + "\", and this one knows \"" + kTableComment +
                       "\"); use that version, or if nothing in that table is needed, remove it with: "
                       "natplan remove"};
}

std::optional<Error> OtherLayout(const TableSnapshot& table) {
  const ExtraWish nothing;
  return Planner(table.id, table, Scope::kOwn, nothing).Obstacle();
}

SkeletonPlan PlanSkeleton(const TableId& id, const TableSnapshot* table, Scope scope, const ExtraWish& wish) {
  if (table != nullptr) return Planner(id, *table, scope, wish).Plan();
  // Everything is missing.
  const TableSnapshot nothing{.id = id, .comment = Layout{id.name}.own() ? kTableComment : ""};
  SkeletonPlan plan = Planner(id, nothing, scope, wish).Plan();
  plan.operations.insert(plan.operations.begin(), EnsureTable{id, nothing.comment});
  return plan;
}

}  // namespace natplan
