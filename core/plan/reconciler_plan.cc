// Of a reconciler: what of a call is decided before anything is sent.
#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "core/plan/part.h"
#include "core/plan/reconciler.h"
#include "core/plan/step_result.h"
#include "core/values/per_family.h"

namespace natplan {

Scope Reconciler::scope() const { return Resolve(options_.scope, options_.layout, mirror_->view); }

PlanInput Reconciler::Input() const {
  return {.layout = options_.layout,
          .scope = scope(),
          .want = desired_,
          .held = held_,
          .edited = edited_,
          .touched = touched_ ? *touched_ : edited_,
          .without = without_,
          .mine = mine_,
          .asked = FamiliesOf(request_),
          .force = options_.force};
}

// The snapshot shows what this call's owners have: from now on this context speaks for them.
void Reconciler::TakeOwners() {
  for (const Owner& owner : OwnersOf(request_, options_.owner)) {
    if (mine_.contains(owner)) continue;
    new_owners_.push_back(owner);
    mine_.insert(owner);
    Forget(owner);
    if (options_.inheritance == Inheritance::kAdopt) Adopt(owner);
  }
  pending_ = false;
}

// What an earlier snapshot showed of an owner that was another's until now.
void Reconciler::Forget(const Owner& owner) {
  DesiredState::Touched ignored;
  for (const Edit& edit : desired_.RemovalsTo(owner, {})) (void)desired_.Apply(edit, ignored, adopted_);
}

void Reconciler::Adopt(const Owner& owner) {
  DesiredState::Touched ignored;
  for (const FamilyView& view : mirror_->view) {
    for (const Intent& intent : IntentsOf(view, owner)) {
      // What another owner of this context holds already stays with that one; the plan shows the conflict.
      (void)desired_.Apply({Edit::Kind::kAdd, owner, intent}, ignored, adopted_);
    }
  }
}

// Carries the request into the desired state. False: the call has ended.
bool Reconciler::ApplyRequest() {
  undo_.reserve(request_.edits.size() + request_.intents.size());
  std::optional<Error> refused;
  ForEachEdit(request_, desired_, [&](const Edit& edit) {
    auto applied = desired_.Apply(edit, edited_, undo_);
    if (!applied) refused = std::move(applied.error());
    return applied.has_value();
  });
  if (refused) {
    Refuse(*std::move(refused));
    return false;
  }
  if (edited_.rules && !options_.layout.own()) {
    Refuse({.code = ErrorCode::kInvalidArgument,
            .errno_value = EINVAL,
            .text = "table \"" + options_.layout.table +
                    "\" has the layout of natplan's origin, which has no " +
                    "place for localhost and out_interface; use natplan's own table (\"" + kDefaultTable +
                    "\")"});
    return false;
  }
  if (const Error* missing = EditedFamilyMissing()) {
    Refuse(*missing);
    return false;
  }
  return true;
}

// The other owners' prefixes, as the ledger has them: they are to stay, unless everything else is to go.
void Reconciler::TakeOthers() {
  if (!options_.layout.own()) return;
  const SortedSet<LedgerEntry> nothing;
  const bool none = scope() == Scope::kExclusive;
  for (const Family family : kFamilies) {
    const FamilyView& view = mirror_->view[family];
    desired_.SetOthers(family, mine_, none ? nothing : view.entries, view.names);
  }
}

// Others touched this since the plan was made: what they want is taken over, and looked at beside what the
// call touched. False: everything has to be compared.
bool Reconciler::TakeChanges(DesiredState::Touched&& others) {
  DesiredState::Touched touched = touched_ ? *touched_ : edited_;
  PerFamily<bool> ours = {};  // they touched something under a name of this context
  for (const LedgerEntry& entry : SortedSet<LedgerEntry>(others.entries)) {
    const Family family = entry.prefix.family();
    const FamilyView& view = mirror_->view[family];
    const Owner* name = view.entries.contains(entry) ? view.names.Find(entry.owner) : nullptr;
    if (!mine_.ContainsHash(entry.owner)) {
      desired_.SetOther(entry, name, others);
    } else if (name != nullptr && !mine_.contains(*name)) {
      return false;
    } else {
      ours[family] = true;
    }
  }
  for (const HostPort& key : others.ports) {
    const auto wanted = desired_.forwards().find(key);
    if (wanted != desired_.forwards().end() && wanted->second.localhost) return false;
    const MapView& there = mirror_->view[key.family].forwards;
    const auto held = there.entries.find(key);
    if (held != there.entries.end() && mine_.ContainsName(held->second.owner)) ours[key.family] = true;
  }
  // In a family of which this context wants nothing, others see to their own.
  const auto is_theirs = [&](Family family) {
    return !mirror_->checked[family] && !touched.Has(family) && !ours[family];
  };
  for (const Prefix& one : others.prefixes) {
    if (!is_theirs(one.family())) touched.prefixes.insert(one);
  }
  for (const LedgerEntry& one : others.entries) {
    if (!is_theirs(one.prefix.family())) touched.entries.insert(one);
  }
  for (const HostPort& one : others.ports) {
    if (!is_theirs(one.family)) touched.ports.insert(one);
  }
  touched.rules = touched.rules || others.rules;
  touched_ = std::move(touched);
  return mirror_->Suffices(desired_, *touched_, without_);
}

// Of an owner of whom nothing is wanted the kernel holds nothing either: it is forgotten. What stands under
// its name from now on is another process's, until this context uses the name again.
void Reconciler::DropOwners() noexcept {
  const auto idle = [&](const Owner& owner) { return owner != options_.owner && !desired_.Wants(owner); };
  if (compared_) return mine_.erase_if(idle);
  // What the last comparison left can only have become idle by this call.
  for (const Edit& edit : request_.edits) {
    if (idle(edit.owner)) mine_.erase(edit.owner);
  }
  if (request_.replaced && idle(*request_.replaced)) mine_.erase(*request_.replaced);
}

void Reconciler::PlanFrom(const Snapshot& snapshot) {
  if (part_) return PlanFromPart(snapshot);
  mirror_ = Mirror{ViewOf(options_.layout, snapshot), snapshot.generation};
  if (pending_) {
    // Who is refused for his name's hash stands in nobody's way in later calls.
    OwnerSet asked;
    for (const Owner& owner : OwnersOf(request_, options_.owner)) asked.insert(owner);
    if (auto other = SharedHash(asked, mirror_->view)) return Fail(std::move(*other));
    TakeOwners();
    // Nobody has compared the mirror with what is wanted.
    if (!ApplyRequest()) return mirror_.reset();
  }
  if (auto other = SharedHash(mine_, mirror_->view)) return Fail(std::move(*other));
  TakeOthers();
  plan_ = PlanFromSnapshot(Input(), snapshot, mirror_->view);
  if (mode_ == Mode::kPlan && plan_.continues) {
    // Nobody carries the first step out: the second is planned from what it would leave.
    first_step_ = plan_.transaction;
    plan_ = PlanFromSnapshot(Input(), After(first_step_, snapshot), mirror_->view);
    std::erase_if(plan_.transaction.operations, [&](const Operation& operation) {
      return !IsLeftDormant(first_step_, snapshot, TableOf(operation));
    });
  }
  for (const Family family : kFamilies) {
    mirror_->checked[family] = plan_.compared[family] || !mirror_->view[family].exists;
  }
  mirror_->localhost = plan_.localhost;
  mirror_->lacking = !plan_.conflicts.empty();
  compared_ = true;
  // Whether a commit whose answer was lost was carried out, this shows.
  if (std::exchange(unknown_, false) && !plan_.obstacle && plan_.transaction.operations.empty())
    committed_ = true;
  TakePlan(true);
}

// The snapshot has the skeleton and what the call touches.
void Reconciler::PlanFromPart(const Snapshot& snapshot) {
  mirror_ = Mirror{ViewOf(options_.layout, snapshot), snapshot.generation};
  if (!IsEnough(options_.layout, request_.edits, mirror_->view)) return ReadAgain(/*all=*/true);
  if (pending_) {
    TakeOwners();
    if (SharedHash(mine_, mirror_->view)) return ReadAgain(/*all=*/true);
    TakeOthers();  // first: what the request touches depends on them
    if (!ApplyRequest()) return mirror_.reset();
  }
  auto plan = natplan::PlanFromPart(Input(), snapshot, mirror_->view);
  if (!plan) return ReadAgain(/*all=*/true);
  plan_ = *std::move(plan);
  TakePlan(true);
}

void Reconciler::PlanFromMirror() {
  if (!mirror_->Suffices(desired_, edited_, without_)) {
    state_ = State::kRead;
    return;
  }
  plan_ = PlanFromView(Input(), mirror_->view);
  mirror_->lacking = !plan_.conflicts.empty();
  compared_ = false;
  TakePlan(false);
}

// The plan was refused because others committed in between, and this is what they changed. False: only a
// snapshot tells what to do now.
bool Reconciler::PlanFromChanges(const std::vector<Change>& changes) {
  if (scope() != Scope::kOwn || plan_.remakes || plan_.continues) return false;
  DesiredState::Touched others;
  if (!Follow(options_.layout, changes, mirror_->view, others)) return false;
  if (!compared_ && TakeChanges(std::move(others))) {
    plan_ = PlanFromView(Input(), mirror_->view);
  } else {
    if (SharedHash(mine_, mirror_->view)) return false;
    TakeOthers();
    auto plan = PlanAgain(Input(), mirror_->view, mirror_->localhost, std::move(plan_));
    if (!plan) return false;
    plan_ = *std::move(plan);
    compared_ = true;
  }
  mirror_->lacking = !plan_.conflicts.empty();
  TakePlan(false);
  return true;
}

// Decides what comes of plan_. `fresh`: it was made from a snapshot.
void Reconciler::TakePlan(bool fresh) {
  if (plan_.obstacle) return Fail(std::move(*plan_.obstacle));
  if (const Error* missing = EditedFamilyMissing()) return Fail(*missing);
  for (const Conflict& conflict : plan_.conflicts) {
    if (!conflict.edited || request_.lenient) continue;
    if (fresh) return Fail(conflict.error);
    state_ = State::kRead;  // the mirror may be older than what it says
    return;
  }
  if (!fresh && plan_.transaction.operations.empty()) {
    // Nothing to send would mean that nobody looks whether it is still so.
    state_ = State::kRead;
    return;
  }
  Report& report = result_.emplace();
  report.generation = mirror_->generation;
  report.foreign = plan_.foreign_skeleton;
  std::ranges::move(plan_.foreign, std::back_inserter(report.foreign));
  for (Conflict& conflict : plan_.conflicts) report.lost.push_back(std::move(conflict.error));
  for (const auto& [family, error] : unsupported_) {
    if (desired_.Wants(family)) report.unsupported.push_back(error);
  }
  plan_.transaction.required_generation = mirror_->generation;
  if (mode_ == Mode::kPlan) {
    report.transaction = std::move(plan_.transaction);
    report.first_step = std::move(first_step_);
    mirror_.reset();
    Undo();
    state_ = State::kFinished;
    return;
  }
  Mark();
  if (plan_.transaction.operations.empty()) return Succeed();
  state_ = State::kCommit;
  handed_out_ = false;
}

// The error of a family that this kernel does not have, if all that this call changed is to add things to
// such families. A removal is not refused: what is not in the kernel is removed already.
const Error* Reconciler::EditedFamilyMissing() const {
  const Error* missing = nullptr;
  for (const Edit& back : undo_) {
    const auto* forward = std::get_if<Forward>(&back.intent);
    const Family family = forward != nullptr ? forward->family() : std::get<Masquerade>(back.intent).family();
    const bool replaced = forward != nullptr && desired_.forwards().contains(forward->key());
    const auto found = unsupported_.find(family);
    if (found == unsupported_.end() || (back.kind == Edit::Kind::kAdd && !replaced)) return nullptr;
    if (missing == nullptr) missing = &found->second;
  }
  return missing;
}

}  // namespace natplan
