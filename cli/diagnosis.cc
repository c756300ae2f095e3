#include "cli/diagnosis.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/text/iptables_text.h"
#include "core/values/per_family.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

std::string ErrnoText(int errno_value) { return std::generic_category().message(errno_value); }

bool HasNoPermission(const ProbeAnswers& answers) { return answers.permission.presence == Presence::kNo; }

// What loads or builds a piece.
std::string_view CureOf(std::string_view piece, Family family) {
  if (piece == "nf_tables") {
    return family == Family::kIp ? "modprobe nf_tables, or a kernel with CONFIG_NF_TABLES_IPV4"
                                 : "modprobe nf_tables, or a kernel with CONFIG_NF_TABLES_IPV6";
  }
  if (piece == "nat") return "modprobe -a nft_chain_nat nft_nat, or a kernel with CONFIG_NFT_NAT";
  if (piece == "masq") return "modprobe nft_masq, or a kernel with CONFIG_NFT_MASQ";
  if (piece == "fib") {
    return family == Family::kIp ? "modprobe nft_fib_ipv4, or a kernel with CONFIG_NFT_FIB_IPV4"
                                 : "modprobe nft_fib_ipv6, or a kernel with CONFIG_NFT_FIB_IPV6";
  }
  return "a newer kernel: maps of address and port came with 5.6, and for IPv6 with 5.8";
}

class Doctor {
 public:
  explicit Doctor(const DoctorFacts& facts) : facts_(facts) {}

  Diagnosis Diagnose() {
    ChooseBackend();
    LookAtPermission();
    for (const Family family : kFamilies) LookAtPieces(family);
    for (const Family family : kFamilies) LookAtIptables(family);
    for (const SysctlNeed& need : facts_.sysctls) LookAt(need);
    for (const RouteNeed& need : facts_.routes) {
      if (!need.met) Say("localhost", need.Otherwise(), need.Cure());
    }
    const auto& [problems, unknown] = facts_.findings;
    out_.problems.insert(out_.problems.end(), problems.begin(), problems.end());
    const auto& may_be_on = facts_.switched_on.unknown;
    out_.unknown.insert(out_.unknown.end(), may_be_on.begin(), may_be_on.end());
    out_.unknown.insert(out_.unknown.end(), unknown.begin(), unknown.end());
    return std::move(out_);
  }

 private:
  void ChooseBackend() {
    ChooseOfItself();
    if (facts_.asked_for == Backend::kAuto || std::ranges::any_of(facts_.nf_tables, HasNoPermission)) return;
    if (facts_.asked_for == Backend::kNftables) {
      const bool lacking = out_.backend == ChosenBackend::kIptables || out_.backend == ChosenBackend::kNone;
      return Choose(lacking ? ChosenBackend::kNone : out_.backend, "nftables is asked for; " + out_.reason);
    }
    const bool usable = out_.backend != ChosenBackend::kNone &&
                        std::ranges::any_of(facts_.iptables, [](const IptablesFacts& facts) {
                          return facts.used.has_value();
                        });
    usable ? Choose(ChosenBackend::kIptables, "it is asked for")
           : Choose(ChosenBackend::kNone, "iptables is asked for, and cannot be used");
  }

  void ChooseOfItself() {
    const auto& [ip, ip6] = facts_.nf_tables.values;
    if (HasNoPermission(ip) || HasNoPermission(ip6)) {
      return Choose(ChosenBackend::kUnknown, "without CAP_NET_ADMIN the kernel does not say what it has");
    }
    if (ip.CanNat() && ip6.CanNat())
      return Choose(ChosenBackend::kNftables, "nf_tables has every piece that NAT needs");
    for (const Family family : kFamilies) {
      if (!facts_.nf_tables[family].CanNat()) continue;
      return Choose(ChosenBackend::kNftables,
                    fmt::format("nf_tables has every piece that NAT needs in family {}", Name(family)));
    }
    if (!ip.LacksNat() && !ip6.LacksNat())
      return Choose(ChosenBackend::kUnknown, "the kernel did not say what it has; nf_tables is tried");
    const std::string lacking = fmt::format("nf_tables lacks {}", Lacking());
    for (const Family family : kFamilies) {
      if (!facts_.iptables[family].used || NeedsNfTables()) continue;
      return Choose(ChosenBackend::kIptables, lacking + ", and iptables has NAT");
    }
    Choose(ChosenBackend::kNone, lacking + ", and iptables cannot be used either");
  }

  // Its variant nft is of no use where nf_tables has no NAT.
  bool NeedsNfTables() const { return !facts_.variants.legacy && facts_.variants.plain == "nft"; }

  void Choose(ChosenBackend backend, std::string reason) {
    out_.backend = backend;
    out_.reason = std::move(reason);
  }

  // "nf_tables in family ip, nat in family ip6".
  std::string Lacking() const {
    std::string out;
    for (const Family family : kFamilies) {
      for (const auto& [name, answer] : Pieces(facts_.nf_tables[family])) {
        if (answer.presence != Presence::kNo) continue;
        if (!out.empty()) out += ", ";
        out += name == "nf_tables" ? fmt::format("family {}", Name(family))
                                   : fmt::format("{} in family {}", name, Name(family));
      }
    }
    return out;
  }

