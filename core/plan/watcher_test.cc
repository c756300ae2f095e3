#include "core/plan/watcher.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "core/plan/layout.h"
#include "core/text/nft_text.h"

namespace natplan {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const TableId kTable{Family::kIp, kDefaultTable};

// A look, or a repair, that found one chain without its rules.
Report Wrong() { return {.transaction = {.operations = {FlushChain{kTable, "output"}}}}; }
Report Right(std::vector<std::string> foreign = {}) { return {.foreign = std::move(foreign)}; }
Report Lost() {
  return {.lost = {Error{.code = ErrorCode::kConflict, .errno_value = EEXIST, .text = "bob has it"}}};
}
ForeignChange Flush() { return {.process = 7, .process_name = "nft", .lines = {"delete table ip natplan"}}; }

class WatcherTest : public testing::Test {
 protected:
  template <typename Wanted>
  bool Wants(Watcher& watcher) {
    return std::holds_alternative<Wanted>(watcher.Next(now_));
  }
  // When the next look or repair is, if that is not now.
  std::optional<TimePoint> Until(Watcher& watcher) {
    const WatchStep step = watcher.Next(now_);
    const auto* attend = std::get_if<AttendStep>(&step);
    return attend == nullptr ? std::nullopt : attend->until;
  }
  // Passes over the wait that is wanted; how long it was.
  std::chrono::nanoseconds PassWait(Watcher& watcher) {
    const TimePoint before = now_;
    if (const auto until = Until(watcher)) now_ = *until;
    return now_ - before;
  }
  void StartsRight(Watcher& watcher) {
    ASSERT_TRUE(Wants<LookStep>(watcher));
    watcher.OnLook(Right(), now_);
    ASSERT_TRUE(Wants<AttendStep>(watcher));
    ASSERT_FALSE(Until(watcher));
    ASSERT_TRUE(watcher.TakeLines().empty());
    now_ += seconds(100);
  }
  static std::vector<WatchEvent> Events(Watcher& watcher) {
    std::vector<WatchEvent> events;
    for (const WatchLine& line : watcher.TakeLines()) events.push_back(line.event);
    return events;
  }

  TimePoint now_{seconds(1000)};
};

TEST_F(WatcherTest, AChangeThatLeavesEverythingAsWantedIsNobodysBusiness) {
  Watcher watcher(WatchPolicy::kRestore);
  StartsRight(watcher);
  watcher.OnChange({.process = 8, .process_name = "natplan", .lines = {"add element ..."}});
  ASSERT_TRUE(Wants<LookStep>(watcher));
  watcher.OnLook(Right(), now_);
  EXPECT_TRUE(watcher.TakeLines().empty());
  EXPECT_TRUE(Wants<AttendStep>(watcher));
}

TEST_F(WatcherTest, AChangeThatTakesSomethingIsSaidAndPutRightAtOnce) {
  Watcher watcher(WatchPolicy::kRestore);
  StartsRight(watcher);
  watcher.OnChange(Flush());
  watcher.OnLook(Wrong(), now_);
  const std::vector<WatchLine> lines = watcher.TakeLines();
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0], (WatchLine{WatchEvent::kChanged, "delete table ip natplan", "nft (pid 7)"}));
  ASSERT_TRUE(Wants<RestoreStep>(watcher));
  watcher.OnRestored(Wrong(), now_);
  EXPECT_EQ(watcher.TakeLines(),
            (std::vector<WatchLine>{{WatchEvent::kRestored, "flush chain ip natplan output", ""}}));
  EXPECT_TRUE(Wants<AttendStep>(watcher));
}

TEST_F(WatcherTest, ReportSaysWhatWouldPutItRightOnceAndChangesNothing) {
  Watcher watcher(WatchPolicy::kReport);
  StartsRight(watcher);
  watcher.OnChange(Flush());
  watcher.OnLook(Wrong(), now_);
  EXPECT_EQ(Events(watcher), (std::vector{WatchEvent::kChanged, WatchEvent::kDiffers}));
  EXPECT_TRUE(Wants<AttendStep>(watcher));
  now_ += seconds(1);
  watcher.OnChange({.process = 7, .process_name = "nft", .lines = {"add element ip natplan x { 1 }"}});
  watcher.OnLook(Wrong(), now_);
  EXPECT_EQ(Events(watcher), std::vector{WatchEvent::kChanged}) << "the difference is known";
  now_ += seconds(1);
  watcher.OnChange({.process = 7, .process_name = "nft", .lines = {"add rule"}});
  watcher.OnLook(Right(), now_);
  EXPECT_EQ(Events(watcher), std::vector{WatchEvent::kRestored});
}

