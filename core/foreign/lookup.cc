#include "core/foreign/lookup.h"

#include <algorithm>
#include <map>
#include <optional>

namespace natplan::foreign {
namespace {

using Bytes = std::span<const std::uint8_t>;

// The key before; none before the first.
std::optional<Key> Before(const Key& key) {
  std::vector<std::uint8_t> bytes(key.span().begin(), key.span().end());
  for (std::size_t i = bytes.size(); i-- > 0;) {
    if (bytes[i]-- != 0) return Key(bytes);
  }
  return std::nullopt;
}

Key Highest(std::size_t size) { return Key(std::vector<std::uint8_t>(size, 0xff)); }

// The keys from `first` to `last`, which are fields beside each other in a concatenation.
Match IsInRange(const SetContents& set, const Registers& registers, Register from, const Key& first,
                const Key& last) {
  if (first == last) return registers.IsEqual(from, first.span());
  if (set.field_lengths.empty()) return registers.IsBetween(from, first.span(), last.span());
  Match match;
  std::size_t at = 0;
  for (const std::uint32_t length : set.field_lengths) {
    if (at + length > first.size() || at + length > last.size()) return match & Match{.must = false};
    match = match &
            registers.IsBetween(from, first.span().subspan(at, length), last.span().subspan(at, length), at);
    at += std::size_t{(length + 3) / 4} * 4;  // A field takes whole words.
  }
  return match;
}

struct Hit {
  const SetElement* element;
  Match match;
};

// A tree of starts and ends, in any order.
std::vector<Hit> HitsOfIntervals(const SetContents& set, const Registers& registers, Register from) {
  std::vector<const SetElement*> nodes;
  for (const SetElement& element : set.elements) {
    if (!element.catch_all) nodes.push_back(&element);
  }
  // Where one range ends and another begins, the end comes first.
  std::ranges::sort(nodes, [](const SetElement* a, const SetElement* b) {
    if (const auto order = a->key <=> b->key; order != 0) return order < 0;
    return a->is_end && !b->is_end;
  });
  std::vector<Hit> hits;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const SetElement& start = *nodes[i];
    if (start.is_end) continue;
    const auto last = i + 1 < nodes.size() ? Before(nodes[i + 1]->key) : Highest(start.key.size());
    if (!last || *last < start.key) continue;
    hits.push_back({&start, registers.IsBetween(from, start.key.span(), last->span())});
  }
  return hits;
}

std::vector<Hit> HitsOf(const SetContents& set, const Registers& registers, Register from) {
  const bool has_key_ends =
      std::ranges::any_of(set.elements, [](const SetElement& element) { return !element.key_end.empty(); });
  if (set.is_interval && !has_key_ends) return HitsOfIntervals(set, registers, from);
  std::vector<Hit> hits;
  for (const SetElement& element : set.elements) {
    if (element.catch_all) continue;
    const Key& last = element.key_end.empty() ? element.key : element.key_end;
    hits.push_back({&element, IsInRange(set, registers, from, element.key, last)});
  }
  return hits;
}

// Of many hits at once: a union of two at a time would go through all ports again and again.
class Collected {
 public:
  void Add(const Match& match) {
    if (!match.may) return;
    may_.push_back(match.ports);
    if (match.must) must_.push_back(match.ports);
  }
  Condition ToCondition() const { return {PortSet(may_), PortSet(must_)}; }

 private:
  std::vector<PortRange> may_;
  std::vector<PortRange> must_;
};

}  // namespace

Found LookUp(const SetContents* set, const Registers& registers, Register from) {
  if (set == nullptr) return {};
  Collected any;
  std::map<std::pair<std::int32_t, std::string>, Collected> by_verdict;
  for (const auto& [element, match] : HitsOf(*set, registers, from)) {
    any.Add(match);
    if (element->verdict && match.may)
      by_verdict[{element->verdict->code, element->verdict->chain}].Add(match);
  }
  Found found{.any = any.ToCondition(), .understood = set->complete && !set->other_elements};
  for (const auto& [verdict, collected] : by_verdict)
    found.verdicts.emplace_back(Verdict{verdict.first, verdict.second}, collected.ToCondition());
  const auto other = std::ranges::find_if(set->elements, &SetElement::catch_all);
  if (other != set->elements.end()) {
    if (other->verdict) found.verdicts.emplace_back(*other->verdict, !found.any);
    found.any = Condition::Always();
  }
  // What is missing may be anything.
  if (!found.understood) found.any.may = PortSet::All();
  return found;
}

}  // namespace natplan::foreign
