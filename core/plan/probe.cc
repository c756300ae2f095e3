#include "core/plan/probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "core/plan/layout.h"
#include "core/plan/packet_fields.h"

namespace natplan {
namespace {

// Names of what is tried. Nothing of it is ever there for another program to see.
constexpr const char* kTable = "natplan.probe";
constexpr const char* kFibChain = "fib";
constexpr const char* kForwardChain = "forward";
constexpr const char* kMasqueradeChain = "masquerade";
constexpr const char* kMap = "map";

// dnat to meta l4proto . th dport map @map
Expressions ForwardRule(Family family) {
  Expressions out;
  AppendForward(family, kOriginRegisters, kMap, out);
  return out;
}

BaseChain Base(const char* type, Hook hook) {
  BaseChain base;
  base.type = type;
  base.hook = hook;
  return base;
}

class Interpreter {
 public:
  explicit Interpreter(const Transaction& probe) : probe_(probe) {}

  ProbeAnswers Of(const Refused& refused) {
    for (ProbeAnswer* answer : All()) answer->presence = Presence::kYes;
    for (const Refusal& refusal : refused.refusals) {
      if (!refusal.operation) return OfBatch(refusal);
      const Operation& operation = probe_.operations[*refusal.operation];
      if (std::holds_alternative<EnsureTable>(operation)) return OfTable(refusal);
      if (const auto* chain = std::get_if<EnsureChain>(&operation)) OfChain(*chain, refusal);
      if (std::holds_alternative<EnsureSet>(operation)) Lower(answers_.map_types, refusal, false);
      if (const auto* rule = std::get_if<AppendRule>(&operation)) OfRule(*rule, refusal);
    }
    return answers_;
  }

  // No answer of the kernel to any part.
  ProbeAnswers OfNone(int errno_value) {
    if (errno_value == EPERM) {
      answers_.permission = {Presence::kNo, EPERM};
    } else if (errno_value == EPROTONOSUPPORT) {
      answers_.nf_tables = {Presence::kNo, errno_value};
    } else {
      for (ProbeAnswer* answer : All()) *answer = {Presence::kUnknown, errno_value};
    }
    return answers_;
  }

 private:
  std::array<ProbeAnswer*, 6> All() {
    return {&answers_.nf_tables,  &answers_.permission, &answers_.nat,
            &answers_.masquerade, &answers_.fib,        &answers_.map_types};
  }

  // Nothing but `answer` is known: what stood before it in the batch was not looked at on its own.
  ProbeAnswers Only(ProbeAnswer ProbeAnswers::* answer, Presence presence, int errno_value) {
    const ProbeAnswer permission = answers_.permission;
    answers_ = {};
    answers_.permission = permission;
    answers_.*answer = {presence, errno_value};
    return answers_;
  }

  // The kernel looks for the permission first, then for nf_tables.
  ProbeAnswers OfBatch(const Refusal& refusal) {
    switch (refusal.errno_value) {
      case EPERM:
        return Only(&ProbeAnswers::permission, Presence::kNo, EPERM);
      case EOPNOTSUPP:
        return Only(&ProbeAnswers::nf_tables, Presence::kNo, EOPNOTSUPP);
      default:
        answers_ = {};
        return OfNone(refusal.errno_value);
    }
  }

  ProbeAnswers OfTable(const Refusal& refusal) {
    const bool missing = refusal.errno_value == EOPNOTSUPP || refusal.errno_value == EAFNOSUPPORT;
    return Only(&ProbeAnswers::nf_tables, missing ? Presence::kNo : Presence::kUnknown, refusal.errno_value);
  }

  // What a rule in a missing chain, or over a missing map, is refused for says nothing of the rule.
  void OfChain(const EnsureChain& chain, const Refusal& refusal) {
    if (chain.chain == kFibChain) return Lower(answers_.fib, refusal, false);
    Lower(answers_.nat, refusal, IsNamed(refusal));
    ProbeAnswer& rule = chain.chain == kForwardChain ? answers_.map_types : answers_.masquerade;
    if (rule.presence == Presence::kYes) rule = {};
  }

  void OfRule(const AppendRule& rule, const Refusal& refusal) {
    if (rule.chain == kFibChain) return Lower(answers_.fib, refusal, IsNamed(refusal));
    if (rule.chain == kMasqueradeChain) return Lower(answers_.masquerade, refusal, IsNamed(refusal));
    if (IsNamed(refusal) && refusal.missing_name == "nat") {
      Lower(answers_.nat, refusal, true);
      if (answers_.map_types.presence == Presence::kYes) answers_.map_types = {};
      return;
    }
    // Before 5.8 an IPv6 address and a port did not fit behind one another.
    Lower(answers_.map_types, refusal, refusal.errno_value == EOVERFLOW);
  }

  // ENOENT with a name is of what the name says; without, of a table, a chain or a set.
  static bool IsNamed(const Refusal& refusal) {
    return refusal.errno_value == ENOENT && !refusal.missing_name.empty();
  }

  // The first refusal counts; a later one only says that what it needs is not there.
  static void Lower(ProbeAnswer& answer, const Refusal& refusal, bool missing) {
    if (answer.presence != Presence::kYes) return;
    answer = {missing ? Presence::kNo : Presence::kUnknown, refusal.errno_value};
  }

  const Transaction& probe_;
  ProbeAnswers answers_;
};

}  // namespace

bool ProbeAnswers::CanNat() const {
  const std::array<Presence, 6> all = {nf_tables.presence,  permission.presence, nat.presence,
                                       masquerade.presence, fib.presence,        map_types.presence};
  return std::ranges::all_of(all, [](Presence presence) { return presence == Presence::kYes; });
}

bool ProbeAnswers::LacksNat() const {
  const std::array<Presence, 5> pieces = {nf_tables.presence, nat.presence, masquerade.presence, fib.presence,
                                          map_types.presence};
  return std::ranges::find(pieces, Presence::kNo) != pieces.end();
}

Transaction ProbeOf(Family family) {
  const TableId table{family, kTable};
  Transaction probe;
  probe.check_only = true;
  probe.operations = {
      EnsureTable{table},
      // Of type filter, which each kernel with nf_tables has: fib is answered for where nat is missing, too.
      EnsureChain{table, kFibChain, Base("filter", Hook::kPrerouting)},
      AppendRule{table,
                 kFibChain,
                 {FibExpression{kFibDestinationAddress, FibResult::kAddressType, kOriginRegisters.first}}},
      EnsureChain{table, kForwardChain, Base("nat", Hook::kPrerouting)},
      EnsureChain{table, kMasqueradeChain, Base("nat", Hook::kPostrouting)},
      EnsureSet{table, kMap, ForwardShape(family)},
      AppendRule{table, kForwardChain, ForwardRule(family)},
      AppendRule{table, kMasqueradeChain, {MasqueradeExpression{}}},
  };
  return probe;
}

ProbeAnswers Interpret(const Transaction& probe, const Outcome& outcome) {
  Interpreter interpreter(probe);
  if (const auto* refused = std::get_if<Refused>(&outcome)) return interpreter.Of(*refused);
  if (const auto* not_sent = std::get_if<NotSent>(&outcome)) return interpreter.OfNone(not_sent->errno_value);
  if (const auto* unknown = std::get_if<Unknown>(&outcome)) return interpreter.OfNone(unknown->errno_value);
  return interpreter.Of(Refused{});
}

}  // namespace natplan
