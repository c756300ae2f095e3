// Each row of the page on recovery has a scenario, and each scenario that it names exists.
#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"
#include "tests/contract/scenario.h"

namespace natplan::origin {
namespace {

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

struct Row {
  std::string what;
  std::vector<std::string> columns;
};

std::string Trim(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

// The rows of the page's tables, without their heads.
std::vector<Row> ReadRows() {
  std::ifstream page("docs/recovery.md");
  std::vector<Row> rows;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| ") || line.starts_with("| ---") || line.starts_with("| what somebody does"))
      continue;
    std::istringstream cells(line.substr(1));
    Row row;
    for (std::string cell; std::getline(cells, cell, '|');) row.columns.push_back(Trim(cell));
    row.what = row.columns.front();
    rows.push_back(std::move(row));
  }
  return rows;
}

bool ScenarioExists(const std::string& name) {
  return std::ranges::find(contract::Scenarios(), name, &contract::Scenario::name) !=
         contract::Scenarios().end();
}

TEST(RecoveryPage, SaysOfEachChangeWhatThreeReadersDoAndWhichScenarioShowsIt) {
  for (const Row& row : ReadRows()) {
    ASSERT_EQ(row.columns.size(), kColumns) << row.what;
    EXPECT_TRUE(std::ranges::none_of(row.columns, &std::string::empty)) << row.what;
    EXPECT_TRUE(ScenarioExists(row.columns.back())) << row.what << ": no scenario " << row.columns.back();
  }
}

TEST(RecoveryPage, HasEveryRow) {
  const std::vector<Row> rows = ReadRows();
  for (const std::string_view required : kRequired) {
    EXPECT_TRUE(std::ranges::any_of(
        rows, [&](const Row& row) { return row.what.find(required) != std::string::npos; }))
        << "no row for: " << required;
  }
}

TEST(RecoveryPage, WouldNoticeAScenarioThatDoesNotExist) { EXPECT_FALSE(ScenarioExists("NoSuchScenario")); }

}  // namespace
}  // namespace natplan::origin
