#include "kernel_sim/chain_hook.h"

#include <array>
#include <cerrno>
#include <optional>

#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_HOOK_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kU32},         // NFTA_HOOK_HOOKNUM
    {AttributeKind::kU32},         // NFTA_HOOK_PRIORITY
    {AttributeKind::kString, 15},  // NFTA_HOOK_DEV
    {AttributeKind::kNested},      // NFTA_HOOK_DEVS
}};

constexpr std::int32_t kConntrackPriority = -200;  // NF_IP_PRI_CONNTRACK

bool IsInet(std::uint8_t family) {
  return family == NFPROTO_IPV4 || family == NFPROTO_IPV6 || family == NFPROTO_INET;
}

std::optional<ChainType> FindType(const Profile& profile, std::uint8_t family, std::string_view name) {
  if (name == "filter") return ChainType::kFilter;
  if (name == "nat" && profile.nat && IsInet(family)) return ChainType::kNat;
  if (name == "route" && IsInet(family)) return ChainType::kRoute;
  return std::nullopt;
}

bool HookExists(ChainType type, std::uint8_t family, std::uint32_t hook) {
  switch (type) {
    case ChainType::kNat:
      return hook <= NF_INET_POST_ROUTING && hook != NF_INET_FORWARD;
    case ChainType::kRoute:
      return hook == NF_INET_LOCAL_OUT;
    case ChainType::kFilter:
      break;
  }
  if (family == NFPROTO_ARP || family == NFPROTO_NETDEV) return hook <= 1;
  if (family == NFPROTO_INET) return hook <= NF_INET_INGRESS;
  return hook <= NF_INET_POST_ROUTING;
}

// Kernel: net/netfilter/nf_tables_api.c nft_chain_parse_netdev() (6.18). A device need not exist.
int ParseDevices(const AttributeTable<NFTA_HOOK_MAX + 1>& hook, BaseChain& out) {
  out.has_devices = true;
  out.devices.clear();
  if (hook[NFTA_HOOK_DEV]) {
    out.devices.emplace_back(ReadString(hook[NFTA_HOOK_DEV]));
  } else if (hook[NFTA_HOOK_DEVS]) {
    Attribute device;
    for (AttributeCursor cursor(hook[NFTA_HOOK_DEVS].payload); cursor.Next(device);) {
      if (device.type != NFTA_DEVICE_NAME) return EINVAL;
      out.devices.emplace_back(ReadString(device));
    }
  }
  return 0;
}

}  // namespace

const char* ChainTypeName(ChainType type) {
  switch (type) {
    case ChainType::kFilter:
      return "filter";
    case ChainType::kRoute:
      return "route";
    case ChainType::kNat:
      return "nat";
  }
  return "";
}

int ParseHook(const Profile& profile, const Request& request, bool create, BaseChain& out) {
  AttributeTable<NFTA_HOOK_MAX + 1> hook;
  if (const int error = hook.Parse(request[NFTA_CHAIN_HOOK], kPolicy)) return error;
  if (create && (!hook[NFTA_HOOK_HOOKNUM] || !hook[NFTA_HOOK_PRIORITY])) {
    request.extack->Blame(request[NFTA_CHAIN_NAME]);
    return ENOENT;
  }
  const BaseChain before = out;
  if (hook[NFTA_HOOK_HOOKNUM]) out.hook = ReadU32(hook[NFTA_HOOK_HOOKNUM]);
  if (hook[NFTA_HOOK_PRIORITY]) out.priority = static_cast<std::int32_t>(ReadU32(hook[NFTA_HOOK_PRIORITY]));
  if (!create && (out.hook != before.hook || out.priority != before.priority)) return EOPNOTSUPP;
  if (request[NFTA_CHAIN_TYPE]) {
    const auto type = FindType(profile, request.family, ReadString(request[NFTA_CHAIN_TYPE]));
    if (!type) {
      request.extack->Blame(request[NFTA_CHAIN_TYPE]);
      return ENOENT;
    }
    out.type = *type;
  }
  if (!HookExists(out.type, request.family, out.hook)) return EOPNOTSUPP;
  if (out.type == ChainType::kNat && out.priority <= kConntrackPriority) return EOPNOTSUPP;
  const bool ingress = request.family == NFPROTO_INET && out.hook == NF_INET_INGRESS;
  if (request.family == NFPROTO_NETDEV || ingress) return ParseDevices(hook, out);
  return hook[NFTA_HOOK_DEV] || hook[NFTA_HOOK_DEVS] ? EOPNOTSUPP : 0;
}

}  // namespace natplan::kernel_sim
