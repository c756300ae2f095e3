// Numbers of netlink and nf_tables in words.
#ifndef NATPLAN_CORE_WIRE_NUMBER_NAMES_H_
#define NATPLAN_CORE_WIRE_NUMBER_NAMES_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace natplan::wire {

struct NumberName {
  std::uint32_t number;
  std::string_view name;
};

// Names of the values of a number, or of its bits.
struct NumberNames {
  bool is_flags;
  std::span<const NumberName> names;
};

// The families of netfilter, NFPROTO_*.
extern const NumberNames kProtocols;

// Takes the bits that are named out of `bits` and appends their names, separated by |.
void AppendFlags(std::span<const NumberName> names, std::uint32_t& bits, std::string& text);
// The text of flags with the bits that have no name.
std::string WithRest(std::string text, std::uint32_t rest);
std::string Hexadecimal(std::uint32_t number);

// "5 (INTERVAL|ANONYMOUS)", "1 (accept)", or the number alone.
std::string NumberText(std::uint32_t number, const NumberNames* names);
// "ip", "ip6", "unspec"; a number where there is no name.
std::string ProtocolText(std::uint8_t protocol);
// "ENOENT"; a number where there is no name.
std::string ErrnoText(int errno_value);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_NUMBER_NAMES_H_
