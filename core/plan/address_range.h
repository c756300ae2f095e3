// Ranges of addresses, as an interval set holds them, and addresses as its keys.
#ifndef NATPLAN_CORE_PLAN_ADDRESS_RANGE_H_
#define NATPLAN_CORE_PLAN_ADDRESS_RANGE_H_

#include <compare>
#include <optional>

#include "core/values/address.h"
#include "core/values/element.h"
#include "core/values/prefix.h"

namespace natplan {

// Addresses from `first` to one before `end`; without `end`, to the top of the address space.
struct AddressRange {
  Address first;
  std::optional<Address> end = {};

  bool Overlaps(const AddressRange& other) const;
  friend auto operator<=>(const AddressRange&, const AddressRange&) = default;
};

// At most as many bytes as an address of the family has; what is missing behind them is zero.
Address ToAddress(Family family, const ElementKey& key);
// None: it is the lowest.
std::optional<Address> AddressBefore(const Address& address);
AddressRange ToRange(const Prefix& prefix);
// None: the range is not that of one prefix.
std::optional<Prefix> ToPrefix(const AddressRange& range);
Element ToElement(const AddressRange& range);

// Disjoint ranges are found by where they begin.
struct ByFirst {
  using is_transparent = void;
  bool operator()(const AddressRange& a, const AddressRange& b) const { return a.first < b.first; }
  bool operator()(const AddressRange& a, const Address& b) const { return a.first < b; }
  bool operator()(const Address& a, const AddressRange& b) const { return a < b.first; }
};

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_ADDRESS_RANGE_H_
