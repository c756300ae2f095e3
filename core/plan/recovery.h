// What a refusal means. The key is errno, operation and offset, never the errno alone.
#ifndef NATPLAN_CORE_PLAN_RECOVERY_H_
#define NATPLAN_CORE_PLAN_RECOVERY_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/values/error.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"

namespace natplan {

// Exactly one of four: somebody `committed` since the plan was made; give up with `error`; go on without the
// `unsupported` families; or read again and plan again, and if the same refusal comes back although nothing
// explains it, give up with `if_repeated`.
struct Recovery {
  bool committed = false;
  std::optional<Error> error = {};
  std::map<Family, Error> unsupported = {};
  std::optional<Error> if_repeated = {};
};

Recovery Classify(const Transaction& transaction, const Refused& refused);
Error Classify(const NotSent& not_sent);
// Of a read that is not merely torn.
Error Classify(const ReadFailure& failure);

// What is said of a table that nobody but another socket may change.
std::string OwnedByASocket(const TableId& table);

// Makes what stopped the rest of a call the error of the call (kUnknownOutcome): `done` says what was carried
// out before. Stays as it was if it throws std::bad_alloc.
void SayPart(std::string_view done, Error& error);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_RECOVERY_H_
