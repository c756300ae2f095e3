#include "tests/recovery/page.h"

#include <cstddef>
#include <fstream>
#include <sstream>
#include <utility>

namespace natplan::recovery {
namespace {

std::string Trim(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

}  // namespace

std::vector<PageRow> ReadPage() {
  std::ifstream page("docs/recovery.md");
  std::vector<PageRow> rows;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| ") || line.starts_with("| ---") || line.starts_with("| what somebody does"))
      continue;
    std::istringstream cells(line.substr(1));
    PageRow row;
    for (std::string cell; std::getline(cells, cell, '|');) row.columns.push_back(Trim(cell));
    row.what = row.columns.front();
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace natplan::recovery
