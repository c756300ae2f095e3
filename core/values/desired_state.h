// All intents of all owners that a context knows of, and what they come to.
#ifndef NATPLAN_CORE_VALUES_DESIRED_STATE_H_
#define NATPLAN_CORE_VALUES_DESIRED_STATE_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <set>
#include <vector>

#include "core/values/error.h"
#include "core/values/intent.h"
#include "core/values/owner_set.h"
#include "core/values/per_family.h"
#include "core/values/prefix_union.h"
#include "core/values/sorted_set.h"

namespace natplan {

// One change to the desired state.
struct Edit {
  enum class Kind { kAdd, kRemove };
  Kind kind;
  Owner owner;
  Intent intent;
};

// One owner's wish for one prefix, in the order of prefixes.
struct LedgerEntry {
  Prefix prefix;
  OwnerHash owner = {};  // Owner::hash()
  friend auto operator<=>(const LedgerEntry&, const LedgerEntry&) = default;
};

// Prefixes of several owners, equal or nested, are counted: what the kernel must hold is their union. A host
// port has one owner and one target. Masquerades that name an interface stand beside each other, one for each
// owner. Costs O(log n) a change. Not thread-safe.
class DesiredState {
 public:
  struct OwnedForward {
    Owner owner;
    Endpoint to;
    bool localhost = false;
    friend bool operator==(const OwnedForward&, const OwnedForward&) = default;
  };
  // A masquerade that names an interface, and who wants it.
  struct OwnedMasquerade {
    Owner owner;
    Masquerade masquerade;
    friend auto operator<=>(const OwnedMasquerade&, const OwnedMasquerade&) = default;
  };
  // What a change touched: maximal prefixes that came or went, and host ports, those included that an edit
  // asked for and that were there already: somebody else may stand in their place by now.
  struct Touched {
    SortedSet<Prefix> prefixes = {};
    SortedSet<HostPort> ports = {};
    // The prefixes that an edit added itself; others of `prefixes` came back because a wider one went.
    SortedSet<Prefix> asked = {};
    SortedSet<LedgerEntry> entries = {};
    bool rules = false;  // something that has a rule of its own

    // Whether a prefix or a host port of the family was touched.
    bool Has(Family family) const;
  };

  // Carries an edit out and puts what it touched into `touched`. Adding what is there and removing what is
  // not there change nothing; adding a forward whose port this owner holds replaces its target. Removing a
  // forward needs its port only: a stale target is no reason to keep the port. Refuses a port that another
  // owner holds, and a name whose hash is another owner's (kConflict, nothing changed). Appends to `undo` the
  // edit that takes it back; several are undone from the back. It is there before anything changes and
  // harmless if nothing did, so that a caller who meets std::bad_alloc here can still go back.
  std::expected<void, Error> Apply(const Edit& edit, Touched& touched, std::vector<Edit>& undo);

  // The edits that take away what `owner` wants beside `intents`.
  std::vector<Edit> RemovalsTo(const Owner& owner, const std::vector<Intent>& intents) const;

  // Makes the family's prefixes of all owners but those in `mine` equal to `entries`, whose owners are in
  // `names`. If it throws std::bad_alloc, some are and some are not.
  void SetOthers(Family family, const OwnerSet& mine, const SortedSet<LedgerEntry>& entries,
                 const OwnerNames& names);
  // The same of one entry, which is another owner's: `owner` wants it, or null: nobody does. Notes what that
  // touched.
  void SetOther(const LedgerEntry& entry, const Owner* owner, Touched& touched);

  // What the kernel must hold: disjoint prefixes, and one target a port.
  const PrefixSet& prefixes() const { return union_.maximal(); }
  const std::map<HostPort, OwnedForward>& forwards() const { return forwards_; }
  const std::set<OwnedMasquerade>& interface_masquerades() const { return interface_masquerades_; }
  bool Wants(Family family) const;
  // Whether the owner wants anything.
  bool Wants(const Owner& owner) const;

  // Every registered prefix with its owners.
  const SortedSet<LedgerEntry>& masquerades() const { return masquerades_; }
  // The owner of an entry of masquerades().
  const Owner& OwnerOf(const LedgerEntry& entry) const { return names_.at(entry.owner); }
  // Whether any owner registered exactly this prefix.
  bool IsRegistered(const Prefix& prefix) const;

 private:
  std::expected<void, Error> Add(const Edit& edit, const Masquerade& masquerade, Touched& touched,
                                 std::vector<Edit>& undo);
  void Remove(const Edit& edit, const Masquerade& masquerade, Touched& touched, std::vector<Edit>& undo);
  std::expected<void, Error> Add(const Edit& edit, const Forward& forward, Touched& touched,
                                 std::vector<Edit>& undo);
  void Remove(const Edit& edit, const Forward& forward, Touched& touched, std::vector<Edit>& undo);
  using Place = SortedSet<LedgerEntry>::const_iterator;  // in masquerades_
  bool IsOnlyWish(Place place) const;
  UnionChange Register(Place before, const LedgerEntry& entry, const Owner& owner);
  UnionChange Unregister(Place place);
  void CountDown(const Owner& owner) noexcept;

  SortedSet<LedgerEntry> masquerades_;
  OwnerNames names_;  // of masquerades_
  PrefixUnion union_;
  std::map<HostPort, OwnedForward> forwards_;
  std::set<OwnedMasquerade> interface_masquerades_;
  PerFamily<std::size_t> interface_masquerades_of_ = {};  // how many of them
  std::map<Owner, std::size_t> others_of_;  // how many forwards and interface masquerades each owner has
};

// Whether `entries` has one for exactly this prefix.
bool HasPrefix(const SortedSet<LedgerEntry>& entries, const Prefix& prefix);

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_DESIRED_STATE_H_
