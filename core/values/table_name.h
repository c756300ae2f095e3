// Which names a table may have.
#ifndef NATPLAN_CORE_VALUES_TABLE_NAME_H_
#define NATPLAN_CORE_VALUES_TABLE_NAME_H_

#include <optional>
#include <string>
#include <string_view>

namespace natplan {

// Why natplan uses no table of this name, in one sentence; none if it may. The kernel takes more: a name is
// one that nft can read back without quotes, so that what nft lists, and what natplan plans, is text for nft.
std::optional<std::string> WhyNoTableName(std::string_view name);

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_TABLE_NAME_H_
