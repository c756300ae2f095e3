// All intents of all owners that a context speaks for, and what they come to.
#ifndef NATPLAN_CORE_VALUES_DESIRED_STATE_H_
#define NATPLAN_CORE_VALUES_DESIRED_STATE_H_

#include <expected>
#include <map>
#include <set>
#include <variant>
#include <vector>

#include "core/values/error.h"
#include "core/values/intent.h"
#include "core/values/prefix_union.h"

namespace natplan {

using Intent = std::variant<Masquerade, Forward>;

// One change to the desired state.
struct Edit {
  enum class Kind { kAdd, kRemove };
  Kind kind;
  Owner owner;
  Intent intent;
};

// Prefixes of several owners, equal or nested, are counted: what the kernel must hold is their union. A host
// port has one owner and one target. Costs O(log n) a change. Not thread-safe.
class DesiredState {
 public:
  struct OwnedForward {
    Owner owner;
    Endpoint to;
    friend bool operator==(const OwnedForward&, const OwnedForward&) = default;
  };
  // What a change touched: maximal prefixes that came or went, and host ports.
  struct Touched {
    std::set<Prefix> prefixes = {};
    std::set<HostPort> ports = {};
    // Of the prefixes, those that an edit added itself; the others came back because a wider one went.
    std::set<Prefix> asked = {};
  };

  // Carries an edit out and puts what it touched into `touched`. Adding what is there and removing what is
  // not there change nothing; adding a forward whose port this owner holds replaces its target. Removing a
  // forward needs its port only: a stale target is no reason to keep the port. Refuses a port that another
  // owner holds (kConflict, nothing changed). Appends to `undo` the edit that takes it back; several are
  // undone from the back. It is there before anything changes and harmless if nothing did, so that a caller
  // who meets std::bad_alloc here can still go back.
  std::expected<void, Error> Apply(const Edit& edit, Touched& touched, std::vector<Edit>& undo);

  // The edits that make `owner`'s intents equal to `intents`, removals first.
  std::vector<Edit> EditsTo(const Owner& owner, const std::vector<Intent>& intents) const;

  // What the kernel must hold: disjoint prefixes, and one target a port.
  const std::set<Prefix>& prefixes() const { return union_.maximal(); }
  const std::map<HostPort, OwnedForward>& forwards() const { return forwards_; }
  bool Wants(Family family) const;

  // Every registered prefix with its owners, for listings and tests.
  const std::map<Prefix, std::set<Owner>>& masquerades() const { return owners_; }

 private:
  void Add(const Edit& edit, const Masquerade& masquerade, Touched& touched, std::vector<Edit>& undo);
  void Remove(const Edit& edit, const Masquerade& masquerade, Touched& touched, std::vector<Edit>& undo);
  std::expected<void, Error> Add(const Edit& edit, const Forward& forward, Touched& touched,
                                 std::vector<Edit>& undo);
  void Remove(const Edit& edit, const Forward& forward, Touched& touched, std::vector<Edit>& undo);

  std::map<Prefix, std::set<Owner>> owners_;
  PrefixUnion union_;
  std::map<HostPort, OwnedForward> forwards_;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_DESIRED_STATE_H_