TEST_F(WatcherTest, ANameThatWouldSteerATerminalIsSaidEscaped) {
  Watcher watcher(WatchPolicy::kReport);
  StartsRight(watcher);
  watcher.OnChange({.process = 7, .process_name = "n\x1b[31m\nz", .lines = {"delete table ip natplan"}});
  watcher.OnLook(Wrong(), now_);
  const std::vector<WatchLine> lines = watcher.TakeLines();
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines[0].who, R"(n\x1b[31m\x0az (pid 7))");
}

TEST_F(WatcherTest, WhatIsForeignIsSaidOnceAndWithWhoPutItThere) {
  Watcher watcher(WatchPolicy::kRestore);
  StartsRight(watcher);
  watcher.OnChange({.process = 7, .process_name = "nft", .lines = {"add element a"}});
  watcher.OnLook(Right({"element a"}), now_);
  EXPECT_EQ(Events(watcher), (std::vector{WatchEvent::kChanged, WatchEvent::kForeign}));
  EXPECT_TRUE(Wants<AttendStep>(watcher)) << "nothing of ours is touched";
  now_ += seconds(1);
  watcher.OnChange({.process = 8, .process_name = "natplan", .lines = {"add element b"}});
  watcher.OnLook(Right({"element a"}), now_);
  EXPECT_TRUE(watcher.TakeLines().empty());
}

TEST_F(WatcherTest, AConflictIsSaidOnceAndItsEndToo) {
  Watcher watcher(WatchPolicy::kRestore);
  watcher.OnLook(Lost(), now_);
  EXPECT_EQ(Events(watcher), std::vector{WatchEvent::kLost});
  for (int i = 0; i < 3; ++i) {
    now_ += seconds(1);
    watcher.OnChange({.process_name = "natplan", .lines = {"x"}});
    watcher.OnLook(Lost(), now_);
    EXPECT_TRUE(watcher.TakeLines().empty());
    EXPECT_TRUE(Wants<AttendStep>(watcher));
  }
  now_ += seconds(1);
  watcher.OnChange({.process_name = "natplan", .lines = {"x"}});
  watcher.OnLook(Right(), now_);
  EXPECT_EQ(Events(watcher), std::vector{WatchEvent::kRegained});
}

TEST_F(WatcherTest, AConflictIsSaidBehindWhatBroughtIt) {
  Watcher watcher(WatchPolicy::kRestore);
  StartsRight(watcher);
  watcher.OnChange({.process = 7, .process_name = "natplan", .lines = {"add element a"}});
  watcher.OnLook(Lost(), now_);
  EXPECT_EQ(Events(watcher), (std::vector{WatchEvent::kChanged, WatchEvent::kLost}));
}

TEST_F(WatcherTest, LostNotificationsLeadToALookAtEverything) {
  Watcher watcher(WatchPolicy::kReport);
  StartsRight(watcher);
  watcher.OnOverrun();
  EXPECT_EQ(Events(watcher), std::vector{WatchEvent::kProblem});
  EXPECT_TRUE(Wants<LookStep>(watcher));
}

TEST_F(WatcherTest, LooksHaveTimeBetweenThemHoweverMuchIsGoingOn) {
  Watcher watcher(WatchPolicy::kReport);
  StartsRight(watcher);
  const TimePoint begin = now_;
  int looks = 0;
  while (now_ - begin < seconds(1)) {
    watcher.OnChange({.process_name = "busy", .lines = {"x"}});
    if (Wants<LookStep>(watcher)) {
      ++looks;
      watcher.OnLook(Right(), now_);
    }
    now_ += milliseconds(1);
  }
  EXPECT_GE(looks, 10);
  EXPECT_LE(looks, 21);
}

