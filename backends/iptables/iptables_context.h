// NAT by rules of iptables, for kernels without nf_tables NAT.
#ifndef NATPLAN_BACKENDS_IPTABLES_IPTABLES_CONTEXT_H_
#define NATPLAN_BACKENDS_IPTABLES_IPTABLES_CONTEXT_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/iptables/iptables_runner.h"
#include "core/plan/backoff.h"
#include "core/plan/iptables_plan.h"
#include "core/plan/iptables_rule.h"
#include "core/plan/layout.h"
#include "core/plan/reconciler.h"
#include "core/values/error.h"
#include "core/values/intent.h"
#include "core/values/per_family.h"

namespace natplan {

// What a call came to.
struct IptablesReport {
  bool changed = false;  // or there is another state than before a change of which its program said it failed
  // What iptables-restore took, or in mode kPlan what it would be given.
  PerFamily<std::vector<std::string>> lines = {};
  std::vector<std::string> foreign =
      {};                        // rules with our comment that natplan does not make; in scope kOwn left
  std::vector<Error> lost = {};  // forwards that are held for longer and whose port another holds now
  std::vector<Error> unsupported = {};  // families in which something is to be done and nothing can be
  // For people: rules of natplan that the variant of iptables held that is not in use, a lock that could not
  // be had, a program that failed and did its work.
  std::vector<std::string> notes = {};
};

// What iptables holds of one table's name.
struct IptablesHeld {
  std::vector<OwnedIntent> intents = {};             // of all owners
  PerFamily<std::vector<std::string>> foreign = {};  // of RulesWithoutIntent()

  bool empty() const { return intents.empty() && IsEmpty(foreign); }
};

// The rules in the kernel are all the state there is: each call reads them, under the lock of natplan, and
// what it changes is one transaction a family. IPv4 and IPv6 are two programs and cannot be changed at once:
// if IPv6 is refused, IPv4 is put back. What the other variant of iptables holds of the same owners is taken
// away afterwards. That there are no rules of natplan is believed only if the kernel itself says so. No rule
// of another program is touched, no chain is flushed, no policy set. Not thread-safe. Throws nothing but
// std::bad_alloc.
class IptablesContext {
 public:
  struct Options {
    std::string table = kDefaultTable;  // named in the rules' comments
    std::uint64_t jitter_seed = 1;      // of the waits between tries
  };

  // Runs nothing. Refuses (kInvalidArgument) a table's name that does not fit into a comment.
  static std::expected<IptablesContext, Error> Make(std::unique_ptr<IptablesRunner>&& runner,
                                                    const Options& options);

  // Whether the kernel has any rule of this table's name, in either variant; runs no program.
  std::expected<bool, Error> Holds(TimePoint deadline);
  // What the rules of both variants say. A family that is not supported has none; kNotSupported if neither
  // is. An error, kUnreadable above all, wherever iptables cannot be read.
  std::expected<IptablesHeld, Error> Held(TimePoint deadline);
  std::expected<std::vector<OwnedIntent>, Error> Intents(TimePoint deadline);

  // Brings the rules to the wish. An error means that they are as they were, unless its text says which
  // family was changed, or its code is kUnknownOutcome. kConflict: a port in `wish.edited` that somebody else
  // holds. kNotSupported: no family in which something is wanted works. Rules that another program changed
  // between reading and changing are read again, until `deadline`, and so are rules after a change of which
  // nobody knows how it ended.
  std::expected<IptablesReport, Error> Apply(const IptablesWish& wish, Mode mode, TimePoint deadline);
  // The same for a wish that is made from what Intents() would say, such as one intent more for an owner. It
  // is made anew after each reading and under the lock, so that two processes with one owner lose nothing.
  using WishFrom = std::function<IptablesWish(const std::vector<OwnedIntent>& have)>;
  std::expected<IptablesReport, Error> Apply(const WishFrom& wish_from, Mode mode, TimePoint deadline);
  // How many changes were begun so far, whatever became of them: for a call that std::bad_alloc ended.
  std::size_t changes_begun() const { return changes_begun_; }

 private:
  IptablesContext(std::unique_ptr<IptablesRunner> runner, RuleTag tag, std::uint64_t jitter_seed);

  std::expected<bool, Error> Holds(IptablesSide side, Family family, TimePoint deadline);
  std::expected<SavedTable, Error> ReadFamily(IptablesSide side, Family family, TimePoint deadline);
  std::expected<std::optional<SavedTable>, Error> ReadBelieved(IptablesSide side, Family family,
                                                               std::optional<Error>& why, TimePoint deadline);
  std::expected<IptablesSnapshot, Error> Read(TimePoint deadline);
  std::expected<IptablesSnapshot, Error> ReadOther(TimePoint deadline);
  std::vector<Conflict> LeaveToOther(const IptablesSnapshot& other, const std::vector<OwnedIntent>& have,
                                     IptablesWish& wish) const;
  IptablesPlan PlanLeftovers(const IptablesSnapshot& other, const IptablesWish& wish) const;
  std::expected<void, Error> TakeAway(IptablesPlan leftovers, Mode mode, IptablesReport& report,
                                      TimePoint deadline);
  std::optional<Error> Missing(const PerFamily<bool>& wanted) const;
  std::expected<void, Error> Carry(const IptablesPlan& plan, TimePoint deadline);
  void TakeGuardBack(const IptablesPlan& plan, TimePoint deadline);
  std::expected<void, Error> Restore(IptablesSide side, Family family, const std::vector<std::string>& lines,
                                     bool check_only, TimePoint deadline);
  IptablesReport Report(IptablesPlan plan, const PerFamily<bool>& wanted, const std::string& lock_note) const;

  std::unique_ptr<IptablesRunner> runner_;
  RuleTag tag_;
  Backoff backoff_;
  std::size_t changes_begun_ = 0;
  PerFamily<std::optional<Error>> unsupported_;  // in this call
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_IPTABLES_CONTEXT_H_