  void LookAtPermission() {
    if (std::ranges::none_of(facts_.nf_tables, HasNoPermission)) return;
    std::string text = "CAP_NET_ADMIN over this network namespace is missing";
    // Root of a user namespace has the capability, and may be in a network namespace of somebody else.
    if (facts_.process.net_admin == true && facts_.process.initial_user_namespace == false) {
      text += ": the process has it in its user namespace, to which this network namespace does not belong";
    }
    Say("permission", std::move(text), "run as root, or inside `unshare -Urn`");
  }

  void LookAtPieces(Family family) {
    for (const auto& [name, answer] : Pieces(facts_.nf_tables[family])) {
      if (name == "permission") continue;
      if (answer.presence == Presence::kNo) {
        Say("nf_tables",
            fmt::format("the kernel has no {}",
                        name == "nf_tables"
                            ? fmt::format("nf_tables for family {}", Name(family))
                            : fmt::format("{} in family {} of nf_tables", name, Name(family))),
            std::string(CureOf(name, family)));
      } else if (answer.presence == Presence::kUnknown && answer.errno_value != 0) {
        out_.unknown.push_back(fmt::format("whether the kernel has {} in family {}: {}", name, Name(family),
                                           ErrnoText(answer.errno_value)));
      }
    }
  }

  void LookAtIptables(Family family) {
    const IptablesFacts& facts = facts_.iptables[family];
    const std::string_view tool = IptablesName(family);
    const bool wanted = out_.backend == ChosenBackend::kIptables || out_.backend == ChosenBackend::kNone;
    if (wanted && !facts.used) {
      Say("iptables", fmt::format("{} cannot be used: {}", tool, facts.used.error().text),
          fmt::format("install {} with NAT, or want nothing of family {}", tool, Name(family)));
    } else if (wanted && NeedsNfTables()) {
      Say("iptables", fmt::format("{} here is the variant that stands on nf_tables itself", tool),
          fmt::format("install {}-legacy, or want nothing of family {}", tool, Name(family)));
    }
    if (out_.backend == ChosenBackend::kNftables && facts.used && !facts.used->ours.empty()) {
      Say("iptables",
          fmt::format("{} has {} rules of natplan, of a time when nf_tables could not be used: {}", tool,
                      facts.used->ours.size(), facts.used->ours.front()),
          "both translate now: natplan remove --backend iptables");
    }
    const auto cannot_say = [](const std::expected<NatRules, Error>& rules) {
      return !rules && rules.error().code != ErrorCode::kNotSupported &&
             rules.error().code != ErrorCode::kNotPermitted;
    };
    if (!wanted && cannot_say(facts.used))
      out_.unknown.push_back(fmt::format("which rules {} has: {}", tool, facts.used.error().text));
    if (cannot_say(facts.other))
      out_.unknown.push_back(
          fmt::format("which rules {}-{} has: {}", tool, OtherVariant(), facts.other.error().text));
    if (!facts.other) return;
    if (!facts.other->ours.empty()) {
      Say("iptables",
          fmt::format("the variant of {} that is not in use has {} rules of natplan: {}", tool,
                      facts.other->ours.size(), facts.other->ours.front()),
          fmt::format("remove each with -D in place of -A, by {}-{}", tool, OtherVariant()));
    } else if (facts.other->count > 0) {
      Say("iptables",
          fmt::format("the variant of {} that is not in use has {} NAT rules of other programs", tool,
                      facts.other->count),
          fmt::format("a connection is translated by whoever comes first; look at them with {}-{} -t nat -S",
                      tool, OtherVariant()));
    }
  }

  // natplan uses what "iptables-save" is, or legacy on a kernel without nf_tables NAT.
  std::string OtherVariant() const {
    const bool legacy = facts_.variants.plain == "legacy" ||
                        (out_.backend == ChosenBackend::kIptables && facts_.variants.legacy);
    return legacy ? "nft" : "legacy";
  }

  static std::string ValueText(const SysctlNeed& need) {
    return need.value ? fmt::format("{} is {}", need.name, *need.value)
                      : fmt::format("{} cannot be set yet", need.name);
  }

  void LookAt(const SysctlNeed& need) {
    if (need.met) return;
    // There is a parameter, and it cannot be read.
    if (need.sysctl && !need.value) return out_.unknown.push_back(need.value.error().text);
    Say("sysctl", fmt::format("{}: {}", ValueText(need), need.otherwise), need.Cure());
  }

  void Say(std::string kind, std::string text, std::string cure) {
    out_.problems.push_back({std::move(text), std::move(cure), std::move(kind)});
  }

  const DoctorFacts& facts_;
  Diagnosis out_;
};

}  // namespace

std::vector<PieceAnswer> Pieces(const ProbeAnswers& answers) {
  return {{"nf_tables", answers.nf_tables},
          {"permission", answers.permission},
          {"nat", answers.nat},
          {"masq", answers.masquerade},
          {"fib", answers.fib},
          {"map types", answers.map_types}};
}

std::string_view Name(ChosenBackend backend) {
  switch (backend) {
    case ChosenBackend::kNftables:
      return "nftables";
    case ChosenBackend::kIptables:
      return "iptables";
    case ChosenBackend::kNone:
      return "none";
    case ChosenBackend::kUnknown:
      return "unknown";
  }
  return "unknown";
}

Diagnosis Diagnose(const DoctorFacts& facts) { return Doctor(facts).Diagnose(); }

}  // namespace natplan::cli
