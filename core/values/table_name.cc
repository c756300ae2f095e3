#include "core/values/table_name.h"

#include <algorithm>
#include <array>

namespace natplan {
namespace {

constexpr std::size_t kLongestName = 255;  // NFT_NAME_MAXLEN - 1

// What nft 1.0.6 reads as something else where the name of a table stands, and what later versions do. In
// order.
constexpr auto kWords = std::to_array<std::string_view>(
    {"accept",      "add",      "ah",       "all",     "and",       "arp",      "auto-merge", "bridge",
     "cgroup",      "chain",    "comment",  "comp",    "constant",  "continue", "counter",    "cpu",
     "create",      "ct",       "day",      "dccp",    "define",    "delete",   "describe",   "destroy",
     "device",      "devices",  "dnat",     "drop",    "dst",       "dup",      "dynamic",    "ecn",
     "element",     "elements", "eq",       "esp",     "ether",     "exists",   "expires",    "export",
     "exthdr",      "fib",      "flags",    "flow",    "flowtable", "flush",    "frag",       "fwd",
     "gc-interval", "ge",       "geneve",   "get",     "goto",      "gre",      "gretap",     "gt",
     "handle",      "hbh",      "hook",     "hour",    "ibriport",  "ibrname",  "icmp",       "icmpv6",
     "igmp",        "iif",      "iifgroup", "iifname", "iiftype",   "import",   "include",    "index",
     "inet",        "insert",   "interval", "ip",      "ip6",       "ipsec",    "jhash",      "jump",
     "le",          "limit",    "list",     "log",     "lshift",    "lt",       "map",        "mark",
     "masquerade",  "meta",     "meter",    "mh",      "missing",   "monitor",  "ne",         "netdev",
     "nftrace",     "not",      "notrack",  "numgen",  "obriport",  "obrname",  "offload",    "oif",
     "oifgroup",    "oifname",  "oiftype",  "or",      "osf",       "pkttype",  "policy",     "position",
     "priority",    "queue",    "quota",    "random",  "redefine",  "redirect", "reject",     "rename",
     "replace",     "reset",    "return",   "rshift",  "rt",        "rt0",      "rt2",        "rtclassid",
     "rule",        "ruleset",  "sctp",     "secmark", "set",       "size",     "skgid",      "skuid",
     "snat",        "socket",   "srh",      "symhash", "synproxy",  "table",    "tcp",        "th",
     "time",        "timeout",  "tproxy",   "type",    "typeof",    "udp",      "udplite",    "undefine",
     "update",      "vlan",     "vmap",     "vxlan",   "xor",       "xt"});
static_assert(std::ranges::is_sorted(kWords));

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool MayBegin(char c) { return IsLetter(c) || c == '_' || c == '.'; }
bool MayFollow(char c) { return MayBegin(c) || (c >= '0' && c <= '9') || c == '-' || c == '/'; }

}  // namespace

std::optional<std::string> WhyNoTableName(std::string_view name) {
  const std::string quoted = "\"" + std::string(name) + "\"";
  if (name.empty() || name.size() > kLongestName || !MayBegin(name.front()) ||
      !std::ranges::all_of(name, MayFollow)) {
    return quoted + " is no table name; write 1 to " + std::to_string(kLongestName) +
           " letters, digits and _ . - /, beginning with a letter, _ or .";
  }
  if (name == "." || std::ranges::binary_search(kWords, name))
    return quoted + " is a word of nft's, which could not read the table back; choose another name";
  return std::nullopt;
}

}  // namespace natplan
