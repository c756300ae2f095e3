// What somebody committed, as the kernel tells it to whoever listens.
#ifndef NATPLAN_CORE_VALUES_CHANGE_H_
#define NATPLAN_CORE_VALUES_CHANGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/values/operation.h"

namespace natplan {

struct Change {
  TableId table = {};
  std::uint32_t port = 0;  // of the socket that made it
  std::optional<Operation> operation = {};
  std::string other = {};                  // where no operation says it: what was changed, in a line
  std::optional<AppendRule> deleted = {};  // of DeleteRule, which has a handle alone: the rule that went
  friend bool operator==(const Change&, const Change&) = default;
};

// One commit: what it changed in the tables that were asked for.
struct CommittedBatch {
  std::uint32_t generation = 0;   // that it made
  std::uint32_t port = 0;         // of the socket that committed
  std::uint32_t process = 0;      // its process id in the initial pid namespace
  std::string process_name = {};  // any bytes: anybody can choose it
  std::vector<Change> changes = {};
  std::size_t omitted = 0;  // elements and other changes beyond those that the reader keeps
  // Everything that came was understood. If not, anything may have changed.
  bool whole = true;
  friend bool operator==(const CommittedBatch&, const CommittedBatch&) = default;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_CHANGE_H_
