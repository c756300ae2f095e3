#include "core/values/prefix_union.h"

#include <array>
#include <iterator>

namespace natplan {
namespace {

// An IPv4 prefix as a number; the numbers have the order of the prefixes.
std::uint64_t ToNumber(const Prefix& prefix) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : prefix.network().bytes()) number = number << 8U | byte;
  return number << 8U | static_cast<std::uint8_t>(prefix.length());
}

Prefix ToPrefix(const Prefix& prefix) { return prefix; }
Prefix ToPrefix(std::uint64_t number) {
  const auto byte = [number](unsigned shift) { return static_cast<std::uint8_t>(number >> shift & 255U); };
  const Address network(std::array<std::uint8_t, 4>{byte(32), byte(24), byte(16), byte(8)});
  return *Prefix::Make(network, byte(0));
}

// The last in order of all prefixes that a prefix contains: its last address.
Prefix Last(const Prefix& prefix) { return *Prefix::Make(prefix.last(), AddressBits(prefix.family())); }
std::uint64_t Last(std::uint64_t number) {
  const std::uint64_t host = std::uint64_t{0xffffffff} >> (number & 255U);
  return (number >> 8U | host) << 8U | 32U;
}

// Prefixes nest or are disjoint: what `outer` contains stands behind it and not behind its last address.
template <typename Set>
std::vector<Prefix> Outermost(const Set& registered, const typename Set::value_type& outer) {
  std::vector<Prefix> found;
  const auto last = Last(outer);
  for (auto place = registered.upper_bound(outer); place != registered.end() && *place <= last;) {
    found.push_back(ToPrefix(*place));
    const auto inner_last = Last(*place);
    ++place;
    if (place != registered.end() && *place <= inner_last) place = registered.upper_bound(inner_last);
  }
  return found;
}

}  // namespace

bool PrefixUnion::Contains(const Prefix& prefix) const {
  return prefix.family() == Family::kIp ? ip_.contains(ToNumber(prefix)) : ip6_.contains(prefix);
}

void PrefixUnion::Register(const Prefix& prefix) {
  if (prefix.family() == Family::kIp) {
    ip_.insert(ToNumber(prefix));
  } else {
    ip6_.insert(prefix);
  }
}

void PrefixUnion::Unregister(const Prefix& prefix) noexcept {
  if (prefix.family() == Family::kIp) {
    ip_.erase(ToNumber(prefix));
  } else {
    ip6_.erase(prefix);
  }
}

std::vector<Prefix> PrefixUnion::Within(const Prefix& prefix) const {
  return prefix.family() == Family::kIp ? Outermost(ip_, ToNumber(prefix)) : Outermost(ip6_, prefix);
}

UnionChange PrefixUnion::Add(const Prefix& prefix) {
  UnionChange change;
  // Maximal prefixes are disjoint, so only the last one that starts at or before `prefix` can contain it.
  const auto after = maximal_.upper_bound(prefix);
  const bool contained = after != maximal_.begin() && std::prev(after)->Contains(prefix);
  if (!contained) {
    change.added.push_back(prefix);
    for (auto inner = after; inner != maximal_.end() && prefix.Contains(*inner); ++inner) {
      change.removed.push_back(*inner);
    }
  }
  Register(prefix);
  if (contained) return change;
  try {
    maximal_.insert(after, prefix);
  } catch (...) {
    Unregister(prefix);
    throw;
  }
  for (const Prefix& inner : change.removed) maximal_.erase(inner);
  return change;
}

UnionChange PrefixUnion::Remove(const Prefix& prefix) {
  UnionChange change;
  const auto outer = maximal_.find(prefix);
  if (outer != maximal_.end()) {
    change.removed.push_back(prefix);
    change.added = Within(prefix);
    if (change.added.empty()) {
      maximal_.erase(outer);
    } else {
      ReplaceMaximal(change);
    }
  }
  Unregister(prefix);
  return change;
}

// Inserting may throw, erasing does not: so insert first, and take it back if it did not all succeed.
void PrefixUnion::ReplaceMaximal(const UnionChange& change) {
  std::size_t inserted = 0;
  try {
    for (; inserted < change.added.size(); ++inserted) maximal_.insert(change.added[inserted]);
  } catch (...) {
    for (std::size_t i = 0; i < inserted; ++i) maximal_.erase(change.added[i]);
    throw;
  }
  for (const Prefix& prefix : change.removed) maximal_.erase(prefix);
}

}  // namespace natplan
