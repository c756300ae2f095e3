// Every item of the origin's checklist has a runner, and every runner that the list names exists.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/contract/scenario.h"

namespace natplan::origin {
namespace {

constexpr int kLastItem = 77;

struct Entry {
  int item = 0;
  std::string kind;
  std::string runner;
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Entry> ReadChecklist() {
  std::istringstream lines(ReadFile("tests/origin/checklist.txt"));
  std::vector<Entry> entries;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    Entry entry;
    words >> entry.item >> entry.kind >> std::ws;
    std::getline(words, entry.runner);
    entries.push_back(entry);
  }
  return entries;
}

// "FILE SUITE.NAME"
bool TestExists(const std::string& runner) {
  static const std::regex kRunner(R"((\S+) (\w+)\.(\w+))");
  std::smatch match;
  if (!std::regex_match(runner, match, kRunner)) return false;
  const std::regex test(R"(TEST(_F|_P)?\()" + match[2].str() + R"(,\s*)" + match[3].str() + R"(\))");
  return std::regex_search(ReadFile(match[1]), test);
}

bool ScenarioExists(const std::string& name) {
  return std::ranges::find(contract::Scenarios(), name, &contract::Scenario::name) !=
         contract::Scenarios().end();
}

TEST(Checklist, HasARunnerForEveryItem) {
  std::set<int> items;
  for (const Entry& entry : ReadChecklist()) items.insert(entry.item);
  for (int item = 1; item <= kLastItem; ++item) EXPECT_TRUE(items.contains(item)) << "item " << item;
  EXPECT_EQ(items.size(), static_cast<std::size_t>(kLastItem));
}

TEST(Checklist, NamesOnlyRunnersThatExist) {
  for (const Entry& entry : ReadChecklist()) {
    if (entry.kind == "scenario") {
      EXPECT_TRUE(ScenarioExists(entry.runner)) << "item " << entry.item << ": no scenario " << entry.runner;
    } else {
      EXPECT_EQ(entry.kind, "test") << "item " << entry.item;
      EXPECT_TRUE(TestExists(entry.runner)) << "item " << entry.item << ": no test " << entry.runner;
    }
  }
}

TEST(Checklist, WouldNoticeARunnerThatDoesNotExist) {
  EXPECT_FALSE(ScenarioExists("NoSuchScenario"));
  EXPECT_FALSE(TestExists("tests/origin/checklist_test.cc Checklist.NoSuchTest"));
  EXPECT_FALSE(TestExists("no/such_file.cc Checklist.NamesOnlyRunnersThatExist"));
  EXPECT_TRUE(TestExists("tests/origin/checklist_test.cc Checklist.NamesOnlyRunnersThatExist"));
}

}  // namespace
}  // namespace natplan::origin
