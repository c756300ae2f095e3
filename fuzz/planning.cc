#include "fuzz/planning.h"

#include <set>
#include <string>

#include "core/plan/extra_rules.h"
#include "core/plan/mirror.h"
#include "core/plan/planner.h"
#include "core/text/nft_text.h"
#include "core/values/per_family.h"

namespace natplan::fuzzing {
namespace {

Owner Web() { return Owner::Make("web").value(); }

// What this program wants: of the default owner a prefix and a forward in each family.
DesiredState Wanted() {
  DesiredState want;
  DesiredState::Touched ignored;
  std::vector<Edit> undo;
  const auto add = [&](const Owner& owner, const Intent& intent) {
    (void)want.Apply({Edit::Kind::kAdd, owner, intent}, ignored, undo);
  };
  for (const char* prefix : {"10.0.0.0/8", "fd00::/16"})
    add(Owner::Default(), Masquerade::Make(Prefix::Parse(prefix).value()).value());
  for (const char* to : {"192.0.2.1:80", "[2001:db8::1]:80"}) {
    add(Owner::Default(),
        Forward{Protocol::kTcp, Port::Make(8080).value(), Endpoint::Parse(to).value(), false});
  }
  return want;
}

void Print(const Plan& plan) {
  for (const Operation& operation : plan.transaction.operations) (void)ToLines(operation);
}

// The others' prefixes are taken from the view, as a call does it.
PlanInput InputOf(const Layout& layout, Scope scope, const KernelView& view, DesiredState& want,
                  const DesiredState::Touched& touched = {}) {
  static const PerFamily<Held> held;
  static const DesiredState::Touched edited;
  static const std::set<Family> without;
  static const OwnerSet mine = {Owner::Default()};
  if (layout.own()) {
    for (const Family family : kFamilies) {
      const FamilyView& one = view[family];
      want.SetOthers(family, mine, one.entries, one.names);
    }
  }
  return {layout, scope, want, held, edited, touched, without, mine};
}

}  // namespace

const std::vector<Layout>& Layouts() {
  static const std::vector<Layout> kLayouts = {{}, {.table = "io.systemd.nat"}};
  return kLayouts;
}

void PlanAll(const Layout& layout, const Snapshot& snapshot) {
  for (const Scope scope : {Scope::kOwn, Scope::kAdopt, Scope::kExclusive}) {
    const KernelView view = ViewOf(layout, snapshot);
    for (const FamilyView& family : view) (void)IntentsOf(family, Web());
    DesiredState want = Wanted();
    Print(PlanFromSnapshot(InputOf(layout, scope, view, want), snapshot, view));
  }
}

void FollowAll(const Layout& layout, const Snapshot& before, const std::vector<Change>& changes) {
  KernelView view = ViewOf(layout, before);
  DesiredState::Touched touched;
  if (!Follow(layout, changes, view, touched)) return;
  DesiredState want = Wanted();
  Print(PlanFromView(InputOf(layout, Scope::kOwn, view, want, touched), view));
}

Snapshot EmptyTables(const Layout& layout) {
  Snapshot snapshot;
  for (const Family family : kFamilies) {
    TableSnapshot table{.id = layout.Id(family), .comment = layout.own() ? kTableComment : ""};
    for (const ChainPlan& chain : Chains(layout, family))
      table.chains.push_back({.name = chain.name, .base = chain.base, .rules = {{1, chain.forms.front()}}});
    for (const SetPlan& set : Sets(layout, family))
      table.sets.push_back({.name = set.name, .shape = set.shape});
    if (layout.own()) table.sets.push_back({.name = kLocalhostMap, .shape = ForwardShape(family)});
    snapshot.tables.push_back(std::move(table));
  }
  return snapshot;
}

}  // namespace natplan::fuzzing
