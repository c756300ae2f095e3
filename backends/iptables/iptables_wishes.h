// What one context wants, carried out by rules of iptables.
#ifndef NATPLAN_BACKENDS_IPTABLES_IPTABLES_WISHES_H_
#define NATPLAN_BACKENDS_IPTABLES_IPTABLES_WISHES_H_

#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "backends/iptables/iptables_context.h"
#include "core/plan/element_plan.h"
#include "core/plan/reconciler.h"
#include "core/plan/request.h"
#include "core/values/desired_state.h"

namespace natplan {

// The desired state of a context, beside the rules that carry it out. Not thread-safe. Throws nothing but
// std::bad_alloc, and is then what it was before the call.
class IptablesWishes {
 public:
  struct Options {
    Scope scope = Scope::kOwn;
    Owner owner = Owner::Default();  // whose state a request without edits looks at
    Inheritance inheritance = Inheritance::kAdopt;
  };

  IptablesWishes(IptablesContext context, Options options)
      : context_(std::move(context)), options_(std::move(options)) {}

  // Carries the request out, or only plans it, before `deadline`; blocks. After an error, and in mode kPlan,
  // the desired state is what it was.
  Result Run(const Request& request, Mode mode, TimePoint deadline);

  const DesiredState& desired() const { return state_.desired; }
  std::size_t changes_begun() const { return context_.changes_begun(); }

 private:
  struct State {
    DesiredState desired = {};
    std::set<Owner> mine = {};
  };

  IptablesWish WishOf(const Request& request, const std::vector<OwnedIntent>& have, State& state,
                      std::optional<Error>& refused) const;

  IptablesContext context_;
  Options options_;
  State state_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_IPTABLES_WISHES_H_
