#include "core/plan/planner.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace natplan {
namespace {

template <typename T>
void Append(std::vector<T>&& from, std::vector<T>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

void AddFamily(const PlanInput& input, Family family, std::vector<Operation>&& skeleton,
               ElementPlan&& elements, Plan& plan) {
  const auto index = static_cast<std::size_t>(family);
  Append(std::move(elements.conflicts), plan.conflicts);
  Append(std::move(elements.foreign), plan.foreign);
  plan.changes[index] = std::move(elements.changes);
  // In natplan's own table an element that turns up unseen is refused; the origin's semantics take it as
  // there.
  auto operations = ToOperations(input.layout.Id(family), plan.changes[index], input.layout.own());
  plan.touches[index] = !skeleton.empty() || !operations.empty();
  Append(std::move(skeleton), plan.transaction.operations);
  Append(std::move(operations), plan.transaction.operations);
}

ElementPlanInput ForFamily(const PlanInput& input, Family family, const KernelView& view) {
  const auto index = static_cast<std::size_t>(family);
  return {input.layout.Id(family), view[index], input.want, input.held[index], input.edited, input.scope};
}

}  // namespace

ReadRequest RequestFor(const Layout& layout) {
  ReadRequest request{.sets = {kMasqueradeSet, kForwardMap}};
  for (const Family family : kFamilies) request.tables.push_back(layout.Id(family));
  return request;
}

KernelView ViewOf(const Layout& layout, const Snapshot& snapshot) {
  return {ViewOf(Family::kIp, snapshot.Find(layout.Id(Family::kIp))),
          ViewOf(Family::kIp6, snapshot.Find(layout.Id(Family::kIp6)))};
}

Plan PlanFromSnapshot(const PlanInput& input, const Snapshot& snapshot, const KernelView& view) {
  Plan plan;
  for (const Family family : kFamilies) {
    if (input.without.contains(family)) continue;
    const auto index = static_cast<std::size_t>(family);
    const TableId id = input.layout.Id(family);
    const TableSnapshot* table = snapshot.Find(id);
    const Held& held = input.held[index];
    const bool wanted = input.want.Wants(family);
    const bool mine = wanted || !held.prefixes.empty() || !held.forwards.empty();
    if (!wanted && table == nullptr) {
      // Whatever this context held is gone already.
      ElementPlan gone = PlanAllElements(ForFamily(input, family, view));
      plan.changes[index] = std::move(gone.changes);
      continue;
    }
    if (!mine && input.scope == Scope::kOwn) continue;
    // A delete repairs nothing.
    SkeletonPlan skeleton;
    if (wanted || input.scope == Scope::kExclusive) skeleton = PlanSkeleton(id, table, input.scope);
    if (skeleton.obstacle) {
      plan.obstacle = std::move(skeleton.obstacle);
      return plan;
    }
    Append(std::move(skeleton.foreign), plan.foreign);
    if (skeleton.continues) {
      plan.continues = true;
      AddFamily(input, family, std::move(skeleton.operations), {}, plan);
      continue;
    }
    AddFamily(input, family, std::move(skeleton.operations), PlanAllElements(ForFamily(input, family, view)),
              plan);
  }
  return plan;
}

Plan PlanFromView(const PlanInput& input, const KernelView& view) {
  Plan plan;
  for (const Family family : kFamilies) {
    if (input.without.contains(family)) continue;
    const bool create = input.want.Wants(family) && !view[static_cast<std::size_t>(family)].exists;
    AddFamily(input, family, create ? Skeleton(input.layout.Id(family)) : std::vector<Operation>{},
              PlanTouchedElements(ForFamily(input, family, view)), plan);
  }
  return plan;
}

}  // namespace natplan
