// An element of a set or map, as bytes in the order in which the kernel compares and stores them.
#ifndef NATPLAN_CORE_VALUES_ELEMENT_H_
#define NATPLAN_CORE_VALUES_ELEMENT_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/values/inline_bytes.h"

namespace natplan {

using ElementKey = InlineBytes<32>;
using ElementData = InlineBytes<20>;

// An interval set holds independent nodes, starts and ends (nft_set_rbtree). A range is a start and, unless
// it reaches the top of the key space, an end; a lone start or end occurs where somebody else removed the
// other.
enum class ElementKind : std::uint8_t {
  kSingle,  // a key of a hash set or map
  kRange,   // start `key`, exclusive end `end`; `end` empty: open to the top of the key space (one node)
  kStart,   // the start node `key` alone
  kEnd,     // the end node `key` alone (NFT_SET_ELEM_INTERVAL_END)
};

struct Element {
  ElementKind kind = ElementKind::kSingle;
  ElementKey key = {};
  ElementKey end = {};
  ElementData data = {};     // maps only
  std::string comment = {};  // at most 127 bytes (nft's limit); matches nothing, and lists with the element

  friend auto operator<=>(const Element&, const Element&) = default;
};

// As the kernel counts: a range is a start and, unless it reaches the top, an end.
inline std::size_t NodesOf(const Element& element) {
  return element.kind == ElementKind::kRange && !element.end.empty() ? 2 : 1;
}

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_ELEMENT_H_
