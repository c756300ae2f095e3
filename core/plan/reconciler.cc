#include "core/plan/reconciler.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <new>
#include <utility>

#include "core/plan/part.h"
#include "core/plan/refusal.h"
#include "core/values/generation.h"

namespace natplan {

Reconciler::Reconciler(Options options) : options_(std::move(options)), backoff_(options_.jitter_seed) {}

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
  if (request_.alone || request.alone) {
    desired_ = {};
    held_ = {};
    mine_ = {};
    mirror_.reset();
  }
  request_ = std::move(request);
  part_.reset();
  // In any other scope everything that is not wanted has to be looked at.
  if (request_.alone && options_.scope == Scope::kOwn && mode == Mode::kApply && !request_.replaced)
    part_ = PartFor(options_.layout, request_.edits);
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
      return ReadStep{part_ ? *part_ : RequestFor(options_.layout)};
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
    result_->generation = mirror_->generation;
    result_->transaction = std::move(plan_.transaction);
    return Succeed();
  }
  if (const auto* unknown = std::get_if<Unknown>(&outcome)) {
    unknown_ = true;
    part_ ? ReadAgain(/*all=*/true) : KeepOwners();
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
    if (!part_ && drained.changes && PlanFromChanges(*drained.changes)) return;
  }
  ReadAgain(/*all=*/false);
}

// From a snapshot. What was taken over from a part of one says nothing of what else is there.
void Reconciler::ReadAgain(bool all) {
  if (part_ && options_.layout.own()) {
    Undo();
    pending_ = true;
  }
  if (all) part_.reset();
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
  if (part_) return ReadAgain(/*all=*/true);
  if (recovery.error) return Fail(std::move(*recovery.error));
  if (recovery.unsupported.empty()) return Retry(std::move(recovery.if_repeated));
  bool others = false;
  for (const Family family : kFamilies) {
    others = others || (plan_.touches[family] && !recovery.unsupported.contains(family));
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
  result_->changed = committed_;
  result_->first_step = std::move(first_step_);
  if (request_.alone) mirror_.reset();
  result_->retries = retries_;
  for (const Family family : kFamilies) {
    Release(plan_.changes[family], held_[family]);
    if (!committed_ || !plan_.touches[family] || !mirror_) continue;
    mirror_->view[family].exists = true;
    try {
      ApplyTo(mirror_->view[family], plan_.changes[family], family);
    } catch (const std::bad_alloc&) {
      mirror_.reset();
    }
  }
  marks_ = {};
  undo_.clear();
  KeepOwners();
  DropOwners();
  edited_ = {};
  touched_.reset();
  state_ = State::kFinished;
}

void Reconciler::Fail(Error error) {
  // It may have been read by this call and show what this call was to repair: the next one has to look again.
  mirror_.reset();
  if (committed_) SayPart("a part of the change was carried out", error);
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
  touched_.reset();
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
    marks_[family] = MarkHeld(plan_.changes[family], held_[family]);
  }
}

// What the plan would have added is not in the kernel.
void Reconciler::UnmarkAll() noexcept {
  for (const Family family : kFamilies) {
    Unmark(marks_[family], held_[family]);
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
