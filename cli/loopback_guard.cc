#include "cli/loopback_guard.h"

#include <algorithm>
#include <utility>

#include "backends/iptables/kernel_rules.h"
#include "backends/read_until.h"
#include "cli/kernel_access.h"
#include "core/plan/extra_rules.h"
#include "core/text/iptables_text.h"

namespace natplan::cli {
namespace {

bool IsGuard(const TableSnapshot& table) {
  const ChainPlan& guard = *LoopbackGuard(Family::kIp);
  return !table.dormant && std::ranges::any_of(table.chains, [&](const ChainSnapshot& chain) {
    return chain.name == guard.name && chain.base == guard.base && !chain.rules.empty() &&
           chain.rules.front().expressions == guard.forms.front();
  });
}

std::expected<bool, Error> IsGuardedByNftables(TimePoint deadline) {
  auto kernel = OpenKernel();
  if (!kernel) return std::unexpected(std::move(kernel.error()));
  const auto snapshot = ReadUntil(deadline, **kernel, {.tables = {{Family::kIp, kDefaultTable}}});
  if (!snapshot) return std::unexpected(snapshot.error());
  return std::ranges::any_of(snapshot->tables, IsGuard);
}

}  // namespace

std::expected<bool, Error> IsLoopbackGuarded(TimePoint deadline) {
  const auto by_nftables = IsGuardedByNftables(deadline);
  if (by_nftables ? *by_nftables : by_nftables.error().code != ErrorCode::kNotSupported) return by_nftables;
  for (const IptablesVariant variant : {IptablesVariant::kNft, IptablesVariant::kLegacy}) {
    const auto by_iptables = KernelHasComment(variant, Family::kIp, "raw", kNatplanComment, deadline);
    if (!by_iptables || *by_iptables) return by_iptables;
  }
  return false;
}

}  // namespace natplan::cli
