#include "core/plan/reconciler.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <new>
#include <utility>

#include "core/plan/refusal.h"
#include "core/plan/step_result.h"
#include "core/values/generation.h"

namespace natplan {

Reconciler::Reconciler(Options options) : options_(std::move(options)), backoff_(options_.jitter_seed) {}

Scope Reconciler::scope() const { return Resolve(options_.scope, options_.layout, mirror_->view); }

PlanInput Reconciler::Input() const {
  return {options_.layout, scope(), desired_, held_, edited_, without_, mine_, options_.force};
}

void Reconciler::Start(Request request, Mode mode, TimePoint now, TimePoint deadline) {
  mode_ = mode;
  deadline_ = deadline;
  state_ = State::kFinished;
  result_ = Report{};
  unknown_ = false;
  committed_ = false;
  first_step_ = {};
  retries_ = 0;
  last_cause_.reset();
  repeats_ = 0;
  backoff_.Reset();
  Undo();
  request_ = std::move(request);
  pending_ = false;
  if (auto error = WhyRefused(options_.layout, request_)) return Refuse(*std::move(error));
  if (options_.layout.own()) {
    for (const Owner& owner : OwnersOf(request_, options_.owner))
      pending_ = pending_ || !mine_.contains(owner);
  }
  if (!pending_ && !ApplyRequest()) return;
  if (now >= deadline_) {
    return Refuse({.code = ErrorCode::kDeadline, .errno_value = ETIMEDOUT, .text = "no time was given"});
  }
  if (!pending_ && mirror_ && mode_ == Mode::kApply) return PlanFromMirror();
  state_ = State::kRead;
}

// The snapshot shows what this call's owners have: from now on this context speaks for them. False: the call
// has ended.
bool Reconciler::TakeOwners() {
  for (const Owner& owner : OwnersOf(request_, options_.owner)) {
    if (mine_.contains(owner)) continue;
    new_owners_.push_back(owner);
    mine_.insert(owner);
    Forget(owner);
    if (options_.inheritance == Inheritance::kAdopt) Adopt(owner);
  }
  pending_ = false;
  return ApplyRequest();
}

// What an earlier snapshot showed of an owner that was another's until now.
void Reconciler::Forget(const Owner& owner) {
  DesiredState::Touched ignored;
  for (const Edit& edit : desired_.EditsTo(owner, {})) (void)desired_.Apply(edit, ignored, adopted_);
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
  const std::vector<Edit> edits = EditsOf(request_, desired_);
  undo_.reserve(edits.size());
  for (const Edit& edit : edits) {
    auto applied = desired_.Apply(edit, edited_, undo_);
    if (applied) continue;
    Refuse(std::move(applied.error()));
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
  const std::set<std::uint64_t> mine = HashesOf(mine_);
  const bool none = scope() == Scope::kExclusive;
  for (const Family family : kFamilies) {
    const FamilyView& view = mirror_->view[static_cast<std::size_t>(family)];
    desired_.SetOthers(family, mine, none ? SortedSet<LedgerEntry>() : view.entries, view.names);
  }
}

Step Reconciler::Poll(TimePoint now) {
  if (state_ == State::kWait) {
    if (!wait_until_) wait_until_ = now + backoff_.Next();
    if (now >= *wait_until_) {
      state_ = mirror_ ? State::kDrain : State::kRead;
    } else if (*wait_until_ < deadline_) {
      return WaitStep{*wait_until_};
    }
  }
  if (now >= deadline_ && state_ != State::kFinished && !(state_ == State::kCommit && handed_out_)) {
    if (state_ == State::kCommit) UnmarkAll();
    Error error = last_cause_.value_or(Error{.errno_value = ETIMEDOUT});
    error.code = unknown_ ? ErrorCode::kUnknownOutcome : ErrorCode::kDeadline;
    error.text =
        (unknown_ ? std::string("the change may or may not have been carried out, and the table could not be "
                                "read again in time; run it again")
                  : std::string("the time was over before the change went through; try again")) +
        (error.text.empty() ? "" : " (last: " + error.text + ")");
    Fail(std::move(error));
  }
  switch (state_) {
    case State::kRead:
      return ReadStep{RequestFor(options_.layout)};
    case State::kDrain:
      return DrainStep{RequestFor(options_.layout).tables, mirror_->generation};
    case State::kWait:
      return WaitStep{deadline_};
    case State::kCommit:
      handed_out_ = true;
      return CommitStep{&plan_.transaction};
    case State::kFinished:
      break;
  }
  return FinishedStep{&result_};
}

void Reconciler::OnSnapshot(const std::expected<Snapshot, ReadFailure>& answer) {
  if (state_ != State::kRead) return;
  if (answer) return PlanFrom(*answer);
  if (answer.error().torn) return Retry(std::nullopt);
  Error error = Classify(answer.error());
  if (unknown_) {
    error.code = ErrorCode::kUnknownOutcome;
    error.text =
        "the change may or may not have been carried out, and the table cannot be read: " + error.text;
  }
  Fail(std::move(error));
}

void Reconciler::PlanFrom(const Snapshot& snapshot) {
  mirror_ = Mirror{ViewOf(options_.layout, snapshot), snapshot.generation};
  if (pending_ && !TakeOwners()) {
    mirror_.reset();  // nobody has compared it with what is wanted
    return;
  }
  if (auto other = SharedHash(mine_, mirror_->view)) return Fail(std::move(*other));
  TakeOthers();
  plan_ = PlanFromSnapshot(Input(), snapshot, mirror_->view);
  if (mode_ == Mode::kPlan && plan_.continues) {
    // Nobody carries the first step out: the second is planned from what it would leave.
    first_step_ = plan_.transaction;
    plan_ = PlanFromSnapshot(Input(), After(first_step_, snapshot), mirror_->view);
  }
  for (const Family family : kFamilies) {
    const auto index = static_cast<std::size_t>(family);
    mirror_->checked[index] = plan_.compared[index] || !mirror_->view[index].exists;
  }
  mirror_->localhost = plan_.localhost;
  mirror_->lacking = !plan_.conflicts.empty();
  // Whether a commit whose answer was lost was carried out, this shows.
  if (std::exchange(unknown_, false) && !plan_.obstacle && plan_.transaction.operations.empty())
    committed_ = true;
  TakePlan(true);
}

void Reconciler::PlanFromMirror() {
  if (!mirror_->Suffices(desired_, edited_, without_)) {
    state_ = State::kRead;
    return;
  }
  plan_ = PlanFromView(Input(), mirror_->view);
  TakePlan(false);
}

// The plan was refused because others committed in between, and this is what they changed. False: only a
// snapshot tells what to do now.
bool Reconciler::PlanFromChanges(const std::vector<Change>& changes) {
  if (scope() != Scope::kOwn || plan_.remakes || plan_.continues) return false;
  if (!Follow(options_.layout, changes, mirror_->view) || SharedHash(mine_, mirror_->view)) return false;
  TakeOthers();
  auto plan = PlanAgain(Input(), mirror_->view, mirror_->localhost, std::move(plan_));
  if (!plan) return false;
  plan_ = *std::move(plan);
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
  Report report{.generation = mirror_->generation, .foreign = plan_.foreign_skeleton};
  std::ranges::move(plan_.foreign, std::back_inserter(report.foreign));
  for (Conflict& conflict : plan_.conflicts) report.lost.push_back(std::move(conflict.error));
  for (const auto& [family, error] : unsupported_) {
    if (desired_.Wants(family)) report.unsupported.push_back(error);
  }
  report_ = std::move(report);
  plan_.transaction.required_generation = mirror_->generation;
  if (mode_ == Mode::kPlan) {
    report_.transaction = std::move(plan_.transaction);
    report_.first_step = std::move(first_step_);
    mirror_.reset();
    Undo();
    return Finish();
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

void Reconciler::OnOutcome(const Outcome& outcome) {
  if (state_ != State::kCommit) return;
  if (std::holds_alternative<Committed>(outcome)) {
    committed_ = true;
    if (plan_.continues) {
      first_step_ = std::move(plan_.transaction);
      KeepOwners();
      marks_ = {};  // they are in the kernel
      mirror_.reset();
      state_ = State::kRead;
      return;
    }
    mirror_->generation = NextGeneration(mirror_->generation);
    report_.generation = mirror_->generation;
    report_.transaction = std::move(plan_.transaction);
    return Succeed();
  }
  if (const auto* unknown = std::get_if<Unknown>(&outcome)) {
    unknown_ = true;
    KeepOwners();
    marks_ = {};  // they stay
    return Retry(Error{.code = ErrorCode::kUnknownOutcome,
                       .errno_value = unknown->errno_value,
                       .text = "the answer of the kernel was lost"});
  }
  handed_out_ = false;
  UnmarkAll();
  marks_ = {};
  if (const auto* refused = std::get_if<Refused>(&outcome)) return OnRefused(*refused);
  Fail(Classify(std::get<NotSent>(outcome)));
}

void Reconciler::OnDrained(const Drained& drained) {
  if (state_ != State::kDrain) return;
  if (drained.complete) {
    mirror_->generation = drained.generation;
    if (!drained.touched()) {
      // Whatever they changed, it was nothing that the plan was made from.
      plan_.transaction.required_generation = drained.generation;
      Mark();
      state_ = State::kCommit;
      handed_out_ = false;
      return;
    }
    if (drained.changes && PlanFromChanges(*drained.changes)) return;
  }
  mirror_.reset();
  state_ = State::kRead;
}

void Reconciler::OnRefused(const Refused& refused) {
  Recovery recovery = Classify(plan_.transaction, refused);
  if (recovery.committed) {
    wait_until_.reset();
    state_ = retries_++ == 0 ? State::kDrain : State::kWait;
    return;
  }
  if (recovery.error) return Fail(std::move(*recovery.error));
  if (recovery.unsupported.empty()) return Retry(std::move(recovery.if_repeated));
  bool others = false;
  for (const Family family : kFamilies) {
    others =
        others || (plan_.touches[static_cast<std::size_t>(family)] && !recovery.unsupported.contains(family));
  }
  const Error first = recovery.unsupported.begin()->second;
  for (auto& [family, error] : recovery.unsupported) {
    without_.insert(family);
    unsupported_.emplace(family, std::move(error));
  }
  mirror_.reset();
  if (!others) return Fail(first);
  state_ = State::kRead;
}

void Reconciler::Retry(std::optional<Error> cause) {
  mirror_.reset();
  // The same refusal of the same operation, again and again after fresh readings, has a cause that they do
  // not show. ENOENT is not one: somebody may flush the ruleset in a loop, and the deadline ends that.
  repeats_ = cause && last_cause_ == cause && cause->errno_value != ENOENT ? repeats_ + 1 : 0;
  if (repeats_ >= 2 && !unknown_) return Fail(std::move(*cause));
  if (cause) last_cause_ = std::move(cause);
  wait_until_.reset();
  state_ = State::kWait;
}

// The kernel holds what is wanted. Nothing here fails: where memory runs out, the mirror is given up.
void Reconciler::Succeed() {
  report_.changed = committed_;
  report_.first_step = std::move(first_step_);
  report_.retries = retries_;
  for (const Family family : kFamilies) {
    const auto index = static_cast<std::size_t>(family);
    Release(plan_.changes[index], held_[index]);
    if (!committed_ || !plan_.touches[index] || !mirror_) continue;
    mirror_->view[index].exists = true;
    try {
      ApplyTo(mirror_->view[index], plan_.changes[index], family);
    } catch (const std::bad_alloc&) {
      mirror_.reset();
    }
  }
  marks_ = {};
  undo_.clear();
  KeepOwners();
  edited_ = {};
  Finish();
}

void Reconciler::Finish() {
  result_ = std::move(report_);
  state_ = State::kFinished;
}

void Reconciler::Fail(Error error) {
  // It may have been read by this call and show what this call was to repair: the next one has to look again.
  mirror_.reset();
  if (committed_) {
    error.code = ErrorCode::kUnknownOutcome;
    error.text = "a part of the change was carried out; run it again (" + error.text + ")";
  }
  Refuse(std::move(error));
}

void Reconciler::Refuse(Error error) {
  result_ = std::unexpected(std::move(error));
  state_ = State::kFinished;
  TakeBack();
}

// The result is said already: without memory the next Start tries again.
void Reconciler::TakeBack() noexcept {
  try {
    Undo();
  } catch (const std::bad_alloc&) {  // NOLINT(bugprone-empty-catch)
  }
}

// Takes the edits back, the last one first, and what was adopted before them. Each is dropped from its list
// only once it is taken back.
void Reconciler::Undo() {
  DesiredState::Touched ignored;
  std::vector<Edit> redo;
  for (std::vector<Edit>* list : {&undo_, &adopted_}) {
    while (!list->empty()) {
      (void)desired_.Apply(list->back(), ignored, redo);
      redo.clear();
      list->pop_back();
    }
  }
  for (; !new_owners_.empty(); new_owners_.pop_back()) mine_.erase(new_owners_.back());
  edited_ = {};
}

// The kernel may have something of this call under the names that it took over. Should the call fail, the
// next one must not adopt that, but take it back.
void Reconciler::KeepOwners() noexcept {
  adopted_.clear();
  new_owners_.clear();
}

// From now on the kernel may have what the plan adds.
void Reconciler::Mark() {
  for (const Family family : kFamilies) {
    const auto index = static_cast<std::size_t>(family);
    marks_[index] = MarkHeld(plan_.changes[index], held_[index]);
  }
}

// What the plan would have added is not in the kernel.
void Reconciler::UnmarkAll() noexcept {
  for (const Family family : kFamilies) {
    const auto index = static_cast<std::size_t>(family);
    Unmark(marks_[index], held_[index]);
  }
}

void Reconciler::Cancel() {
  if (state_ == State::kFinished) return;
  if (state_ == State::kCommit) {
    // One that was never handed out was never sent.
    handed_out_ ? OnOutcome(Unknown{ECANCELED}) : UnmarkAll();
  }
  Fail({.code = unknown_ ? ErrorCode::kUnknownOutcome : ErrorCode::kDeadline,
        .errno_value = ECANCELED,
        .text = "the call was cancelled"});
}

void Reconciler::Abandon() noexcept {
  const bool handed_out = state_ == State::kCommit && handed_out_;
  const bool sent = state_ != State::kFinished && (handed_out || unknown_ || committed_);
  handed_out ? KeepOwners() : UnmarkAll();
  marks_ = {};
  mirror_.reset();
  state_ = State::kFinished;
  // Short enough to need no memory of its own.
  result_ = std::unexpected(Error{.code = sent ? ErrorCode::kUnknownOutcome : ErrorCode::kNoMemory,
                                  .errno_value = ENOMEM,
                                  .text = "out of memory"});
  TakeBack();
}

}  // namespace natplan
