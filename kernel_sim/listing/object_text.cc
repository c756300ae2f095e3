#include "kernel_sim/listing/object_text.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <cstdlib>
#include <optional>
#include <span>

#include "kernel_sim/listing/datatype.h"
#include "kernel_sim/listing/element_text.h"

namespace natplan::kernel_sim::listing {
namespace {

constexpr std::uint32_t kTableOwner = 0x2;    // NFT_TABLE_F_OWNER, of Linux 5.12
constexpr std::uint32_t kTablePersist = 0x4;  // NFT_TABLE_F_PERSIST, of Linux 6.9

// "a,b" of the names whose bits are set.
struct FlagName {
  std::uint32_t bit;
  const char* name;
};

std::string FlagsText(std::uint32_t flags, std::span<const FlagName> names) {
  std::string text;
  for (const FlagName& flag : names) {
    if ((flags & flag.bit) == 0) continue;
    text += (text.empty() ? "flags " : ",") + std::string(flag.name);
  }
  return text;
}

std::string HookName(std::uint8_t family, std::uint32_t number) {
  constexpr const char* kInet[] = {"prerouting", "input", "forward", "output", "postrouting", "ingress"};
  constexpr const char* kArp[] = {"input", "output"};
  constexpr const char* kNetdev[] = {"ingress", "egress"};
  std::span<const char* const> names = kInet;
  if (family == NFPROTO_ARP) names = kArp;
  if (family == NFPROTO_NETDEV) names = kNetdev;
  return number < names.size() ? names[number] : std::to_string(number);
}

// A named priority; some names are good for one hook alone.
struct StandardPriority {
  const char* name;
  int value;
  std::optional<std::uint32_t> hook = std::nullopt;
};

std::span<const StandardPriority> StandardPriorities(std::uint8_t family) {
  static constexpr StandardPriority kInet[] = {
      {"raw", -300}, {"mangle", -150}, {"dstnat", -100, NF_INET_PRE_ROUTING},
      {"filter", 0}, {"security", 50}, {"srcnat", 100, NF_INET_POST_ROUTING},
  };
  static constexpr StandardPriority kBridge[] = {
      {"dstnat", -300, NF_INET_PRE_ROUTING},
      {"filter", -200},
      {"out", 100, NF_INET_LOCAL_OUT},
      {"srcnat", 300, NF_INET_POST_ROUTING},
  };
  static constexpr StandardPriority kOthers[] = {{"filter", 0}};
  switch (family) {
    case NFPROTO_INET:
    case NFPROTO_IPV4:
    case NFPROTO_IPV6:
      return kInet;
    case NFPROTO_BRIDGE:
      return kBridge;
    default:
      return kOthers;
  }
}

// nft names a priority after the standard one that is at most ten away.
std::string PriorityText(std::uint8_t family, const Hook& hook) {
  constexpr std::int64_t kReach = 10;
  for (const StandardPriority& standard : StandardPriorities(family)) {
    const std::int64_t distance = std::int64_t{hook.priority} - standard.value;
    if (std::abs(distance) > kReach || (standard.hook && *standard.hook != hook.number)) continue;
    if (distance == 0) return standard.name;
    return standard.name + std::string(distance > 0 ? " + " : " - ") + std::to_string(std::abs(distance));
  }
  return std::to_string(hook.priority);
}

}  // namespace

std::string FamilyText(std::uint8_t family) {
  switch (family) {
    case NFPROTO_INET:
      return "inet";
    case NFPROTO_IPV4:
      return "ip";
    case NFPROTO_ARP:
      return "arp";
    case NFPROTO_NETDEV:
      return "netdev";
    case NFPROTO_BRIDGE:
      return "bridge";
    case NFPROTO_IPV6:
      return "ip6";
    default:
      return "unknown";
  }
}

std::string TableText(const TableKey& table) { return FamilyText(table.family) + ' ' + table.name; }

std::string TableFlagsText(const Table& table) {
  constexpr FlagName kNames[] = {
      {NFT_TABLE_F_DORMANT, "dormant"}, {kTableOwner, "owner"}, {kTablePersist, "persist"}};
  return FlagsText(table.flags, kNames);
}

std::string HookText(std::uint8_t family, const Hook& hook) {
  return "type " + hook.type + " hook " + HookName(family, hook.number) + " priority " +
         PriorityText(family, hook) + "; policy " + (hook.policy == NF_DROP ? "drop" : "accept") + ';';
}

std::string SetKind(const Set& set) { return (set.flags & NFT_SET_MAP) != 0 ? "map" : "set"; }

std::vector<std::string> SetStatements(const Set& set) {
  constexpr FlagName kFlags[] = {{NFT_SET_CONSTANT, "constant"},
                                 {NFT_SET_EVAL, "dynamic"},
                                 {NFT_SET_INTERVAL, "interval"},
                                 {NFT_SET_TIMEOUT, "timeout"}};
  std::vector<std::string> statements;
  std::string type = "type " + TypeText(set.key_type);
  if ((set.flags & NFT_SET_MAP) != 0) {
    type += " : " + (set.data_type == NFT_DATA_VERDICT ? "verdict" : TypeText(set.data_type));
  }
  statements.push_back(type);
  if (set.policy == NFT_SET_POL_MEMORY) statements.push_back("policy memory");
  // nft puts the number of elements there by itself where none can be added.
  if (set.size != 0 && (set.flags & NFT_SET_CONSTANT) == 0)
    statements.push_back("size " + std::to_string(set.size));
  // The flag timeout alone is not said where a default timeout says it below.
  const std::uint32_t implied = set.timeout_ms != 0 ? std::uint32_t{NFT_SET_TIMEOUT} : 0;
  if (!FlagsText(set.flags & ~implied, kFlags).empty()) statements.push_back(FlagsText(set.flags, kFlags));
  if (set.auto_merge) statements.push_back("auto-merge");
  if (set.timeout_ms != 0) statements.push_back("timeout " + TimeText(set.timeout_ms));
  if (set.gc_interval_ms != 0) statements.push_back("gc-interval " + TimeText(set.gc_interval_ms));
  if (!set.comment.empty()) statements.push_back("comment \"" + set.comment + '"');
  return statements;
}

}  // namespace natplan::kernel_sim::listing