TEST_F(WatcherTest, AProgramThatUndoesEachRepairIsMetWithLongerWaitsAndThenLeftAlone) {
  Watcher watcher(WatchPolicy::kRestore);
  StartsRight(watcher);
  int repairs = 0;
  std::chrono::nanoseconds last{0};
  const TimePoint begin = now_;
  while (!Wants<StopStep>(watcher)) {
    ASSERT_LT(now_ - begin, seconds(120)) << "it never stops";
    watcher.OnChange(Flush());
    if (Wants<LookStep>(watcher)) {
      watcher.OnLook(Wrong(), now_);
      const auto waited = PassWait(watcher);
      if (Wants<RestoreStep>(watcher)) {
        EXPECT_GE(waited, last);
        last = waited;
        ++repairs;
        watcher.OnRestored(Wrong(), now_);
      }
    }
    PassWait(watcher);
    (void)watcher.TakeLines();
  }
  EXPECT_EQ(repairs, 12);
  EXPECT_GE(last, seconds(4));
  EXPECT_EQ(std::get<StopStep>(watcher.Next(now_)).error.code, ErrorCode::kConflict);
}

TEST_F(WatcherTest, RepairsThatAreFarApartGoOnForEver) {
  Watcher watcher(WatchPolicy::kRestore);
  StartsRight(watcher);
  for (int i = 0; i < 50; ++i) {
    watcher.OnChange(Flush());
    watcher.OnLook(Wrong(), now_);
    ASSERT_TRUE(Wants<RestoreStep>(watcher)) << "at once, time " << i;
    watcher.OnRestored(Wrong(), now_);
    now_ += seconds(61);
  }
}

TEST_F(WatcherTest, AFailureIsSaidOnceAndTriedAgainLater) {
  Watcher watcher(WatchPolicy::kRestore);
  const Result failure = std::unexpected(Error{.code = ErrorCode::kNoMemory, .text = "none left"});
  std::chrono::nanoseconds last{0};
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(Wants<LookStep>(watcher));
    watcher.OnLook(failure, now_);
    EXPECT_EQ(Events(watcher), i == 0 ? std::vector{WatchEvent::kProblem} : std::vector<WatchEvent>());
    const auto waited = PassWait(watcher);
    EXPECT_GE(waited, last);
    EXPECT_LE(waited, seconds(5));
    last = waited;
  }
  EXPECT_EQ(last, seconds(5));
  watcher.OnLook(Wrong(), now_);
  ASSERT_TRUE(Wants<RestoreStep>(watcher));
  watcher.OnRestored(failure, now_);
  EXPECT_TRUE(Until(watcher));
  PassWait(watcher);
  EXPECT_TRUE(Wants<LookStep>(watcher));
}

TEST_F(WatcherTest, AFailureIsSaidBehindWhatWasChangedBeforeIt) {
  Watcher watcher(WatchPolicy::kRestore);
  StartsRight(watcher);
  watcher.OnChange(Flush());
  watcher.OnLook(std::unexpected(Error{.code = ErrorCode::kConflict, .text = "another layout"}), now_);
  EXPECT_EQ(Events(watcher), (std::vector{WatchEvent::kChanged, WatchEvent::kProblem}));
  PassWait(watcher);
  watcher.OnLook(Wrong(), now_);
  EXPECT_EQ(Events(watcher), std::vector<WatchEvent>()) << "what was said is not said again";
}

TEST_F(WatcherTest, WithoutPermissionThereIsNoUseInGoingOn) {
  Watcher watcher(WatchPolicy::kReport);
  watcher.OnLook(std::unexpected(Error{.code = ErrorCode::kNotPermitted, .text = "no"}), now_);
  EXPECT_TRUE(Wants<StopStep>(watcher));
}

TEST_F(WatcherTest, AFloodOfChangesIsCountedAndNotKept) {
  Watcher watcher(WatchPolicy::kReport);
  StartsRight(watcher);
  for (int i = 0; i < 100000; ++i) watcher.OnChange(Flush());
  watcher.OnLook(Wrong(), now_);
  const std::vector<WatchLine> lines = watcher.TakeLines();
  EXPECT_EQ(lines.size(), 102U);
  EXPECT_EQ(lines[100].text, "and 99900 more transactions");
}

}  // namespace
}  // namespace natplan
