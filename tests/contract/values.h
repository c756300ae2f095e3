// Values for scenarios, in few words; the text must be right.
#ifndef NATPLAN_TESTS_CONTRACT_VALUES_H_
#define NATPLAN_TESTS_CONTRACT_VALUES_H_

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "core/values/intent.h"
#include "core/values/operation.h"

namespace natplan::contract {

inline constexpr const char* kOriginTable = "io.systemd.nat";
// A table that no context here looks at.
inline constexpr const char* kForeignTable = "foreign";

Masquerade Source(std::string_view prefix);
Forward To(std::uint16_t host_port, std::string_view endpoint, Protocol protocol = Protocol::kTcp);
Owner Named(std::string_view name);
TableId Ours(Family family = Family::kIp);
TableId Origin(Family family = Family::kIp);
// The element of masq_saddr, or of map_port_ipport, as operations of another program.
AddElements Adds(const TableId& table, std::initializer_list<std::string_view> prefixes);
DeleteElements Deletes(const TableId& table, std::initializer_list<std::string_view> prefixes);
AddElements Adds(const TableId& table, const Forward& forward);
DeleteElements Deletes(const TableId& table, const Forward& forward);

}  // namespace natplan::contract

#endif  // NATPLAN_TESTS_CONTRACT_VALUES_H_
