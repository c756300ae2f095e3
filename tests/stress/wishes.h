// What one owner wants: the stress test's own model, kept apart from the library's.
#ifndef NATPLAN_TESTS_STRESS_WISHES_H_
#define NATPLAN_TESTS_STRESS_WISHES_H_

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/values/desired_state.h"
#include "core/values/intent.h"
#include "core/values/owner.h"
#include "tests/stress/change.h"

namespace natplan::stress {

class Wishes {
 public:
  void Apply(const Change& change);

  // A change that adds where little is held, and removes where much is.
  Change Random(std::mt19937_64& random) const;

  const std::set<Masquerade>& masquerades() const { return masquerades_; }
  const std::map<HostPort, Forward>& forwards() const { return forwards_; }
  std::set<Intent> intents() const;

 private:
  Change::Edit RandomEdit(std::mt19937_64& random) const;

  std::set<Masquerade> masquerades_;
  std::map<HostPort, Forward> forwards_;
  std::vector<IntentCode> added_;  // one for each intent that is held, and some that no longer are
};

// The edits as the library takes them.
std::vector<Edit> ToEdits(const Change& change, const Owner& owner);

}  // namespace natplan::stress

#endif  // NATPLAN_TESTS_STRESS_WISHES_H_
