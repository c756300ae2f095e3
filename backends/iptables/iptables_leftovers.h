// What iptables holds of natplan on a host where nf_tables does its NAT by now.
#ifndef NATPLAN_BACKENDS_IPTABLES_IPTABLES_LEFTOVERS_H_
#define NATPLAN_BACKENDS_IPTABLES_IPTABLES_LEFTOVERS_H_

#include <cstddef>
#include <expected>
#include <set>
#include <utility>
#include <vector>

#include "backends/iptables/iptables_context.h"
#include "core/plan/reconciler.h"
#include "core/values/error.h"
#include "core/values/intent.h"

namespace natplan {

// Rules that act beside nf_tables until they are taken away. The kernel is asked whether there are any, until
// it says that there are none; only if there are, programs of iptables run. Where that cannot be looked at
// (kUnreadable: there is no /proc), a call that adds goes on, with a note; any other fails. Not thread-safe.
// Throws nothing but std::bad_alloc.
class IptablesLeftovers {
 public:
  explicit IptablesLeftovers(IptablesContext context) : context_(std::move(context)) {}

  bool none() const { return none_; }
  // For iptables to be the backend after all; nothing else may be called then.
  IptablesContext TakeContext() { return std::move(context_); }

  // What the rules of both variants say, of all owners.
  std::expected<std::vector<OwnedIntent>, Error> Intents(bool adds, TimePoint deadline);
  // Takes these owners' rules away, or only says which, and adds that to the report of a call that has ended.
  std::expected<void, Error> TakeAway(const std::set<Owner>& owners, Scope scope, Mode mode, bool adds,
                                      TimePoint deadline, Report& report);
  // How many changes of the rules were begun, whatever became of them.
  std::size_t changes_begun() const { return context_.changes_begun(); }

 private:
  IptablesContext context_;
  bool none_ = false;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_IPTABLES_LEFTOVERS_H_
