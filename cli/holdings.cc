#include "cli/holdings.h"

#include <cerrno>
#include <set>
#include <utility>

#include "cli/iptables_access.h"
#include "cli/kernel_access.h"
#include "core/plan/planner.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

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

Error AlsoThere(const std::vector<OwnedIntent>& intents) {
  std::set<std::string> owners;
  for (const OwnedIntent& owned : intents) owners.insert(owned.owner.name());
  return {.code = ErrorCode::kConflict,
          .errno_value = EEXIST,
          .text = fmt::format("rules of iptables do NAT for natplan beside this table, of the owners {}; "
                              "`natplan list --backend iptables` shows them",
                              fmt::join(owners, ", "))};
}

}  // namespace

std::expected<Holdings, Error> ReadHoldings(const std::string& table, Backend backend, TimePoint deadline) {
  Holdings out;
  if (backend != Backend::kIptables) {
    auto by_nftables = ReadNftables(table, deadline);
    const bool lacking = !by_nftables && by_nftables.error().code == ErrorCode::kNotSupported;
    if (backend == Backend::kNftables || !(lacking || by_nftables)) return by_nftables;
    if (by_nftables) out = std::move(*by_nftables);
  }
  const auto intents = IptablesIntents(table, backend, deadline);
  if (!out.families.empty()) {
    if (!intents) out.beside = intents.error();
    if (intents && !intents->empty()) out.beside = AlsoThere(*intents);
    return out;
  }
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
