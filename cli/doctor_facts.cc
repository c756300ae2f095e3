#include "cli/doctor_facts.h"

#include <linux/capability.h>

#include <cerrno>
#include <fstream>
#include <string_view>
#include <utility>

#include "backends/iptables/iptables_tool.h"
#include "backends/iptables/kernel_rules.h"
#include "cli/proc_text.h"
#include "core/plan/iptables_plan.h"
#include "core/text/iptables_text.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

std::optional<bool> HasNetAdmin(const std::filesystem::path& status) {
  std::ifstream file(status);
  std::string line;
  while (std::getline(file, line)) {
    constexpr std::string_view kKey = "CapEff:\t";
    if (!line.starts_with(kKey)) continue;
    const auto set = ParseHex(std::string_view(line).substr(kKey.size()));
    if (!set) return std::nullopt;
    return (*set >> CAP_NET_ADMIN & 1U) != 0;
  }
  return std::nullopt;
}

std::expected<NatRules, Error> Parse(Family family, std::expected<std::string, Error> text) {
  if (!text) return std::unexpected(std::move(text.error()));
  const auto saved = ReadSavedRules(family, *text);
  if (!saved) return std::unexpected(saved.error());
  // Of table raw nothing but natplan's rules is asked for, and there the kernel tells whether it has any.
  if (saved->incompatible == "nat") return std::unexpected(CannotShow(family, saved->incompatible));
  return NatRules{.count = saved->rules.size(), .ours = NatplanRules(family, *saved)};
}

std::expected<bool, Error> KernelHolds(IptablesRunner& runner, IptablesSide side, Family family,
                                       TimePoint deadline) {
  auto holds = runner.Holds(side, family, "nat", kNatplanComment, deadline);
  if (!holds || *holds || family != Family::kIp) return holds;
  return runner.Holds(side, family, "raw", kNatplanComment, deadline);
}

// What the program shows. Where that is none of natplan's rules, the kernel itself has to agree.
std::expected<NatRules, Error> ReadNatRules(IptablesRunner& runner, IptablesSide side, Family family,
                                            TimePoint deadline) {
  auto rules = Parse(family, runner.Save(side, family, deadline));
  const bool shows_none = rules ? rules->ours.empty() : rules.error().code == ErrorCode::kNotSupported;
  if (!shows_none) return rules;
  const auto holds = KernelHolds(runner, side, family, deadline);
  if (!holds) return std::unexpected(holds.error());
  if (!*holds) return rules;
  const std::string why = rules ? fmt::format("{}-save does not show them", IptablesName(family))
                                : "they cannot be read: " + rules.error().text;
  return std::unexpected(Error{.code = ErrorCode::kUnreadable,
                               .errno_value = EIO,
                               .text = "the kernel has rules of natplan there, and " + why});
}

}  // namespace

ProcessFacts ReadProcessFacts(const std::filesystem::path& proc) {
  ProcessFacts facts;
  if (const auto words = Words(std::ifstream(proc / "sys/kernel/osrelease")); !words.empty())
    facts.kernel_release = words.front();
  // Where nobody is mapped the file is empty, and there.
  if (std::ifstream map(proc / "self/uid_map"); map)
    facts.initial_user_namespace = Words(std::move(map)) == std::vector<std::string>{"0", "0", "4294967295"};
  facts.net_admin = HasNetAdmin(proc / "self/status");
  return facts;
}

IptablesVariants FindIptablesVariants(const ProgramSearch& programs) {
  IptablesVariants out{.legacy = !programs.Find("iptables-legacy-save").empty(),
                       .nft = !programs.Find("iptables-nft-save").empty()};
  if (const std::string plain = programs.Find("iptables-save"); !plain.empty()) {
    const auto variant = VariantOf(plain);
    out.plain = variant ? Name(*variant) : "unknown";
  }
  return out;
}

IptablesFacts ReadIptablesFacts(IptablesRunner& runner, Family family, bool try_nat, TimePoint deadline) {
  IptablesFacts facts{.used = ReadNatRules(runner, IptablesSide::kUsed, family, deadline),
                      .other = ReadNatRules(runner, IptablesSide::kOther, family, deadline)};
  if (!try_nat || !facts.used) return facts;
  // A rule for an address of the documentation's.
  const char* rule = family == Family::kIp ? "-I POSTROUTING 1 -s 192.0.2.1/32 -j MASQUERADE"
                                           : "-I POSTROUTING 1 -s 2001:db8::1/128 -j MASQUERADE";
  if (auto tried = runner.Restore(IptablesSide::kUsed, family, RestoreInput({rule}), true, deadline); !tried)
    facts.used = std::unexpected(std::move(tried.error()));
  return facts;
}

}  // namespace natplan::cli
