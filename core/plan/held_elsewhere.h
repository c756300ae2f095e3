// Host ports that another means of NAT forwards: the backend that is not in use, or the other variant of
// iptables.
#ifndef NATPLAN_CORE_PLAN_HELD_ELSEWHERE_H_
#define NATPLAN_CORE_PLAN_HELD_ELSEWHERE_H_

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/plan/kernel_view.h"
#include "core/plan/request.h"
#include "core/values/error.h"
#include "core/values/intent.h"

namespace natplan {

// A forward that stands there acts beside the rules that this call makes, in front of them or behind them, so
// that its port has an owner. Not thread-safe. Throws nothing but std::bad_alloc.
class HeldElsewhere {
 public:
  // `where` is what does the forwarding ("iptables"), `backend` what --backend calls it.
  HeldElsewhere(std::string where, std::string backend)
      : where_(std::move(where)), backend_(std::move(backend)) {}

  // What the owners in `leaving` have there goes with the call, and stands in nobody's way.
  void Add(std::span<const OwnedIntent> held, const std::set<Owner>& leaving);
  void Add(const FamilyView& view, const std::set<Owner>& leaving);

  // The conflict if this is a forward of a port that stays with somebody else.
  std::optional<Error> WhyTaken(const OwnedIntent& wanted) const;
  // Takes out of the request what it cannot have, and says why.
  std::vector<Error> TakeFrom(Request& request) const;

 private:
  std::string where_;
  std::string backend_;
  std::map<HostPort, HeldTarget> forwards_;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_HELD_ELSEWHERE_H_
