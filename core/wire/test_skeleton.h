// The origin's table as operations, written out by hand for the tests of the wire.
#ifndef NATPLAN_CORE_WIRE_TEST_SKELETON_H_
#define NATPLAN_CORE_WIRE_TEST_SKELETON_H_

#include <vector>

#include "core/values/operation.h"

namespace natplan::wire {

inline constexpr SetShape kPrefixShape4 = {.interval = true, .key_type = 7, .key_length = 4};
inline constexpr SetShape kPrefixShape6 = {.interval = true, .key_type = 8, .key_length = 16};
inline constexpr SetShape kPortShape4 = {
    .is_map = true, .key_type = 781, .key_length = 8, .data_type = 461, .data_length = 8};
inline constexpr SetShape kPortShape6 = {
    .is_map = true, .key_type = 781, .key_length = 8, .data_type = 525, .data_length = 20};

// Table, chains, set, map and rules of one family.
std::vector<Operation> Skeleton(const TableId& table);

// 10.0.2.0/28 and 240.0.0.0/4, or fd00::/8 and ff00::/8: the second range of each is open to the top.
AddElements Prefixes(const TableId& table);

// tcp 4711 to 1.2.3.4:815, or to 2001:db8::5:815.
AddElements Forwards(const TableId& table);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_TEST_SKELETON_H_
