// The page on recovery as its tests read it.
#ifndef NATPLAN_TESTS_RECOVERY_PAGE_H_
#define NATPLAN_TESTS_RECOVERY_PAGE_H_

#include <string>
#include <vector>

namespace natplan::recovery {

struct PageRow {
  std::string what;  // the first column
  std::vector<std::string> columns;
};

// The rows of the tables of docs/recovery.md, without their heads.
std::vector<PageRow> ReadPage();

}  // namespace natplan::recovery

#endif  // NATPLAN_TESTS_RECOVERY_PAGE_H_
