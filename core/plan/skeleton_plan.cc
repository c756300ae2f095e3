#include "core/plan/skeleton_plan.h"

#include <algorithm>
#include <cerrno>

#include "core/text/element_text.h"
#include "core/text/nft_text.h"
#include "core/text/rule_text.h"

namespace natplan {
namespace {

constexpr std::uint32_t kAnonymous = 1;  // NFT_SET_ANONYMOUS

bool IsForm(const ChainPlan& plan, const Expressions& rule) {
  return std::ranges::find(plan.forms, rule) != plan.forms.end();
}

std::string TableText(const TableId& id) { return std::string(Name(id.family)) + " " + id.name; }

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
  Planner(const TableId& id, const TableSnapshot& table, Scope scope)
      : id_(id), table_(table), exclusive_(scope == Scope::kExclusive) {}

  SkeletonPlan Plan() {
    CheckSet(kMasqueradeSet, MasqueradeShape(id_.family));
    CheckSet(kForwardMap, ForwardShape(id_.family));
    if (plan_.obstacle) return std::move(plan_);
    RemoveForeign();
    std::vector<Operation> policies;
    std::vector<Operation> rules;
    for (const ChainPlan& chain : Chains(id_.family)) PlanChain(chain, policies, rules);
    // In one batch the kernel takes new base chains before a dormant table wakes, and policies after it, and
    // refuses both the other way round; it wakes no table in the batch that deletes one of its base chains
    // (nf_tables_updtable(), nf_tables_updchain(); 6.18). No packet sees the step between.
    if (table_.dormant && replaces_chain_) {
      plan_.continues = true;
      return std::move(plan_);
    }
    if (table_.dormant) plan_.operations.push_back(EnsureTable{id_});
    plan_.operations.insert(plan_.operations.end(), policies.begin(), policies.end());
    EnsureMissingSet(kMasqueradeSet, MasqueradeShape(id_.family));
    EnsureMissingSet(kForwardMap, ForwardShape(id_.family));
    plan_.operations.insert(plan_.operations.end(), rules.begin(), rules.end());
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

  // A set of our name and another shape may hold what somebody else needs: it is never deleted on our own
  // account.
  void CheckSet(const char* name, const SetShape& shape) {
    const SetSnapshot* set = FindSet(name);
    if (set == nullptr || set->shape == shape || plan_.obstacle) return;
    plan_.obstacle =
        Error{.code = ErrorCode::kConflict,
              .errno_value = EEXIST,
              .operation = ToLine(EnsureSet{id_, name, shape}, 0),
              .ours = ShapeText(shape),
              .theirs = ShapeText(set->shape),
              .text = "table " + TableText(id_) + " has another layout: \"" + name + "\" is " +
                      ShapeText(set->shape) + "; if nothing in that table is needed, remove it with: " +
                      (id_.name == kDefaultTable ? "natplan remove" : "natplan remove --table " + id_.name)};
  }

  void EnsureMissingSet(const char* name, const SetShape& shape) {
    if (FindSet(name) == nullptr) plan_.operations.push_back(EnsureSet{id_, name, shape});
  }

  void PlanChain(const ChainPlan& plan, std::vector<Operation>& policies, std::vector<Operation>& rules) {
    const ChainSnapshot* chain = FindChain(plan.name);
    const Operation ensure = EnsureChain{id_, plan.name, plan.base};
    const Operation append = AppendRule{id_, plan.name, plan.forms.front()};
    if (chain == nullptr) {
      plan_.operations.push_back(ensure);
      rules.push_back(append);
      return;
    }
    BaseChain with_our_policy = chain->base.value_or(BaseChain{});
    const bool policy_differs = with_our_policy.policy != plan.base.policy;
    with_our_policy.policy = plan.base.policy;
    if (!chain->base || with_our_policy != plan.base) {
      plan_.operations.push_back(DeleteChain{id_, plan.name});
      plan_.operations.push_back(ensure);
      replaces_chain_ = true;
      rules.push_back(append);
      return;
    }
    if (policy_differs) policies.push_back(ensure);
    if (!RulesAreRight(plan, *chain)) {
      rules.push_back(FlushChain{id_, plan.name});
      rules.push_back(append);
      return;
    }
    for (std::size_t i = 1; i < chain->rules.size(); ++i) {
      plan_.foreign.push_back("rule " + TableText(id_) + " " + plan.name + " " +
                              RuleText(id_.family, chain->rules[i].expressions));
    }
  }

  // A rule in front of ours may keep packets from it; one behind ours sees only what ours does not translate.
  bool RulesAreRight(const ChainPlan& plan, const ChainSnapshot& chain) const {
    if (chain.rules.empty() || !IsForm(plan, chain.rules.front().expressions)) return false;
    return !exclusive_ || chain.rules.size() == 1;
  }

  // Rules first, then what they refer to.
  void RemoveForeign() {
    std::vector<const ChainSnapshot*> chains;
    for (const ChainSnapshot& chain : table_.chains) {
      if (std::ranges::find(Chains(id_.family), chain.name, &ChainPlan::name) == Chains(id_.family).end()) {
        chains.push_back(&chain);
      }
    }
    std::vector<const SetSnapshot*> sets;
    for (const SetSnapshot& set : table_.sets) {
      // An anonymous set comes and goes with the rule that uses it.
      if (set.name == kMasqueradeSet || set.name == kForwardMap || (set.shape.other_flags & kAnonymous) != 0)
        continue;
      sets.push_back(&set);
    }
    for (const std::string& other : table_.others)
      plan_.foreign.push_back(other + " in table " + TableText(id_));
    if (!exclusive_) {
      for (const ChainSnapshot* chain : chains)
        plan_.foreign.push_back("chain " + TableText(id_) + " " + chain->name);
      for (const SetSnapshot* set : sets) {
        plan_.foreign.push_back((set->shape.is_map ? "map " : "set ") + TableText(id_) + " " + set->name);
      }
      return;
    }
    if (chains.empty() && sets.empty()) return;
    // A rule of ours that somebody changed may refer to a foreign set or chain.
    for (const ChainPlan& plan : Chains(id_.family)) {
      const ChainSnapshot* chain = FindChain(plan.name);
      if (chain != nullptr && !RulesAreRight(plan, *chain))
        plan_.operations.push_back(FlushChain{id_, plan.name});
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
  bool replaces_chain_ = false;
  SkeletonPlan plan_;
};

}  // namespace

SkeletonPlan PlanSkeleton(const TableId& id, const TableSnapshot* table, Scope scope) {
  if (table == nullptr) return {.operations = Skeleton(id)};
  return Planner(id, *table, scope).Plan();
}

}  // namespace natplan
