// The table filter of iptables, as iptables-save prints it.
#ifndef NATPLAN_CORE_FOREIGN_SAVED_FILTER_H_
#define NATPLAN_CORE_FOREIGN_SAVED_FILTER_H_

#include <expected>
#include <string_view>
#include <vector>

#include "core/text/iptables_text.h"
#include "core/values/error.h"

namespace natplan::foreign {

struct SavedFilter {
  std::vector<SavedRule> rules = {};
  bool forward_drops = false;  // the policy of chain FORWARD
};

// No table filter is one without rules. Errors: those of ReadSavedTable().
std::expected<SavedFilter, Error> ReadSavedFilter(std::string_view text);

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_SAVED_FILTER_H_
