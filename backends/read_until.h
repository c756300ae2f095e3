// One reading, for whoever does not plan from it.
#ifndef NATPLAN_BACKENDS_READ_UNTIL_H_
#define NATPLAN_BACKENDS_READ_UNTIL_H_

#include <expected>

#include "core/plan/executor.h"
#include "core/values/error.h"
#include "core/values/snapshot.h"

namespace natplan {

// A snapshot; a torn reading is repeated until the deadline.
std::expected<Snapshot, Error> ReadUntil(TimePoint deadline, Executor& executor, const ReadRequest& request);

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_READ_UNTIL_H_
