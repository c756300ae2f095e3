// Owners, found by name and by hash.
#ifndef NATPLAN_CORE_VALUES_OWNER_SET_H_
#define NATPLAN_CORE_VALUES_OWNER_SET_H_

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "core/values/owner.h"

namespace natplan {

// Those that somebody speaks for. Two of them may have one hash. Costs O(log n) a call. Not thread-safe.
class OwnerSet {
 public:
  OwnerSet() = default;
  OwnerSet(std::initializer_list<Owner> owners) {
    for (const Owner& owner : owners) insert(owner);
  }

  void insert(const Owner& owner) {
    if (!owners_.insert(owner).second) return;
    try {
      hashes_.insert(owner.hash());
    } catch (...) {
      owners_.erase(owner);
      throw;
    }
  }
  void erase(const Owner& owner) noexcept {
    const auto found = owners_.find(owner);
    if (found == owners_.end()) return;
    hashes_.erase(hashes_.find(owner.hash()));
    owners_.erase(found);
  }
  template <typename Predicate>
  void erase_if(const Predicate& predicate) noexcept {
    for (auto at = owners_.begin(); at != owners_.end();) {
      const auto next = std::next(at);
      if (predicate(*at)) {
        hashes_.erase(hashes_.find(at->hash()));
        owners_.erase(at);
      }
      at = next;
    }
  }

  bool contains(const Owner& owner) const { return owners_.contains(owner); }
  bool ContainsName(std::string_view name) const { return owners_.contains(name); }
  bool ContainsHash(const OwnerHash& hash) const { return hashes_.contains(hash); }

  auto begin() const { return owners_.begin(); }
  auto end() const { return owners_.end(); }

 private:
  struct ByName {
    using is_transparent = void;
    bool operator()(const Owner& a, const Owner& b) const { return a.name() < b.name(); }
    bool operator()(const Owner& a, std::string_view b) const { return a.name() < b; }
    bool operator()(std::string_view a, const Owner& b) const { return a < b.name(); }
  };
  std::set<Owner, ByName> owners_;
  std::multiset<OwnerHash> hashes_;
};

// Whose the hashes in a ledger are, for as long as it has entries of theirs. Costs O(log n) a call. Not
// thread-safe.
class OwnerNames {
 public:
  // One entry more. A hash keeps the name that it came with first.
  void Add(const OwnerHash& hash, const Owner& owner) {
    ++names_.try_emplace(hash, Named{owner}).first->second.entries;
  }
  // One entry less.
  void Drop(const OwnerHash& hash) noexcept {
    const auto found = names_.find(hash);
    if (found != names_.end() && --found->second.entries == 0) names_.erase(found);
  }

  // Null: the ledger has no entry of it.
  const Owner* Find(const OwnerHash& hash) const {
    const auto found = names_.find(hash);
    return found == names_.end() ? nullptr : &found->second.owner;
  }
  // Of a hash that has an entry.
  const Owner& at(const OwnerHash& hash) const { return names_.at(hash).owner; }
  // The other owner that has entries under this one's hash.
  const Owner* FindRival(const Owner& owner) const {
    const Owner* there = Find(owner.hash());
    return there != nullptr && *there != owner ? there : nullptr;
  }

  void clear() noexcept { names_.clear(); }

 private:
  struct Named {
    Owner owner;
    std::size_t entries = 0;
  };
  std::map<OwnerHash, Named> names_;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_OWNER_SET_H_
