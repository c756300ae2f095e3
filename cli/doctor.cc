// natplan doctor: what this host can do, which backend natplan uses here and why, and what is wrong.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/iptables/iptables_tool.h"
#include "backends/iptables/program_search.h"
#include "cli/commands.h"
#include "cli/diagnosis.h"
#include "cli/file_findings.h"
#include "cli/host_rules.h"
#include "cli/interrupt.h"
#include "cli/kernel_access.h"
#include "cli/load.h"
#include "cli/switched_on.h"
#include "core/plan/probe.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace natplan::cli {
namespace {

constexpr const char* kProc = "/proc";

TimePoint DeadlineOf(const DoctorOptions& options) {
  return std::chrono::steady_clock::now() + options.deadline;
}

ProbeAnswers Probe(Family family, const DoctorOptions& options) {
  const Transaction probe = ProbeOf(family);
  auto kernel = OpenKernel();
  // The errno says whether there is netfilter at all. That this process gets no socket, by its limits or by
  // seccomp, says nothing of the kernel.
  if (!kernel) {
    const int reason = kernel.error().errno_value;
    if (kernel.error().code == ErrorCode::kNotSupported)
      return Interpret(probe, NotSent{.errno_value = reason});
    return ProbeAnswers{.nf_tables = {Presence::kUnknown, reason}};
  }
  return Interpret(probe, (*kernel)->Commit(probe, DeadlineOf(options)));
}

// `facts` are those that are known already.
DoctorFacts Gather(const DoctorOptions& options, DoctorFacts facts) {
  facts.process = ReadProcessFacts(kProc);
  facts.variants = FindIptablesVariants(ProgramSearch());
  bool can_nat = false;
  bool lacks_nat = false;
  for (const Family family : kFamilies) {
    facts.nf_tables[family] = Probe(family, options);
    can_nat = can_nat || facts.nf_tables[family].CanNat();
    lacks_nat = lacks_nat || facts.nf_tables[family].LacksNat();
  }
  const bool fallback = lacks_nat && !can_nat;
  IptablesTool tool({.prefer_legacy = fallback, .running = RunningProgram()});
  for (const Family family : kFamilies) {
    // Without permission iptables-legacy-save prints nothing, as if there were no rule.
    if (facts.nf_tables[family].permission.presence == Presence::kNo) {
      const std::unexpected<Error> forbidden(Error{.code = ErrorCode::kNotPermitted, .errno_value = EPERM});
      facts.iptables[family] = {.used = forbidden, .other = forbidden};
    } else {
      facts.iptables[family] = ReadIptablesFacts(tool, family, fallback, DeadlineOf(options));
    }
  }
  return facts;
}

std::string_view Text(Presence presence) {
  switch (presence) {
    case Presence::kYes:
      return "yes";
    case Presence::kNo:
      return "no";
    case Presence::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view YesOrNo(std::optional<bool> yes) { return !yes ? "unknown" : *yes ? "yes" : "no"; }

// Which variant the other one is depends on which one is used.
bool IsOtherUnknown(const DoctorFacts& facts, Family family) {
  const auto& other = facts.iptables[family].other;
  return facts.variants.plain == "unknown" && !other && other.error().code == ErrorCode::kNotSupported;
}

std::string Text(const std::expected<NatRules, Error>& rules) {
  if (rules) return fmt::format("{} ({} of natplan)", rules->count, rules->ours.size());
  return rules.error().code == ErrorCode::kNotSupported ? "it is not there" : "cannot be read";
}

std::string Text(const IptablesVariants& variants) {
  std::vector<std::string> installed;
  if (variants.legacy) installed.emplace_back("legacy");
  if (variants.nft) installed.emplace_back("nft");
  if (installed.empty() && variants.plain.empty()) return "not installed";
  if (installed.empty()) installed.emplace_back("neither legacy nor nft");
  return fmt::format("{} installed; iptables-save is {}", fmt::join(installed, " and "),
                     variants.plain.empty()        ? "missing"
                     : variants.plain == "unknown" ? "of a variant that natplan does not know"
                                                   : variants.plain);
}

std::string Text(const std::optional<InterfaceName>& interface) {
  return interface ? interface->name() : "an interface that no route leads to yet";
}

void Print(const DoctorFacts& facts, const Diagnosis& diagnosis, Console& console) {
  const ProcessFacts& process = facts.process;
  console.Line(
      fmt::format("kernel: {}", process.kernel_release.empty() ? "unknown" : process.kernel_release));
  console.Line(fmt::format("user namespace: {}", !process.initial_user_namespace   ? "unknown"
                                                 : *process.initial_user_namespace ? "the initial one"
                                                                                   : "not the initial one"));
  console.Line(fmt::format("CAP_NET_ADMIN: {}", YesOrNo(facts.process.net_admin)));
  for (const Family family : kFamilies) {
    std::vector<std::string> pieces;
    for (const PieceAnswer& piece : Pieces(facts.nf_tables[family]))
      pieces.push_back(fmt::format("{} {}", piece.name, Text(piece.answer.presence)));
    console.Line(fmt::format("family {}: {}", Name(family), fmt::join(pieces, ", ")));
  }
  console.Line(fmt::format("backend: {}: {}", Name(diagnosis.backend), diagnosis.reason));
  console.Line(fmt::format("iptables: {}", Text(facts.variants)));
  for (const Family family : kFamilies) {
    console.Line(fmt::format(
        "iptables NAT rules of family {}: {}; in the other variant: {}", Name(family),
        Text(facts.iptables[family].used),
        IsOtherUnknown(facts, family) ? "unknown which one that is" : Text(facts.iptables[family].other)));
  }
  for (const SysctlNeed& need : facts.sysctls) {
    console.Line(
        fmt::format("sysctl {}: {}", need.name, need.value ? std::to_string(*need.value) : "cannot be read"));
  }
  for (const std::string& one : facts.switched_on.on)
    console.Line(fmt::format("switched on by natplan: {}", one));
  for (const RouteNeed& need : facts.routes)
    console.Line(fmt::format("::1 is local to {}: {}", Text(need.interface), YesOrNo(need.met)));
  for (const Problem& problem : diagnosis.problems) {
    console.Line(fmt::format("problem: {}", problem.text), Style::kRemoved);
    console.Line(fmt::format("  cure: {}", problem.cure));
  }
  for (const std::string& unknown : diagnosis.unknown) console.Line("unknown: " + unknown, Style::kRemoved);
  if (!diagnosis.problems.empty()) return;
  console.Line(diagnosis.unknown.empty()
                   ? "# no problem found"
                   : "# no problem found where natplan could look, which is not everywhere",
               Style::kComment);
}

Json RulesJson(const std::expected<NatRules, Error>& rules) {
  if (!rules) return {{"error", rules.error().text}};
  return {{"rules", rules->count}, {"natplan", rules->ours}};
}

Json FamilyJson(const DoctorFacts& facts, Family family) {
  Json pieces = Json::object();
  for (const PieceAnswer& piece : Pieces(facts.nf_tables[family])) {
    std::string key(piece.name);
    std::ranges::replace(key, ' ', '_');
    pieces[key] = Json{{"answer", Text(piece.answer.presence)}, {"errno", piece.answer.errno_value}};
  }
  return {{"family", Name(family)},
          {"pieces", std::move(pieces)},
          {"iptables", RulesJson(facts.iptables[family].used)},
          {"other_iptables", RulesJson(facts.iptables[family].other)}};
}

Json OrNull(std::optional<bool> value) { return value ? Json(*value) : Json(nullptr); }

void PrintJson(const DoctorFacts& facts, const Diagnosis& diagnosis, Console& console) {
  Json families = Json::array();
  for (const Family family : kFamilies) families.push_back(FamilyJson(facts, family));
  Json sysctls = Json::array();
  for (const SysctlNeed& need : facts.sysctls) {
    const bool unread = need.sysctl && !need.value;
    sysctls.push_back({{"name", need.name},
                       {"value", need.value ? Json(*need.value) : Json(nullptr)},
                       {"met", unread && !need.met ? Json(nullptr) : Json(need.met)}});
  }
  Json routes = Json::array();
  for (const RouteNeed& need : facts.routes) {
    routes.push_back({{"target", need.target.ToString()},
                      {"interface", need.interface ? need.interface->name() : ""},
                      {"met", need.met}});
  }
  Json problems = Json::array();
  for (const Problem& problem : diagnosis.problems)
    problems.push_back({{"kind", problem.kind}, {"text", problem.text}, {"cure", problem.cure}});
  console.PrintJson(Json{
      {"kernel", facts.process.kernel_release.empty() ? Json(nullptr) : Json(facts.process.kernel_release)},
      {"initial_user_namespace", OrNull(facts.process.initial_user_namespace)},
      {"net_admin", OrNull(facts.process.net_admin)},
      {"backend", Name(diagnosis.backend)},
      {"reason", diagnosis.reason},
      {"families", std::move(families)},
      {"iptables",
       {{"legacy", facts.variants.legacy},
        {"nft", facts.variants.nft},
        {"plain", facts.variants.plain == "unknown" ? Json(nullptr) : Json(facts.variants.plain)}}},
      {"sysctls", std::move(sysctls)},
      {"sysctls_on", facts.switched_on.on},
      {"local_routes", std::move(routes)},
      {"problems", std::move(problems)},
      {"unknown", diagnosis.unknown}});
}

ExitCode CodeOf(const DoctorFacts& facts, const Diagnosis& diagnosis) {
  for (const ProbeAnswers& answers : facts.nf_tables) {
    if (answers.permission.presence == Presence::kNo) return ExitCode::kNotPermitted;
  }
  if (diagnosis.backend == ChosenBackend::kNone) return ExitCode::kNotSupported;
  if (!diagnosis.problems.empty()) return ExitCode::kProblem;
  if (diagnosis.backend == ChosenBackend::kUnknown) return ExitCode::kEnvironment;
  if (!diagnosis.unknown.empty()) return ExitCode::kUnreadable;
  return ExitCode::kDone;
}

}  // namespace

ExitCode Run(const DoctorOptions& options, Console& console) {
  DoctorFacts known{.asked_for = options.backend};
  std::vector<Intent> intents;
  if (options.file.empty()) {
    known.sysctls = ForwardingNeeds(kProc, {Family::kIp, Family::kIp6});
  } else {
    auto loaded = Load(options.file, options.deadline, options.json, console);
    if (!loaded) return loaded.error();
    intents = *std::move(loaded);
    known.sysctls = SysctlNeeds(HostView(), intents);
    known.routes = RouteNeeds(HostView(), intents);
  }
  known.switched_on = TextsOfStillOn(HostView());
  DoctorFacts facts = Gather(options, std::move(known));
  Diagnosis diagnosis = Diagnose(facts);
  const bool forbidden = CodeOf(facts, diagnosis) == ExitCode::kNotPermitted;
  if (!forbidden) {
    facts.findings = Look(intents, PlaceOf(kDefaultTable, diagnosis.backend == ChosenBackend::kIptables),
                          DeadlineOf(options));
    diagnosis = Diagnose(facts);
  }
  if (options.json) {
    PrintJson(facts, diagnosis, console);
  } else {
    Print(facts, diagnosis, console);
  }
  return CodeOf(facts, diagnosis);
}

}  // namespace natplan::cli
