#include "core/plan/planner.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/plan/extra_rules.h"
#include "core/plan/foreign_table.h"
#include "core/plan/ledger.h"
#include "core/values/per_family.h"

namespace natplan {
namespace {

template <typename T>
void Append(std::vector<T>&& from, std::vector<T>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void TakeElements(Family family, ElementPlan&& elements, Plan& plan) {
  Append(std::move(elements.conflicts), plan.conflicts);
  Append(std::move(elements.foreign), plan.foreign);
  if (elements.obstacle && !plan.obstacle) plan.obstacle = std::move(elements.obstacle);
  plan.changes[family] = std::move(elements.changes);
}

void AddFamily(const PlanInput& input, Family family, std::vector<Operation>&& skeleton,
               ElementPlan&& elements, Plan& plan) {
  TakeElements(family, std::move(elements), plan);
  // In natplan's own table an element that turns up unseen is refused; the origin's semantics take it as
  // there.
  auto operations = ToOperations(input.layout.Id(family), plan.changes[family], input.layout.own());
  plan.touches[family] = !skeleton.empty() || !operations.empty();
  plan.transaction.operations.insert(plan.transaction.operations.end(), skeleton.begin(), skeleton.end());
  Append(std::move(operations), plan.transaction.operations);
  plan.skeleton[family] = std::move(skeleton);
}

ElementPlanInput ForFamily(const PlanInput& input, Family family, const KernelView& view,
                           bool drop_localhost) {
  return {.table = input.layout.Id(family),
          .own = input.layout.own(),
          .view = view[family],
          .want = input.want,
          .held = input.held[family],
          .edited = input.edited,
          .touched = input.touched,
          .scope = input.scope,
          .mine = input.mine,
          .drop_localhost = drop_localhost};
}

// Whether an owner of this context wants or holds anything in the family. Others see to their own.
bool IsConcerned(const PlanInput& input, Family family, const FamilyView& view) {
  const Held& held = input.held[family];
  if (!held.prefixes.empty() || !held.forwards.empty()) return true;
  if (!input.layout.own()) return input.want.Wants(family);
  const auto mine = [&](const LedgerEntry& entry) {
    return entry.prefix.family() == family && input.mine.ContainsHash(entry.owner);
  };
  const auto of_family = [&](const auto& one) { return one.first.family == family; };
  const auto is_mine = [&](const auto& one) { return input.mine.ContainsName(one.second.owner); };
  return std::ranges::any_of(input.want.masquerades(), mine) ||
         std::ranges::any_of(input.want.forwards(), of_family) ||
         std::ranges::any_of(input.want.interface_masquerades(),
                             [&](const auto& owned) { return owned.masquerade.family() == family; }) ||
         std::ranges::any_of(view.entries, mine) || std::ranges::any_of(view.forwards.entries, is_mine) ||
         std::ranges::any_of(view.localhost.entries, is_mine) ||
         std::ranges::any_of(view.interface_masquerades,
                             [&](const auto& owned) { return input.mine.contains(owned.owner); });
}

// Whether the table has anything that only natplan's own tables have, and not always.
bool HasExtras(const TableSnapshot& table) {
  if (!Layout{table.id.name}.own()) return false;
  const bool localhost = std::ranges::find(table.sets, kLocalhostMap, &SetSnapshot::name) != table.sets.end();
  return localhost || std::ranges::any_of(table.chains, [&](const ChainSnapshot& chain) {
           return chain.name == kLoopbackChain ||
                  std::ranges::any_of(chain.rules, [&](const RuleSnapshot& rule) {
                    return ToInterfaceMasquerade(table.id.family, rule.expressions).has_value();
                  });
         });
}

// Somebody wants localhost: an owner of this context, or one whose entries stay.
bool NeedsLocalhost(const PlanInput& input, Family family, const KernelView& all) {
  if (!input.layout.own()) return false;
  const FamilyView& view = all[family];
  const ElementPlanInput elements = ForFamily(input, family, all, false);
  const auto wants = [&](const auto& one) {
    return one.first.family == family && one.second.localhost && !IsTaken(elements, one.first);
  };
  if (std::ranges::any_of(input.want.forwards(), wants)) return true;
  if (input.scope == Scope::kExclusive) return false;
  if (view.localhost.unknown || !view.localhost.others.empty()) return true;
  return std::ranges::any_of(view.localhost.entries, [&](const auto& one) {
    const std::string& owner = one.second.owner;
    return !input.mine.ContainsName(owner) && !(owner.empty() && input.scope == Scope::kAdopt);
  });
}

bool HoldsUnknown(const FamilyView& view) {
  return view.unknown_ranges || view.forwards.unknown || view.localhost.unknown || view.unknown_junk ||
         !view.junk.empty() || !view.rivals.empty() || !view.broken.empty();
}

// The same change, made by deleting the table and creating it with everything that it is to hold `after` it.
void RemakeTable(const PlanInput& input, Family family, std::vector<Operation>&& remake,
                 const FamilyView& after, ElementPlan&& elements, Plan& plan) {
  TakeElements(family, std::move(elements), plan);
  Append(std::move(remake), plan.transaction.operations);
  Append(ContentOf(input.layout.Id(family), after), plan.transaction.operations);
  plan.touches[family] = true;
  plan.remakes = true;
}

}  // namespace

ReadRequest RequestFor(const Layout& layout) {
  ReadRequest request{.sets = {kMasqueradeSet, kForwardMap}};
  if (layout.own()) {
    request.sets.emplace_back(kLocalhostMap);
    request.sets.emplace_back(kOwnersSet);
  }
  for (const Family family : kFamilies) request.tables.push_back(layout.Id(family));
  return request;
}

KernelView ViewOf(const Layout& layout, const Snapshot& snapshot) {
  return {ViewOf(layout, Family::kIp, snapshot.Find(layout.Id(Family::kIp))),
          ViewOf(layout, Family::kIp6, snapshot.Find(layout.Id(Family::kIp6)))};
}

Scope Resolve(Scope scope, const Layout& layout, const KernelView& view) {
  if (scope != Scope::kApply) return scope;
  // Somebody may have flushed the ledger: that makes what it told of nobody's, and not ours.
  const bool recorded =
      std::ranges::any_of(view, [](const FamilyView& one) { return one.versioned || one.HasOwners(); });
  return layout.own() && !recorded ? Scope::kExclusive : Scope::kOwn;
}

Plan PlanFromSnapshot(const PlanInput& input, const Snapshot& snapshot, const KernelView& view) {
  Plan plan;
  ExtraWish extra{.mine = input.mine};
  extra.interface_masquerades.assign(input.want.interface_masquerades().begin(),
                                     input.want.interface_masquerades().end());
  for (const Family family : kFamilies) {
    if (input.without.contains(family)) continue;
    const TableId id = input.layout.Id(family);
    const TableSnapshot* table = snapshot.Find(id);
    const bool wanted = input.want.Wants(family);
    if (!wanted && table == nullptr) {
      // Whatever this context held is gone already.
      ElementPlan gone = PlanAllElements(ForFamily(input, family, view, false));
      plan.changes[family] = std::move(gone.changes);
      continue;
    }
    if (input.scope == Scope::kExclusive && !input.force && table != nullptr) {
      plan.obstacle = WhyForeign(*table);
      if (plan.obstacle) return plan;
    }
    if (input.scope == Scope::kOwn && !IsConcerned(input, family, view[family])) {
      // Nothing of this context was found there; that counts only where natplan knows what it reads.
      if (input.layout.own() && input.asked[family]) plan.obstacle = OtherLayout(*table);
      if (plan.obstacle) return plan;
      continue;
    }
    extra.localhost = NeedsLocalhost(input, family, view);
    plan.localhost[family] = extra.localhost;
    // A delete repairs nothing, but takes its own rules away.
    const bool whole =
        wanted || input.scope == Scope::kExclusive || HasExtras(*table) || view[family].old_ledger;
    SkeletonPlan skeleton;
    plan.compared[family] = whole;
    if (whole) {
      skeleton = PlanSkeleton(id, table, input.scope, extra);
    } else {
      skeleton.obstacle = OtherLayout(*table);
    }
    if (skeleton.obstacle) {
      plan.obstacle = std::move(skeleton.obstacle);
      return plan;
    }
    Append(std::move(skeleton.foreign), plan.foreign_skeleton);
    if (skeleton.continues) {
      plan.continues = true;
      AddFamily(input, family, std::move(skeleton.operations), {}, plan);
      continue;
    }
    const bool drop = input.layout.own() && !extra.localhost;
    ElementPlan elements = PlanAllElements(ForFamily(input, family, view, drop));
    if (!skeleton.remake.empty()) {
      FamilyView after = view[family];
      ApplyTo(after, elements.changes, family);
      if (!HoldsUnknown(after)) {
        RemakeTable(input, family, std::move(skeleton.remake), after, std::move(elements), plan);
        continue;
      }
    }
    AddFamily(input, family, std::move(skeleton.operations), std::move(elements), plan);
  }
  return plan;
}

std::optional<Plan> PlanFromPart(const PlanInput& input, const Snapshot& snapshot, const KernelView& view) {
  Plan plan;
  ExtraWish extra{.mine = input.mine};
  extra.interface_masquerades.assign(input.want.interface_masquerades().begin(),
                                     input.want.interface_masquerades().end());
  for (const Family family : kFamilies) {
    const TableSnapshot* table = snapshot.Find(input.layout.Id(family));
    if (table == nullptr) continue;
    extra.localhost = std::ranges::find(table->sets, kLocalhostMap, &SetSnapshot::name) != table->sets.end();
    const SkeletonPlan skeleton = PlanSkeleton(table->id, table, input.scope, extra);
    if (skeleton.obstacle || !skeleton.operations.empty() || !skeleton.remake.empty()) return std::nullopt;
    AddFamily(input, family, {}, PlanTouchedElements(ForFamily(input, family, view, false)), plan);
  }
  return plan;
}

Plan PlanFromView(const PlanInput& input, const KernelView& view) {
  Plan plan;
  for (const Family family : kFamilies) {
    if (input.without.contains(family)) continue;
    const bool create = input.want.Wants(family) && !view[family].exists;
    if (!create && !input.touched.Has(family)) continue;
    // What has rules of its own is never planned from a view: PlanFromSnapshot() sees to it.
    AddFamily(input, family, create ? Skeleton(input.layout.Id(family)) : std::vector<Operation>{},
              PlanTouchedElements(ForFamily(input, family, view, false)), plan);
  }
  return plan;
}

std::optional<Plan> PlanAgain(const PlanInput& input, const KernelView& view,
                              const PerFamily<std::optional<bool>>& localhost, Plan&& before) {
  Plan plan{.foreign_skeleton = std::move(before.foreign_skeleton)};
  for (const Family family : kFamilies) {
    if (input.without.contains(family)) continue;
    bool drop = false;
    if (view[family].exists) {
      if (!IsConcerned(input, family, view[family])) continue;
      const bool needed = NeedsLocalhost(input, family, view);
      if (localhost[family] != needed) return std::nullopt;
      drop = input.layout.own() && !needed;
    }
    AddFamily(input, family, std::move(before.skeleton[family]),
              PlanAllElements(ForFamily(input, family, view, drop)), plan);
  }
  return plan;
}

}  // namespace natplan
