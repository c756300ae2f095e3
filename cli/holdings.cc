#include "cli/holdings.h"

#include <utility>

#include "cli/iptables_access.h"
#include "cli/kernel_access.h"
#include "core/plan/planner.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

std::expected<Holdings, Error> ReadNftables(const std::string& table, TimePoint deadline) {
  Holdings out;
  const Layout layout{table};
  auto kernel = OpenKernel();
  if (!kernel) return std::unexpected(std::move(kernel.error()));
  const auto snapshot = ReadUntil(deadline, **kernel, RequestFor(layout));
  if (!snapshot) return std::unexpected(snapshot.error());
  out.generation = snapshot->generation;
  for (const TableSnapshot& one : snapshot->tables) out.families.push_back(ListingOf(layout, one));
  return out;
}

}  // namespace

std::expected<Holdings, Error> ReadHoldings(const std::string& table, Backend backend, TimePoint deadline) {
  Holdings out;
  if (backend != Backend::kIptables) {
    auto by_nftables = ReadNftables(table, deadline);
    const bool lacking = !by_nftables && by_nftables.error().code == ErrorCode::kNotSupported;
    if (backend == Backend::kNftables || !(lacking || (by_nftables && by_nftables->families.empty())))
      return by_nftables;
    if (by_nftables) out = std::move(*by_nftables);
  }
  const auto intents = IptablesIntents(table, backend, deadline);
  if (!intents) return std::unexpected(intents.error());
  if (intents->empty() && backend == Backend::kAuto) return out;
  out.families = ListingsOf(*intents);
  out.backend = {.name = "iptables",
                 .reason = backend == Backend::kIptables
                               ? "it was asked for"
                               : fmt::format("nf_tables has no table {}, and these rules name it", table)};
  return out;
}

}  // namespace natplan::cli
