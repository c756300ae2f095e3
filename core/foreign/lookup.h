// What a lookup in a set or map of another program comes to.
#ifndef NATPLAN_CORE_FOREIGN_LOOKUP_H_
#define NATPLAN_CORE_FOREIGN_LOOKUP_H_

#include <utility>
#include <vector>

#include "core/foreign/registers.h"
#include "core/foreign/ruleset.h"

namespace natplan::foreign {

struct Found {
  Condition any = Condition::Perhaps();                      // that an element is found
  std::vector<std::pair<Verdict, Condition>> verdicts = {};  // of a verdict map, by verdict
  bool understood = false;
};

// `set` may be null: it was not read.
Found LookUp(const SetContents* set, const Registers& registers, Register from);

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_LOOKUP_H_
