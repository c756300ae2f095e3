#include "cli/holdings.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <set>
#include <utility>

#include "backends/read_until.h"
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

Error AlsoThere(const IptablesHeld& held) {
  std::set<std::string> owners;
  for (const OwnedIntent& owned : held.intents) owners.insert(owned.owner.name());
  const std::string what =
      owners.empty()
          ? "iptables has rules that name natplan and that no forward or masquerade has, beside this table"
          : fmt::format("rules of iptables do NAT for natplan beside this table, of the owners {}",
                        fmt::join(owners, ", "));
  return {.code = ErrorCode::kConflict,
          .errno_value = EEXIST,
          .text = what + "; `natplan list --backend iptables` shows them"};
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
  const auto held = ReadIptables(table, backend, deadline);
  if (!out.families.empty()) {
    if (!held) out.beside = held.error();
    if (held && !held->empty()) out.beside = AlsoThere(*held);
    return out;
  }
  if (!held) return std::unexpected(held.error());
  if (held->empty() && backend == Backend::kAuto) return out;
  out.families = ListingsOf(held->intents, held->foreign);
  out.backend = {.name = "iptables",
                 .reason = backend == Backend::kIptables
                               ? "it was asked for"
                               : fmt::format("nf_tables has no table {}, and these rules name it", table)};
  return out;
}

std::expected<std::vector<FamilyListing>, Error> ReadBoth(const std::string& table, TimePoint deadline) {
  std::vector<FamilyListing> out;
  auto by_nftables = ReadNftables(table, deadline);
  if (!by_nftables && by_nftables.error().code != ErrorCode::kNotSupported)
    return std::unexpected(std::move(by_nftables.error()));
  if (by_nftables) out = std::move(by_nftables->families);
  auto by_iptables = ReadIptables(table, Backend::kAuto, deadline);
  if (!by_iptables) return std::unexpected(std::move(by_iptables.error()));
  std::ranges::move(ListingsOf(by_iptables->intents), std::back_inserter(out));
  return out;
}

}  // namespace natplan::cli
