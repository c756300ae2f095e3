// What a signal leads to at each moment of a change; each in a process of its own.
#include "cli/interrupt.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "cli/interruptible.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::ExitedWithCode;

constexpr const char* kUnchanged = "natplan: interrupted: nothing was changed\n";
constexpr const char* kUnknown = "natplan: interrupted: it is not known whether";
constexpr const char* kChanged = "natplan: interrupted: the change was made";
constexpr const char* kPart = "natplan: interrupted: a part of the change was made";

// A kernel that gives this answer, after something has happened.
class Kernel final : public Executor {
 public:
  Kernel(Outcome outcome, std::function<void()> meanwhile)
      : outcome_(std::move(outcome)), meanwhile_(std::move(meanwhile)) {}
  std::expected<Snapshot, ReadFailure> Read(const ReadRequest&, TimePoint) override { return Snapshot(); }
  Outcome Commit(const Transaction&, TimePoint) override {
    meanwhile_();
    return outcome_;
  }
  Drained Drain(const std::vector<TableId>&, std::uint32_t) override { return {}; }

 private:
  Outcome outcome_;
  std::function<void()> meanwhile_;
};

void Terminate() { raise(SIGTERM); }

// Of the process: 0 if no signal ended it.
[[noreturn]] void CommitAndSettle(const Outcome& outcome, const Result& result,
                                  const std::function<void()>& meanwhile, bool check_only = false) {
  CatchSignals(false);
  const auto kernel = Interruptible(std::make_unique<Kernel>(outcome, meanwhile));
  (void)kernel->Commit({.check_only = check_only}, {});
  Settle(result);
  _exit(0);
}

// Of three steps the first was carried out, and this is what comes of the second.
[[noreturn]] void StepAndSettle(const Outcome& outcome, const Result& result,
                                const std::function<void()>& meanwhile) {
  CatchSignals(false);
  const auto step = [](const Outcome& one, const std::function<void()>& during) {
    (void)Interruptible(std::make_unique<Kernel>(one, during), /*in_steps=*/true)->Commit({}, {});
  };
  step(Committed{}, [] {});
  StepDone(1, 3);
  step(outcome, meanwhile);
  if (std::holds_alternative<Committed>(outcome)) StepDone(2, 3);
  Settle(result);
  _exit(0);
}

const Outcome kRefused = Refused{.refusals = {Refusal{.errno_value = EEXIST}}};
const Result kMade = Report{.changed = true};
const Result kIdle = Report();
const Result kLost = std::unexpected(Error{.code = ErrorCode::kUnknownOutcome});
const Result kFailed = std::unexpected(Error{.code = ErrorCode::kConflict});

TEST(InterruptTest, TheExitStatusNamesTheSignal) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    EXPECT_EXIT((CatchSignals(false), raise(number)), ExitedWithCode(128 + number), kUnchanged);
  }
}

TEST(InterruptTest, ASignalThatIsIgnoredStaysIgnored) {
  EXPECT_EXIT((signal(SIGINT, SIG_IGN), CatchSignals(false), raise(SIGINT), _exit(0)), ExitedWithCode(0),
              "^$");
}

TEST(InterruptTest, ASignalThatWaitedWhileItWasBlockedIsTaken) {
  EXPECT_EXIT(
      {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigprocmask(SIG_BLOCK, &set, nullptr);
        raise(SIGTERM);
        CatchSignals(false);
      },
      ExitedWithCode(143), kUnchanged);
}

TEST(InterruptTest, DuringACommitTheAnswerIsAwaited) {
  EXPECT_EXIT(CommitAndSettle(Committed{}, kMade, Terminate), ExitedWithCode(143), kChanged);
  EXPECT_EXIT(CommitAndSettle(kRefused, kMade, Terminate), ExitedWithCode(143), kUnchanged);
  EXPECT_EXIT(CommitAndSettle(NotSent{}, kMade, Terminate), ExitedWithCode(143), kUnchanged);
}

TEST(InterruptTest, AnAnswerThatWasLostIsLookedFor) {
  EXPECT_EXIT(CommitAndSettle(Unknown{}, kMade, Terminate), ExitedWithCode(143), kChanged);
  EXPECT_EXIT(CommitAndSettle(Unknown{}, kIdle, Terminate), ExitedWithCode(143), kChanged);
  EXPECT_EXIT(CommitAndSettle(Unknown{}, kLost, Terminate), ExitedWithCode(143), kUnknown);
}

TEST(InterruptTest, AfterTheCallTheLineSaysWhatCameOfIt) {
  const auto nothing = [] {};
  EXPECT_EXIT((CatchSignals(false), Settle(kMade), raise(SIGINT)), ExitedWithCode(130), kChanged);
  EXPECT_EXIT((CatchSignals(false), Settle(kFailed), raise(SIGINT)), ExitedWithCode(130), kUnchanged);
  EXPECT_EXIT(CommitAndSettle(Committed{}, kMade, nothing), ExitedWithCode(0), "^$");
}

TEST(InterruptTest, AFailureAfterTheFirstOfTwoStepsIsNotNothing) {
  EXPECT_EXIT(CommitAndSettle(Committed{}, kFailed, Terminate), ExitedWithCode(143), kUnknown);
}

