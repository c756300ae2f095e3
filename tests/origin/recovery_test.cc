// Each row of the page on recovery has a scenario, and each scenario that it names exists.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/contract/scenario.h"
#include "tests/recovery/page.h"

namespace natplan::origin {
namespace {

using recovery::PageRow;
using recovery::ReadPage;

// What must have a row: a piece of the row's first column.
constexpr std::string_view kRequired[] = {"nft flush ruleset",
                                          "nft flush table",
                                          "nft delete set",
                                          "nft delete element",
                                          "nft flush chain",
                                          "nft insert rule",
                                          "rules in another order",
                                          "recreated with another type",
                                          "recreated with `size",
                                          "recreated with `flags timeout`",
                                          "flags dormant",
                                          "policy drop",
                                          "chain at another priority",
                                          "flags owner"};
constexpr std::size_t kColumns = 5;

bool ScenarioExists(const std::string& name) {
  return std::ranges::find(contract::Scenarios(), name, &contract::Scenario::name) !=
         contract::Scenarios().end();
}

TEST(RecoveryPage, SaysOfEachChangeWhatThreeReadersDoAndWhichScenarioShowsIt) {
  for (const PageRow& row : ReadPage()) {
    ASSERT_EQ(row.columns.size(), kColumns) << row.what;
    EXPECT_TRUE(std::ranges::none_of(row.columns, &std::string::empty)) << row.what;
    EXPECT_TRUE(ScenarioExists(row.columns.back())) << row.what << ": no scenario " << row.columns.back();
  }
}

TEST(RecoveryPage, HasEveryRow) {
  const std::vector<PageRow> rows = ReadPage();
  for (const std::string_view required : kRequired) {
    EXPECT_TRUE(std::ranges::any_of(
        rows, [&](const PageRow& row) { return row.what.find(required) != std::string::npos; }))
        << "no row for: " << required;
  }
}

TEST(RecoveryPage, WouldNoticeAScenarioThatDoesNotExist) { EXPECT_FALSE(ScenarioExists("NoSuchScenario")); }

}  // namespace
}  // namespace natplan::origin
