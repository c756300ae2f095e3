#include "core/foreign/port_set.h"

#include <algorithm>
#include <utility>

namespace natplan::foreign {
namespace {

PortRange Range(unsigned first, unsigned last) {
  return {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last)};
}

// What is in none of the ranges.
std::vector<PortRange> Gaps(const std::vector<PortRange>& ranges) {
  std::vector<PortRange> gaps;
  unsigned next = 0;
  for (const PortRange& range : ranges) {
    if (range.first > next) gaps.push_back(Range(next, range.first - 1U));
    next = range.last + 1U;
  }
  if (next <= UINT16_MAX) gaps.push_back(Range(next, UINT16_MAX));
  return gaps;
}

}  // namespace

PortSet::PortSet(std::vector<PortRange> ranges) {
  std::erase_if(ranges, [](const PortRange& range) { return range.first > range.last; });
  if (!std::ranges::is_sorted(ranges, {}, &PortRange::first))
    std::ranges::sort(ranges, {}, &PortRange::first);
  for (const PortRange& range : ranges) {
    if (!ranges_.empty() && range.first <= ranges_.back().last + 1U) {
      ranges_.back().last = std::max(ranges_.back().last, range.last);
    } else {
      ranges_.push_back(range);
    }
  }
}

bool PortSet::Has(std::uint16_t port) const {
  const auto behind = std::ranges::upper_bound(ranges_, port, {}, &PortRange::first);
  return behind != ranges_.begin() && (behind - 1)->last >= port;
}

std::string PortSet::ToString() const {
  constexpr std::size_t kShown = 8;
  std::string out;
  for (std::size_t i = 0; i < std::min(kShown, ranges_.size()); ++i) {
    if (i != 0) out += ", ";
    out += std::to_string(ranges_[i].first);
    if (ranges_[i].last != ranges_[i].first) out += "-" + std::to_string(ranges_[i].last);
  }
  if (ranges_.size() > kShown) out += " and " + std::to_string(ranges_.size() - kShown) + " more ranges";
  return out;
}

PortSet operator&(const PortSet& a, const PortSet& b) {
  PortSet out;
  auto left = a.ranges_.begin();
  auto right = b.ranges_.begin();
  while (left != a.ranges_.end() && right != b.ranges_.end()) {
    const PortRange both{std::max(left->first, right->first), std::min(left->last, right->last)};
    if (both.first <= both.last) out.ranges_.push_back(both);
    if (left->last < right->last) {
      ++left;
    } else {
      ++right;
    }
  }
  return out;
}

PortSet operator|(const PortSet& a, const PortSet& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  std::vector<PortRange> both = a.ranges_;
  both.insert(both.end(), b.ranges_.begin(), b.ranges_.end());
  return PortSet(std::move(both));
}

PortSet operator-(const PortSet& a, const PortSet& b) {
  if (a.empty() || b.empty()) return a;
  PortSet rest;
  rest.ranges_ = Gaps(b.ranges_);
  return a & rest;
}

}  // namespace natplan::foreign