TEST(InterruptTest, BetweenTwoStepsASignalIsTakenAndAPartWasMade) {
  EXPECT_EXIT(StepAndSettle(Committed{}, kMade, Terminate), ExitedWithCode(143), kPart);
  EXPECT_EXIT(StepAndSettle(kRefused, kLost, Terminate), ExitedWithCode(143), kPart);
  EXPECT_EXIT((CatchSignals(false), StepDone(1, 2), raise(SIGTERM)), ExitedWithCode(143), kPart);
  EXPECT_EXIT((CatchSignals(false), StepDone(1, 2), Settle(kLost), raise(SIGTERM)), ExitedWithCode(143),
              kPart);
  EXPECT_EXIT((CatchSignals(false), StepDone(2, 2), raise(SIGTERM)), ExitedWithCode(143), kChanged);
  EXPECT_EXIT(StepAndSettle(kRefused, kLost, [] {}), ExitedWithCode(0), "^$");
}

TEST(InterruptTest, WhileAStepIsUnderWayNobodyKnowsAndNothingIsCalledWhole) {
  const auto twice = [] {
    raise(SIGINT);
    raise(SIGTERM);
  };
  const char* const between = "it is not known whether .* its new one or, with --steps, one between";
  EXPECT_EXIT(StepAndSettle(Committed{}, kMade, twice), ExitedWithCode(130), between);
  EXPECT_EXIT(StepAndSettle(Unknown{}, kLost, Terminate), ExitedWithCode(143), between);
  // A step was made, and whether it was the last one is not known yet.
  EXPECT_EXIT(
      {
        CatchSignals(false);
        (void)Interruptible(std::make_unique<Kernel>(Committed{}, [] {}), /*in_steps=*/true)->Commit({}, {});
        twice();
      },
      ExitedWithCode(130), between);
}

TEST(InterruptTest, WhatOnlyAsksTheKernelIsNotAwaited) {
  EXPECT_EXIT(CommitAndSettle(Committed{}, kMade, Terminate, true), ExitedWithCode(143), kUnchanged);
}

TEST(InterruptTest, ASecondSignalEndsItAtOnce) {
  const auto twice = [] {
    raise(SIGINT);
    raise(SIGTERM);
  };
  // The exit status is that of the first.
  EXPECT_EXIT(CommitAndSettle(Committed{}, kMade, twice), ExitedWithCode(130), kUnknown);
}

TEST(InterruptTest, AnAnswerThatDoesNotComeIsNotAwaitedForLong) {
  const auto for_ever = [] {
    raise(SIGTERM);
    for (;;) pause();
  };
  EXPECT_EXIT(CommitAndSettle(Committed{}, kMade, for_ever), ExitedWithCode(143), kUnknown);
}

TEST(InterruptTest, InJsonItIsAnError) {
  EXPECT_EXIT((dup2(STDERR_FILENO, STDOUT_FILENO), CatchSignals(true), raise(SIGTERM)), ExitedWithCode(143),
              "\\{\n  \"error\": \\{\n    \"code\": \"environment\"(.|\n)*\"text\": \"interrupted: nothing");
  // Not behind another output.
  EXPECT_EXIT((dup2(STDERR_FILENO, STDOUT_FILENO), CatchSignals(true), OutputBegins(), raise(SIGTERM)),
              ExitedWithCode(143), "^natplan: interrupted: nothing was changed\n$");
}

TEST(InterruptTest, WhatWasPutBackIsSaidAsLongAsNothingElseWasChanged) {
  const auto end_after = [](const char* parameters, const Result& result) {
    CatchSignals(false);
    SetPutBack("net.ipv4.ip_forward = 0");
    SetPutBack(parameters);
    Settle(result);
    raise(SIGTERM);
  };
  constexpr const char* kPutBack = "the table is unchanged, but net.ipv4.ip_forward = 0 was put back";
  EXPECT_EXIT(end_after("net.ipv4.ip_forward = 0", kFailed), ExitedWithCode(143), kPutBack);
  EXPECT_EXIT(end_after("net.ipv4.ip_forward = 0", kMade), ExitedWithCode(143), kChanged);
  EXPECT_EXIT(end_after("", kFailed), ExitedWithCode(143), kUnchanged);
  EXPECT_EXIT((dup2(STDERR_FILENO, STDOUT_FILENO), CatchSignals(true), SetPutBack("a = 0"), raise(SIGTERM)),
              ExitedWithCode(143), "\"text\": \"interrupted: the table is unchanged, but a = 0");
}

TEST(InterruptTest, AFullStandardErrorIsNotAwaited) {
  EXPECT_EXIT(
      {
        int ends[2];
        if (pipe2(ends, O_NONBLOCK) != 0) _exit(1);
        while (write(ends[1], "x", 1) == 1) {
        }
        fcntl(ends[1], F_SETFL, 0);
        dup2(ends[1], STDERR_FILENO);
        CatchSignals(false);
        raise(SIGTERM);
      },
      ExitedWithCode(143), "");
}

}  // namespace
}  // namespace natplan::cli
