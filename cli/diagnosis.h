// What the facts of a host come to: which backend natplan uses, and what is wrong. Pure.
#ifndef NATPLAN_CLI_DIAGNOSIS_H_
#define NATPLAN_CLI_DIAGNOSIS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/nat.h"
#include "cli/doctor_facts.h"
#include "cli/route_need.h"
#include "cli/switched_on.h"
#include "cli/sysctl_need.h"
#include "core/plan/probe.h"
#include "core/values/per_family.h"

namespace natplan::cli {

// One piece of nf_tables in one family.
struct PieceAnswer {
  std::string_view name;  // "nf_tables", "permission", "nat", "masq", "fib", "map types"
  ProbeAnswer answer;
};
std::vector<PieceAnswer> Pieces(const ProbeAnswers& answers);

struct Problem {
  std::string text;  // what is wrong
  std::string cure;  // what to do about it
  std::string kind;  // one word, for programs
  friend bool operator==(const Problem&, const Problem&) = default;
};

// What was found beyond what the kernel and iptables have.
struct Findings {
  std::vector<Problem> problems = {};
  std::vector<std::string> unknown = {};  // what could not be looked at, a sentence each
};

struct DoctorFacts {
  Backend asked_for = Backend::kAuto;
  ProcessFacts process = {};
  PerFamily<ProbeAnswers> nf_tables = {};
  IptablesVariants variants = {};
  PerFamily<IptablesFacts> iptables = {};
  std::vector<SysctlNeed> sysctls = {};
  SwitchedOnTexts switched_on = {};
  std::vector<RouteNeed> routes = {};
  Findings findings = {};
};

enum class ChosenBackend { kNftables, kIptables, kNone, kUnknown };
std::string_view Name(ChosenBackend backend);  // "nftables", "iptables", "none", "unknown"

struct Diagnosis {
  ChosenBackend backend = ChosenBackend::kUnknown;
  std::string reason = {};
  std::vector<Problem> problems = {};
  std::vector<std::string> unknown = {};  // as in Findings
};

// Where none is asked for, iptables is chosen only where nf_tables lacks a piece for certain, in each family
// that answered; a missing permission, and no answer at all, never choose it.
Diagnosis Diagnose(const DoctorFacts& facts);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_DIAGNOSIS_H_
