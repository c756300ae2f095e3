// What the table holds, and what it should hold, as sorted lines of text: their difference is readable.
#ifndef NATPLAN_TESTS_STRESS_KERNEL_LINES_H_
#define NATPLAN_TESTS_STRESS_KERNEL_LINES_H_

#include <map>
#include <set>
#include <string>

#include "core/values/owner.h"
#include "core/values/snapshot.h"
#include "tests/stress/wishes.h"

namespace natplan::stress {

using Lines = std::set<std::string>;

// What natplan's table must hold for these owners. Finds the union of the prefixes by comparing each with
// each.
Lines LinesOf(const std::map<Owner, Wishes>& wishes);

// What it holds. Anything that natplan does not write is a line too.
Lines LinesOf(const Snapshot& snapshot);

// What `nft` lists of the set of prefixes: another program's reading of the same bytes.
Lines MasqueradesListedByNft();

// The lines of the same kind among these.
Lines MasqueradesAmong(const Lines& lines);

// Those of `expected` that are not in `found`, and the reverse; empty if there are none.
std::string Difference(const Lines& expected, const Lines& found);

}  // namespace natplan::stress

#endif  // NATPLAN_TESTS_STRESS_KERNEL_LINES_H_
