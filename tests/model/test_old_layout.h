// Tables as natplan made them in layout 1, for tests of what becomes of them.
#ifndef NATPLAN_TESTS_MODEL_TEST_OLD_LAYOUT_H_
#define NATPLAN_TESTS_MODEL_TEST_OLD_LAYOUT_H_

#include "core/values/snapshot.h"

namespace natplan {

// The same wishes of the same owners, as layout 1 has them, of a table that a natplan of today made.
void ToLayout1(TableSnapshot& table);

}  // namespace natplan

#endif  // NATPLAN_TESTS_MODEL_TEST_OLD_LAYOUT_H_
