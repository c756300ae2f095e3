#include "kernel_sim/listing/intervals.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <optional>
#include <utility>

namespace natplan::kernel_sim::listing {
namespace {

Bytes Before(Bytes key) {
  for (std::size_t i = key.size(); i-- > 0;) {
    if (key[i]-- != 0) break;
  }
  return key;
}

}  // namespace

std::vector<Range> PairIntervals(std::vector<Element> elements) {
  std::stable_sort(elements.begin(), elements.end(), [](const Element& a, const Element& b) {
    if (a.key != b.key) return a.key < b.key;
    return a.end && !b.end;
  });
  std::vector<Range> ranges;
  std::optional<Element> open;
  for (Element& element : elements) {
    const bool end = element.end;
    if (open) ranges.push_back({.start = std::move(*open), .last = Before(element.key)});
    open.reset();
    if (!end) open = std::move(element);
  }
  if (open) {
    const Bytes top(open->key.size(), 0xff);
    ranges.push_back({.start = std::move(*open), .last = top});
  }
  return ranges;
}

int PrefixLength(ByteView first, ByteView last) {
  if (first.size() != last.size()) return -1;
  int length = 0;
  bool free = false;  // from here on, first must be all zeros and last all ones
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (free) {
      if (first[i] != 0 || last[i] != 0xff) return -1;
      continue;
    }
    const auto differing = static_cast<std::uint8_t>(first[i] ^ last[i]);
    length += std::countl_zero(differing);
    if (differing == 0) continue;
    const bool ones_below = std::has_single_bit(differing + 1U);
    if (!ones_below || (first[i] & differing) != 0) return -1;
    free = true;
  }
  return length;
}

}  // namespace natplan::kernel_sim::listing
