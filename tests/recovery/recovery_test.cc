// Each row of the page on recovery with the real command on the running kernel: what `natplan check` prints,
// and what a `natplan watch` prints and does that was there when it happened.
#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/recovery/page.h"
#include "tests/recovery/row.h"
#include "tests/recovery/scene.h"
#include "tests/support/namespace.h"

namespace natplan::recovery {
namespace {

using testing::Ran;
using testing::RunInNamespaceOrSkip;
using testing::Sh;

Ran Check() { return Sh(std::string("natplan check ") + kFile); }

TEST(RecoveryRows, AreThoseOfThePage) {
  const std::vector<Row> rows = Rows();
  const std::vector<PageRow> page = ReadPage();
  for (const PageRow& on_page : page) {
    EXPECT_EQ(std::ranges::count(rows, on_page.columns.back(), &Row::scenario), 1) << on_page.what;
  }
  EXPECT_EQ(rows.size(), page.size());
}

class RecoveryTest : public ::testing::TestWithParam<Row> {};

TEST_P(RecoveryTest, CheckSaysWhatDiffersAndChangesNothing) {
  RunInNamespaceOrSkip([] {
    const Row& row = GetParam();
    Scene scene(row.other_owner);
    scene.Change(row.steps.front());
    const std::string left = Listing();
    const Ran check = Check();
    EXPECT_EQ(check.exit_code, row.check_exit_code);
    EXPECT_EQ(check.out, row.check);
    EXPECT_EQ(check.err, row.check_error);
    EXPECT_EQ(Listing(), left);
  });
}

TEST_P(RecoveryTest, AWatchSaysWhatDiffersAndChangesNothing) {
  RunInNamespaceOrSkip([] {
    const Row& row = GetParam();
    Scene scene(row.other_owner);
    Watch watch(/*restore=*/false);
    for (const Step& step : row.steps) {
      std::string left;
      watch.Meanwhile([&] {
        scene.Change(step);
        left = Listing();
      });
      watch.Prints(step.heard + EachAfter("differs: ", step.differs));
      EXPECT_EQ(Listing(), left);
    }
    scene.EndHolder();
    watch.Prints("");
    watch.Meanwhile(Scene::Apply);
    watch.Prints(row.steps.back().differs.empty() ? "" : "restored: everything is as wanted again\n");
    watch.Terminate();
  });
}

TEST_P(RecoveryTest, ARestoringWatchPutsItRight) {
  RunInNamespaceOrSkip([] {
    const Row& row = GetParam();
    Scene scene(row.other_owner);
    Watch watch(/*restore=*/true);
    for (const Step& step : row.steps) {
      watch.Meanwhile([&] { scene.Change(step); });
      watch.Prints(step.heard + EachAfter("restored: ", step.restored.value_or(step.differs)));
    }
    if (!row.refused.empty()) {
      watch.EndsItself(3, row.refused);
      EXPECT_EQ(Check().out, row.check);
      return;
    }
    watch.Terminate();
    (void)Sh("nft delete chain ip6 natplan first");  // which the row may have done
    const Ran check = Check();
    EXPECT_EQ(check.exit_code, 0) << check;
    EXPECT_EQ(check.out, row.left + "# equal: the kernel holds what " + kFile + " wants\n");
  });
}

INSTANTIATE_TEST_SUITE_P(Page, RecoveryTest, ::testing::ValuesIn(Rows()),
                         [](const auto& row) { return row.param.scenario; });

}  // namespace
}  // namespace natplan::recovery
