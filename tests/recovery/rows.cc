#include <iterator>
#include <sstream>
#include <utility>

#include "tests/recovery/row.h"

namespace natplan::recovery {

std::string EachAfter(const std::string& begin, const std::string& text) {
  std::istringstream lines(text);
  std::string result;
  for (std::string line; std::getline(lines, line);) result += begin + line + "\n";
  return result;
}

std::vector<Row> Rows() {
  std::vector<Row> rows;
  for (std::vector<Row> part : {EverythingRows(), PieceRows(), ConflictRows()}) {
    rows.insert(rows.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
  }
  return rows;
}

}  // namespace natplan::recovery
