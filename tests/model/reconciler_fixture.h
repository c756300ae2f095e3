// One reconciler over a kernel, step by step: a test answers each step as it likes.
#ifndef NATPLAN_TESTS_MODEL_RECONCILER_FIXTURE_H_
#define NATPLAN_TESTS_MODEL_RECONCILER_FIXTURE_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/plan/reconciler.h"
#include "core/plan/test_intents.h"
#include "core/text/nft_text.h"
#include "tests/model/model_kernel.h"

namespace natplan {

inline Outcome BatchRefused(int errno_value) { return Refused{{{.errno_value = errno_value}}}; }
inline Outcome OperationRefused(std::size_t operation, int errno_value, std::string missing = {}) {
  return Refused{{{.operation = operation, .errno_value = errno_value, .missing_name = std::move(missing)}}};
}

// The rest of the line that adds or deletes an entry of Owner::Default() in the ledger of family ip.
inline std::string Entry(const std::string& prefix) {
  return " element ip natplan owners { " + prefix +
         " . 0x37a8eec1 . 0xce19687d . 0x132fe290 comment \"default\" }\n";
}

// Somebody else's element.
inline std::vector<Operation> ForeignRange(const char* prefix) {
  return {AddElements{{Family::kIp, "natplan"},
                      kMasqueradeSet,
                      MasqueradeShape(Family::kIp),
                      true,
                      {ToElement(Prefix::Parse(prefix).value())}}};
}

class ReconcilerTest : public testing::Test {
 protected:
  explicit ReconcilerTest(KernelMaker kernel = Simulated()) : kernel_(std::move(kernel)) {}
  // Starts a call; `now_` moves only through waits.
  void Start(const std::vector<Edit>& edits, Mode mode = Mode::kApply) {
    deadline_ = now_ + std::chrono::seconds(5);
    reads_ = commits_ = 0;
    reconciler_->Start(edits, mode, now_, deadline_);
  }
  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request) {
    return executor_->Read(request, TimePoint::max());
  }
  Outcome Commit(const Transaction& transaction) { return executor_->Commit(transaction, TimePoint::max()); }
  Step Poll() { return reconciler_->Poll(now_); }

  // Passes over waits, and over questions of what others committed, which nobody here knows.
  Step Next() {
    for (;;) {
      Step step = Poll();
      if (std::holds_alternative<DrainStep>(step)) {
        reconciler_->OnDrained({});
        continue;
      }
      const auto* wait = std::get_if<WaitStep>(&step);
      if (wait == nullptr) return step;
      EXPECT_GT(wait->until, now_);
      EXPECT_LE(wait->until, deadline_);
      now_ = wait->until;
    }
  }
  void AnswerRead() {
    const Step step = Next();
    ASSERT_TRUE(std::holds_alternative<ReadStep>(step));
    reconciler_->OnSnapshot(Read(std::get<ReadStep>(step).request));
  }
  // The next transaction, as text; the call must want to commit one.
  std::string Text() {
    const Step step = Next();
    const auto* commit = std::get_if<CommitStep>(&step);
    return commit == nullptr ? "no transaction" : ToText(*commit->transaction);
  }
  void AnswerCommit() {
    const Step step = Next();
    ASSERT_TRUE(std::holds_alternative<CommitStep>(step));
    reconciler_->OnOutcome(Commit(*std::get<CommitStep>(step).transaction));
  }
  Result Finished() {
    const Step step = Next();
    const auto* finished = std::get_if<FinishedStep>(&step);
    if (finished == nullptr) {
      ADD_FAILURE() << "the call is not finished";
      return Report{};
    }
    return *finished->result;
  }
  Result Run(const std::vector<Edit>& edits, Mode mode = Mode::kApply) {
    Start(edits, mode);
    for (;;) {
      const Step step = Next();
      if (std::holds_alternative<FinishedStep>(step)) return Finished();
      if (std::holds_alternative<ReadStep>(step)) {
        ++reads_;
        AnswerRead();
      } else {
        ++commits_;
        AnswerCommit();
      }
    }
  }
  void Use(Layout layout, Scope scope) {
    reconciler_ = std::make_unique<Reconciler>(Reconciler::Options{std::move(layout), scope, 1});
  }
  // A context that holds three prefixes and three forwards a family.
  void Fill() {
    ASSERT_TRUE(Run({Add(Mask("10.1.0.0/16")), Add(Mask("10.2.0.0/16")), Add(Mask("10.3.0.0/16")),
                     Add(Mask("fd01::/16")), Add(Mask("fd02::/16")), Add(Mask("fd03::/16")),
                     Add(To(81, "10.1.0.1:1")), Add(To(82, "10.1.0.1:2")), Add(To(83, "10.1.0.1:3")),
                     Add(To(81, "[fd01::1]:1")), Add(To(82, "[fd01::1]:2")), Add(To(83, "[fd01::1]:3"))}));
    full_ = ListingText(kernel_.state());
  }
  std::size_t Wanted() const {
    return reconciler_->desired().prefixes().size() + reconciler_->desired().forwards().size();
  }

  ModelKernel kernel_;
  std::unique_ptr<Executor> executor_ = kernel_.Open();
  std::unique_ptr<Reconciler> reconciler_ = std::make_unique<Reconciler>(Reconciler::Options{});
  TimePoint now_{std::chrono::seconds(1000)};
  TimePoint deadline_{};
  int reads_ = 0;
  int commits_ = 0;
  std::string full_;
};

}  // namespace natplan

#endif  // NATPLAN_TESTS_MODEL_RECONCILER_FIXTURE_H_
