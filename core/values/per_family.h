// One value for each family.
#ifndef NATPLAN_CORE_VALUES_PER_FAMILY_H_
#define NATPLAN_CORE_VALUES_PER_FAMILY_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "core/values/address.h"

namespace natplan {

// Found by the family, and gone through in the order of kFamilies: `PerFamily<int> hops = {64, 255};`.
template <typename T>
struct PerFamily {
  std::array<T, kFamilies.size()> values = {};

  constexpr T& operator[](Family family) { return values[static_cast<std::size_t>(family)]; }
  constexpr const T& operator[](Family family) const { return values[static_cast<std::size_t>(family)]; }
  constexpr auto begin() { return values.begin(); }
  constexpr auto begin() const { return values.begin(); }
  constexpr auto end() { return values.end(); }
  constexpr auto end() const { return values.end(); }
  friend bool operator==(const PerFamily&, const PerFamily&) = default;
};

// Whether it is an empty list in each.
template <typename T>
bool IsEmpty(const PerFamily<std::vector<T>>& lists) {
  return std::ranges::all_of(lists, [](const std::vector<T>& list) { return list.empty(); });
}

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_PER_FAMILY_H_
