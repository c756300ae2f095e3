// What somebody does to natplan's table, and what `natplan check` and `natplan watch` print about it.
#ifndef NATPLAN_TESTS_RECOVERY_ROW_H_
#define NATPLAN_TESTS_RECOVERY_ROW_H_

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace natplan::recovery {

// Something happens while a watch looks on. Texts are whole lines.
struct Step {
  // One program each, one after another; the watch sees them together.
  std::vector<std::string> commands = {};
  // Instead of them: what somebody tells an `nft -i` that goes on running, and so keeps its socket.
  std::string held = {};
  // What a watch prints of it, with programs' names and without their numbers.
  std::string heard = {};
  // Then, if it only reports, what would put it right (`differs: `);
  std::string differs = {};
  // and if it restores, what it did (`restored: `). None: just that.
  std::optional<std::string> restored = {};
};

struct Row {
  std::string scenario;  // by which the page's row is found
  // What another owner did before.
  std::string other_owner = "natplan add masquerade 10.9.0.0/24 --owner b";
  // What somebody does; and how it ends, where natplan cannot put it right alone.
  std::vector<Step> steps;
  // `natplan check` behind the first step.
  std::string check;
  int check_exit_code = 1;
  std::string check_error = {};
  // `natplan watch --restore` ends behind the first step, with exit code 3 and this on standard error.
  std::string refused = {};
  // What stands in the table as foreign once a watch restored what it could, as `natplan check` prints it.
  std::string left = {};
};

// Each line of `text` with `begin` before it.
std::string EachAfter(const std::string& begin, const std::string& text);

// What gtest prints beside a failure.
inline void PrintTo(const Row& row, std::ostream* out) { *out << row.scenario; }

// One for each row of the page.
std::vector<Row> Rows();

// The parts of that list, one a file.
std::vector<Row> EverythingRows();  // much of both tables is gone
std::vector<Row> PieceRows();       // a rule, an element, an attribute
std::vector<Row> ConflictRows();    // something stands in the way

}  // namespace natplan::recovery

#endif  // NATPLAN_TESTS_RECOVERY_ROW_H_
