// What a planned transaction would change, as lines that were and lines that shall be.
#ifndef NATPLAN_CLI_DIFFERENCE_H_
#define NATPLAN_CLI_DIFFERENCE_H_

#include <string>
#include <vector>

#include "core/values/operation.h"
#include "core/values/snapshot.h"

namespace natplan::cli {

struct DifferenceLine {
  bool wanted = false;  // "+": missing in the kernel; else "-": there, and to be removed
  std::string text;     // in nft syntax, without a verb
  friend bool operator==(const DifferenceLine&, const DifferenceLine&) = default;
};

// `before` is the snapshot that the transaction was planned from. A chain whose policy differs and a dormant
// table are one line each way; of a chain that is emptied, each rule is a line. Of a table that is deleted
// and made again the lines are what it had and shall not have, and the other way round.
std::vector<DifferenceLine> Difference(const Transaction& transaction, const Snapshot& before);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_DIFFERENCE_H_
