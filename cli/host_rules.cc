#include "cli/host_rules.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <linux/netlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <system_error>
#include <utility>
#include <variant>

#include "backends/iptables/iptables_tool.h"
#include "backends/iptables/kernel_rules.h"
#include "backends/netlink/linux_socket.h"
#include "backends/netlink/ruleset_query.h"
#include "cli/doctor_facts.h"
#include "cli/interrupt.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr std::size_t kMostNotes = 10;

template <std::size_t kSize>
Address AddressAt(const void* bytes) {
  std::array<std::uint8_t, kSize> out;
  std::memcpy(out.data(), bytes, kSize);
  return Address(out);
}

// The host's own; what could not be had is said in `unknown`, and then any address may be the host's.
std::vector<Address> OwnAddresses(std::vector<std::string>& unknown) {
  std::vector<Address> out;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) {
    unknown.push_back(
        fmt::format("which addresses the host has: {}", std::generic_category().message(errno)));
    return out;
  }
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> list(first, freeifaddrs);
  for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    if (one->ifa_addr->sa_family == AF_INET) {
      out.push_back(AddressAt<4>(&reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr));
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      out.push_back(AddressAt<16>(&reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr));
    }
  }
  std::erase_if(out, IsLoopback);
  return out;
}

bool HasRules(const foreign::Table& table) {
  return std::ranges::any_of(table.chains, [](const ChainSnapshot& chain) { return !chain.rules.empty(); });
}

std::expected<std::unique_ptr<NetlinkSocket>, Error> OpenSocket() {
  auto opened = LinuxSocket::Open();
  if (!opened) return std::unexpected(std::move(opened.error()));
  return *std::move(opened);
}

// What iptables-legacy-save prints; none if there is no rule of these tables.
std::optional<std::string> LegacyText(Family family, bool filters, std::vector<std::string>& unknown,
                                      TimePoint deadline) {
  const std::string what = fmt::format("the rules of {}-legacy", IptablesName(family));
  const auto has_nat = LegacyHasRules(family, "nat");
  // Of that one the chains' policies count, too.
  const auto has_filter = filters ? LegacyHasTable(family, "filter") : false;
  if (!has_nat || !has_filter) {
    unknown.push_back(what + ": " + (has_nat ? has_filter : has_nat).error().text);
    return std::nullopt;
  }
  if (!*has_nat && !*has_filter) return std::nullopt;
  const IptablesVariants variants = FindIptablesVariants(ProgramSearch());
  if (!variants.legacy && variants.plain != "legacy") {
    unknown.push_back(what + ": there are some, and no program is there that is known to show them");
    return std::nullopt;
  }
  auto text = IptablesTool({.prefer_legacy = true, .running = RunningProgram()})
                  .Save(IptablesSide::kUsed, family, deadline);
  if (text) return *std::move(text);
  unknown.push_back(what + ": " + text.error().text);
  return std::nullopt;
}

void ReadLegacy(bool filters, HostRulesRead& out, TimePoint deadline) {
  for (const Family family : kFamilies) {
    const auto text = LegacyText(family, filters, out.unknown, deadline);
    if (!text) continue;
    auto nat = ReadSavedTable(*text);
    // Where one cannot be read, the other one mostly cannot for the same reason.
    auto filter = nat ? ReadSavedTable(*text, "filter") : nat;
    if (nat) out.rules.legacy_nat[family] = std::move(nat->rules);
    if (filter) {
      out.rules.legacy_filter[family] = *std::move(filter);
    } else {
      out.unknown.push_back(
          fmt::format("the rules of {}-legacy: {}", IptablesName(family), filter.error().text));
    }
  }
}

}  // namespace

bool IsLoopback(const Address& address) {
  return address.family() == Family::kIp ? address.bytes()[0] == 127
                                         : address == Address::Parse("::1").value();
}

std::vector<Forward> ForwardsOf(std::span<const Intent> intents) {
  std::vector<Forward> out;
  for (const Intent& intent : intents) {
    if (const auto* forward = std::get_if<Forward>(&intent)) out.push_back(*forward);
  }
  return out;
}

HostRulesRead ReadHostRules(const foreign::OwnPlace& own, bool filters, TimePoint deadline) {
  HostRulesRead out;
  NetlinkQuery query(OpenSocket);
  const RulesetWish wish{.wanted = [&](const foreign::Table& table, const ChainSnapshot& chain) {
    const bool filter = chain.base->type == "filter" && chain.base->hook == Hook::kForward;
    return foreign::IsRival(table, chain, own) || (filters && filter);
  }};
  auto ruleset = ReadRuleset(query, wish, deadline);
  if (ruleset) {
    out.rules.nf_tables = *std::move(ruleset);
    for (const std::string& gap : out.rules.nf_tables.gaps) out.unknown.push_back(gap);
  } else if (ruleset.error().code != ErrorCode::kNotSupported) {
    out.unknown.push_back("what other programs have in nf_tables: " + ruleset.error().text);
  }
  ReadLegacy(filters, out, deadline);
  const bool any =
      filters ||
      std::ranges::any_of(out.rules.nf_tables.tables,
                          [](const foreign::Table& table) { return HasRules(table); }) ||
      std::ranges::any_of(out.rules.legacy_nat, [](const auto& rules) { return !rules.empty(); });
  if (any) out.rules.addresses = OwnAddresses(out.unknown);
  return out;
}

foreign::OwnPlace PlaceOf(const std::string& table, bool by_iptables) {
  return by_iptables ? foreign::InIptables(table) : foreign::InNftables(table);
}

std::vector<std::string> RivalNotes(std::span<const Intent> intents, const foreign::OwnPlace& own) {
  const std::vector<Forward> forwards = ForwardsOf(intents);
  if (forwards.empty()) return {};
  const HostRulesRead host =
      ReadHostRules(own, false, std::chrono::steady_clock::now() + std::chrono::seconds(1));
  std::vector<std::string> notes;
  std::size_t left_out = 0;
  for (const foreign::Rival& rival : foreign::RivalsOf(forwards, host.rules, own)) {
    if (!rival.understood) continue;
    if (notes.size() == kMostNotes) {
      ++left_out;
    } else {
      notes.push_back(rival.ToString());
    }
  }
  if (left_out > 0)
    notes.push_back(fmt::format("{} more such rules: natplan doctor FILE names them", left_out));
  for (const std::string& gap : host.rules.nf_tables.gaps)
    notes.push_back("not everything was looked at: " + gap);
  return notes;
}

}  // namespace natplan::cli
