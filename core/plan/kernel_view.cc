#include "core/plan/kernel_view.h"

#include <algorithm>

#include "core/plan/extra_rules.h"
#include "core/plan/old_ledger.h"

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
      view_.ranges.insert(range);
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

bool FamilyView::Holds(const Prefix& prefix) const {
  const auto found = ranges.find(prefix.network());
  return found != ranges.end() && found->end == prefix.end();
}

bool FamilyView::IsRecorded(const AddressRange& range) const {
  const auto prefix = ToPrefix(range);
  return prefix && HasPrefix(entries, *prefix);
}

bool FamilyView::HasOwners() const {
  const auto has_owner = [](const auto& one) { return !one.second.owner.empty(); };
  return !entries.empty() || !interface_masquerades.empty() ||
         std::ranges::any_of(forwards.entries, has_owner);
}

std::vector<Intent> IntentsOf(const FamilyView& view, const Owner& owner) {
  std::vector<Intent> out;
  for (const LedgerEntry& entry : view.entries) {
    if (entry.owner != owner.hash()) continue;
    if (const auto masquerade = Masquerade::Make(entry.prefix)) out.emplace_back(*masquerade);
  }
  for (const auto& [key, held] : view.forwards.entries) {
    if (held.owner != owner.name()) continue;
    const auto local = view.localhost.entries.find(key);
    const bool localhost = local != view.localhost.entries.end() && local->second == held;
    out.emplace_back(Forward{key.protocol, key.port, held.to, localhost});
  }
  for (const DesiredState::OwnedMasquerade& owned : view.interface_masquerades) {
    if (owned.owner == owner) out.emplace_back(owned.masquerade);
  }
  return out;
}

void PairNodes(Family family, std::vector<Element> nodes, FamilyView& view) {
  std::ranges::sort(nodes, [](const Element& a, const Element& b) {
    if (a.key != b.key) return a.key < b.key;
    return a.kind == ElementKind::kEnd && b.kind != ElementKind::kEnd;  // what ends at a key ends before it
  });
  const auto repeated = std::ranges::unique(nodes);
  nodes.erase(repeated.begin(), repeated.end());
  Pairing pairing(family, view);
  for (const Element& node : nodes) pairing.Add(node);
  pairing.Close();
}

namespace {

// Calls `take` with each element that has the set's shape. True: the set holds others.
template <typename Take>
bool TakeShaped(const SetSnapshot& set, const Take& take) {
  bool others = set.other_elements;
  for (const Element& element : set.elements) {
    if (HasShape(element, set.shape)) {
      take(element);
    } else {
      others = true;
    }
  }
  return others;
}

MapView ViewOfMap(const Layout& layout, Family family, const SetSnapshot& set) {
  MapView view;
  view.unknown = TakeShaped(set, [&](const Element& element) {
    if (auto entry = ToMapEntry(family, element)) {
      if (!layout.own()) entry->owner = entry->note = "";
      view.entries.emplace(entry->host_port,
                           HeldTarget{entry->to, std::move(entry->owner), std::move(entry->note)});
    } else {
      view.others.push_back(element);
    }
  });
  return view;
}

// Of two names with one hash the lesser counts, so that everybody who reads the ledger takes the same one for
// the owner. Whether none turned up that counts more than one in `preferred`, which has it then.
bool ReadLedger(const SetSnapshot& set, Family family, OwnerHasher hasher,
                std::map<OwnerHash, Owner>& preferred, FamilyView& view) {
  bool settled = true;
  view.entries.clear();
  view.names.clear();
  view.junk.clear();
  view.rivals.clear();
  view.unknown_junk = TakeShaped(set, [&](const Element& element) {
    auto owned = view.old_ledger ? OldToLedgerEntry(family, element, hasher)
                                 : ToLedgerEntry(family, element, hasher, view.names);
    if (!owned) {
      view.junk.emplace(element.key, Junk{element, std::move(owned.error())});
      return;
    }
    const auto known = preferred.find(owned->entry.owner);
    const Owner* rival = known != preferred.end() ? &known->second : view.names.Find(owned->entry.owner);
    if (rival == nullptr || *rival == owned->owner) {
      if (view.entries.insert(owned->entry).second) view.names.Add(owned->entry.owner, owned->owner);
      return;
    }
    const Owner& lesser = std::min(*rival, owned->owner);
    if (known == preferred.end() || lesser < known->second) {
      preferred.insert_or_assign(owned->entry.owner, Owner(lesser));
      settled = false;
    }
    view.rivals.emplace(element.key, *std::move(owned));
  });
  return settled;
}

}  // namespace

FamilyView ViewOf(const Layout& layout, Family family, const TableSnapshot* table) {
  FamilyView view;
  if (table == nullptr) return view;
  view.exists = true;
  view.versioned = layout.own() && (table->comment == kTableComment || table->comment == kOldTableComment);
  for (const SetSnapshot& set : table->sets) {
    if (set.name == kMasqueradeSet && set.shape == MasqueradeShape(family)) {
      std::vector<Element> nodes;
      nodes.reserve(set.elements.size());
      view.unknown_ranges = TakeShaped(set, [&](const Element& element) { nodes.push_back(element); });
      PairNodes(family, std::move(nodes), view);
    } else if (set.name == kForwardMap && set.shape == ForwardShape(family)) {
      view.forwards = ViewOfMap(layout, family, set);
    } else if (layout.own() && set.name == kLocalhostMap && set.shape == ForwardShape(family)) {
      view.localhost = ViewOfMap(layout, family, set);
    } else if (layout.own() && set.name == kOwnersSet &&
               (set.shape == OwnersShape(family) || set.shape == OldOwnersShape(family))) {
      view.old_ledger = set.shape == OldOwnersShape(family);
      std::map<OwnerHash, Owner> preferred;
      while (!ReadLedger(set, family, layout.hasher, preferred, view)) continue;
    }
  }
  if (!layout.own()) return view;
  for (const ChainSnapshot& chain : table->chains) {
    if (chain.name != "postrouting") continue;
    for (const RuleSnapshot& rule : chain.rules) {
      if (auto owned = ToOwnedMasquerade(family, rule))
        view.interface_masquerades.push_back(*std::move(owned));
    }
  }
  return view;
}

}  // namespace natplan
