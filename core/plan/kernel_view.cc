#include "core/plan/kernel_view.h"

#include <algorithm>

namespace natplan {
namespace {

bool IsZero(const ElementKey& key) {
  return std::ranges::all_of(key.span(), [](std::uint8_t byte) { return byte == 0; });
}

// Takes the nodes in ascending order and closes a group at each end.
class Pairing {
 public:
  Pairing(Family family, FamilyView& view)
      : family_(family), view_(view), below_(ToAddress(family, ElementKey())) {}

  void Add(const Element& node) {
    const bool is_end = node.kind == ElementKind::kEnd;
    if (is_end && group_.empty()) {
      // nft writes an end at key 0 in front of everything; it closes nothing and stands in nobody's way.
      if (IsZero(node.key)) return;
      const Address end = ToAddress(family_, node.key);
      view_.broken.push_back({{below_, end}, {node}});
      below_ = end;
      return;
    }
    group_.push_back(node);
    below_ = ToAddress(family_, node.key);
    if (is_end) Close();
  }

  void Close() {
    if (group_.empty()) return;
    AddressRange range{ToAddress(family_, group_.front().key)};
    const bool closed = group_.back().kind == ElementKind::kEnd;
    if (closed) range.end = ToAddress(family_, group_.back().key);
    if (group_.size() == (closed ? 2U : 1U)) {
      view_.ranges.emplace(range.first, range.end);
    } else {
      view_.broken.push_back({range, group_});
    }
    group_.clear();
  }

 private:
  Family family_;
  FamilyView& view_;
  Address below_;  // the node before this one, or the lowest address
  std::vector<Element> group_;
};

}  // namespace

Address ToAddress(Family family, const ElementKey& key) {
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(key.span(), bytes.begin());
  if (family == Family::kIp6) return Address(bytes);
  return Address(std::array<std::uint8_t, 4>{bytes[0], bytes[1], bytes[2], bytes[3]});
}

bool AddressRange::Overlaps(const AddressRange& other) const {
  return (!end || other.first < *end) && (!other.end || first < *other.end);
}

AddressRange ToRange(const Prefix& prefix) { return {prefix.network(), prefix.end()}; }

Element ToElement(const AddressRange& range) {
  Element out{.kind = ElementKind::kRange, .key = ElementKey(range.first.bytes())};
  if (range.end) out.end = ElementKey(range.end->bytes());
  return out;
}

bool FamilyView::Holds(const Prefix& prefix) const {
  const auto found = ranges.find(prefix.network());
  return found != ranges.end() && found->second == prefix.end();
}

void PairNodes(Family family, const std::vector<Element>& nodes, FamilyView& view) {
  std::vector<Element> sorted = nodes;
  std::ranges::sort(sorted, [](const Element& a, const Element& b) {
    if (a.key != b.key) return a.key < b.key;
    return a.kind == ElementKind::kEnd && b.kind != ElementKind::kEnd;  // what ends at a key ends before it
  });
  Pairing pairing(family, view);
  for (const Element& node : sorted) pairing.Add(node);
  pairing.Close();
}

FamilyView ViewOf(Family family, const TableSnapshot* table) {
  FamilyView view;
  if (table == nullptr) return view;
  view.exists = true;
  for (const SetSnapshot& set : table->sets) {
    if (set.name == kMasqueradeSet && set.shape == MasqueradeShape(family)) {
      PairNodes(family, set.elements, view);
      view.unknown_ranges = set.other_elements;
    } else if (set.name == kForwardMap && set.shape == ForwardShape(family)) {
      view.unknown_entries = set.other_elements;
      for (const Element& element : set.elements) {
        if (const auto entry = ToMapEntry(family, element)) {
          view.forwards.emplace(entry->host_port, entry->to);
        } else {
          view.other_entries.push_back(element);
        }
      }
    }
  }
  return view;
}

}  // namespace natplan
