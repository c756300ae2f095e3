// What an owner wants, and what the kernel holds for it: two sides that a test compares.
#ifndef NATPLAN_TESTS_MODEL_TEST_WISHES_H_
#define NATPLAN_TESTS_MODEL_TEST_WISHES_H_

#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>

#include "core/plan/kernel_view.h"
#include "core/plan/planner.h"
#include "core/values/desired_state.h"

namespace natplan {

// What one owner wants, or has in the kernel.
struct Wishes {
  std::set<Prefix> prefixes = {};
  std::map<HostPort, std::pair<Endpoint, bool>> forwards = {};  // target, localhost
  std::set<Masquerade> interface_masquerades = {};

  void Apply(const Edit& edit);
  bool Wants(Family family) const;
  friend bool operator==(const Wishes&, const Wishes&) = default;
};
std::ostream& operator<<(std::ostream& out, const Wishes& wishes);

// What natplan's own tables hold in the kernel.
class Picture {
 public:
  explicit Picture(const Snapshot& snapshot) : view_(ViewOf(Layout{}, snapshot)) {}

  Wishes Of(const std::string& owner) const;
  const FamilyView& Of(Family family) const { return view_[family]; }
  bool IsExplained(const AddressRange& range, Family family) const { return Of(family).IsRecorded(range); }

 private:
  KernelView view_;
};

}  // namespace natplan

#endif  // NATPLAN_TESTS_MODEL_TEST_WISHES_H_
