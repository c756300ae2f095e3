#include "cli/listing.h"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "core/plan/extra_rules.h"
#include "core/plan/old_ledger.h"
#include "core/plan/recovery.h"
#include "core/plan/skeleton_plan.h"
#include "core/text/element_text.h"
#include "core/text/nft_text.h"
#include "core/text/shown_text.h"
#include "core/values/per_family.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace natplan::cli {
namespace {

std::string TextOf(const AddressRange& range) {
  const std::span<const std::uint8_t> no_end;
  return RangeText(range.first.bytes(), range.end ? range.end->bytes() : no_end);
}

std::string TextOf(const ForwardListing& forward) {
  return fmt::format("{} {} -> {}", Name(forward.host_port.protocol), forward.host_port.port.number(),
                     forward.to.ToString());
}

// Prefixes of several owners are one line each, in the order of prefixes.
class Masquerades {
 public:
  void Add(const Prefix& source, const std::string& out_interface, std::string owner) {
    lines_[{source, out_interface}].push_back(std::move(owner));
  }

  std::vector<MasqueradeListing> Take() {
    std::vector<MasqueradeListing> out;
    for (auto& [key, owners] : lines_) {
      std::ranges::sort(owners);
      out.push_back({key.first.ToString(), key.second, std::move(owners)});
    }
    return out;
  }

 private:
  std::map<std::pair<Prefix, std::string>, std::vector<std::string>> lines_;
};

class TableReader {
 public:
  TableReader(const Layout& layout, const TableSnapshot& table)
      : layout_(layout),
        table_(table),
        family_(table.id.family),
        view_(ViewOf(layout, table.id.family, &table)) {
    out_.family = family_;
  }

  FamilyListing Read() {
    ReadMasquerades();
    ReadForwards();
    ReadSkeleton();
    for (const Element& element : view_.forwards.others)
      out_.foreign.push_back(ElementOf(kForwardMap, ForwardShape(family_), element));
    for (const Element& element : view_.localhost.others)
      out_.foreign.push_back(ElementOf(kLocalhostMap, ForwardShape(family_), element));
    for (const SetSnapshot& set : table_.sets) {
      if (set.other_elements)
        out_.foreign.push_back(fmt::format("elements of {} that natplan does not know", set.name));
    }
    const SetShape& ledger = view_.old_ledger ? OldOwnersShape(family_) : OwnersShape(family_);
    for (const auto& [key, junk] : view_.junk)
      out_.ledger.push_back(fmt::format("{}: {}", ElementText(ledger, junk.element), junk.reason));
    for (const auto& [key, rival] : view_.rivals) {
      out_.ledger.push_back(fmt::format("{}: {}", ElementText(ledger, ToElement(rival.entry, rival.owner)),
                                        SameHash(rival.owner, view_.names.at(rival.entry.owner)).text));
    }
    return std::move(out_);
  }

 private:
  static std::string ElementOf(const char* set, const SetShape& shape, const Element& element) {
    return fmt::format("element of {}: {}", set, ElementText(shape, element));
  }

  void ReadMasquerades() {
    for (const AddressRange& range : view_.ranges) {
      out_.ranges.push_back(TextOf(range));
      if (layout_.own() && !view_.IsRecorded(range)) out_.unowned.push_back(TextOf(range));
    }
    Masquerades masquerades;
    for (const LedgerEntry& entry : view_.entries) {
      masquerades.Add(entry.prefix, "", view_.names.at(entry.owner).name());
      if (!IsCovered(entry.prefix))
        out_.repair.push_back(
            fmt::format("{} is wanted and not in {}", entry.prefix.ToString(), kMasqueradeSet));
    }
    for (const DesiredState::OwnedMasquerade& owned : view_.interface_masquerades) {
      const auto& out_interface = owned.masquerade.out_interface();
      masquerades.Add(owned.masquerade.source(), out_interface ? out_interface->name() : "",
                      owned.owner.name());
    }
    out_.masquerades = masquerades.Take();
    if (layout_.own()) return;
    for (const std::string& range : out_.ranges) out_.masquerades.push_back({range});
  }

  bool IsCovered(const Prefix& prefix) const {
    auto above = view_.ranges.upper_bound(prefix.network());
    if (above == view_.ranges.begin()) return false;
    const AddressRange& below = *--above;
    const auto end = prefix.end();
    return !below.end || (end && *end <= *below.end);
  }

  void ReadForwards() {
    for (const auto& [host_port, held] : view_.forwards.entries) {
      const ForwardListing forward{host_port, held.to, view_.localhost.entries.contains(host_port),
                                   held.owner};
      if (layout_.own() && held.owner.empty()) {
        const std::string comment =
            held.note.empty() ? "" : fmt::format(" comment \"{}\"", ShownText(held.note));
        out_.unowned.push_back(TextOf(forward) + comment);
      } else {
        out_.forwards.push_back(forward);
      }
    }
    for (const auto& [host_port, held] : view_.localhost.entries) {
      const auto forward = view_.forwards.entries.find(host_port);
      if (forward != view_.forwards.entries.end() && forward->second == held) continue;
      out_.repair.push_back(
          fmt::format("{} has another {} than {}", kLocalhostMap, ToString(host_port), kForwardMap));
    }
  }

  void ReadSkeleton() {
    // What is there of localhost and of interfaces is somebody's; nobody is to lose it.
    const bool localhost =
        std::ranges::find(table_.sets, kLocalhostMap, &SetSnapshot::name) != table_.sets.end();
    SkeletonPlan skeleton =
        PlanSkeleton(table_.id, &table_, Scope::kOwn, {.localhost = layout_.own() && localhost});
    for (std::string& foreign : skeleton.foreign) out_.foreign.push_back(std::move(foreign));
    // The kernel shows what it is, and takes no change of it.
    if (table_.owner_port) out_.refused.push_back(OwnedByASocket(table_.id));
    if (skeleton.obstacle) out_.refused.push_back(skeleton.obstacle->text);
    for (const BrokenRange& broken : view_.broken) {
      out_.repair.push_back(fmt::format("half of an interval in {}: {}", kMasqueradeSet,
                                        ElementText(MasqueradeShape(family_), ToElement(broken.covers))));
    }
    if (!skeleton.remake.empty()) {
      const bool old = table_.comment == kOldTableComment;
      out_.repair.push_back(old ? fmt::format("the table has an older layout than \"{}\"", kTableComment)
                                : fmt::format("the table has no comment \"{}\"", kTableComment));
      if (old) return;  // what differs goes with the table
    }
    for (const Operation& operation : skeleton.operations) {
      for (std::string& line : ToLines(operation)) out_.repair.push_back(std::move(line));
    }
  }

  const Layout& layout_;
  const TableSnapshot& table_;
  Family family_;
  FamilyView view_;
  FamilyListing out_;
};

void PrintSection(const char* heading, const std::vector<std::string>& lines, Console& console) {
  if (lines.empty()) return;
  console.Line(fmt::format("  {}", heading));
  for (const std::string& line : lines) console.Line(fmt::format("    {}", line));
}

}  // namespace

FamilyListing ListingOf(const Layout& layout, const TableSnapshot& table) {
  return TableReader(layout, table).Read();
}

std::vector<FamilyListing> ListingsOf(const std::vector<OwnedIntent>& intents,
                                      const PerFamily<std::vector<std::string>>& foreign) {
  std::vector<FamilyListing> out;
  for (const Family family : kFamilies) {
    FamilyListing listing{.family = family, .foreign = foreign[family]};
    Masquerades masquerades;
    for (const OwnedIntent& owned : intents) {
      if (FamilyOf(owned.intent) != family) continue;
      if (const auto* forward = std::get_if<Forward>(&owned.intent)) {
        listing.forwards.push_back({forward->key(), forward->to, forward->localhost, owned.owner.name()});
        continue;
      }
      const auto& masquerade = std::get<Masquerade>(owned.intent);
      const auto& out_interface = masquerade.out_interface();
      masquerades.Add(masquerade.source(), out_interface ? out_interface->name() : "", owned.owner.name());
    }
    listing.masquerades = masquerades.Take();
    for (const MasqueradeListing& one : listing.masquerades) {
      if (one.out_interface.empty()) listing.ranges.push_back(one.source);
    }
    if (listing.masquerades.empty() && listing.forwards.empty() && listing.foreign.empty()) continue;
    out.push_back(std::move(listing));
  }
  return out;
}

FamilyListing OnlyOf(const std::string& owner, const FamilyListing& listing) {
  // What cannot be read may be this owner's.
  FamilyListing out{.family = listing.family, .refused = listing.refused};
  for (const MasqueradeListing& one : listing.masquerades) {
    if (std::ranges::find(one.owners, owner) == one.owners.end()) continue;
    out.masquerades.push_back({one.source, one.out_interface, {owner}});
    if (one.out_interface.empty()) out.ranges.push_back(one.source);
  }
  std::ranges::copy_if(listing.forwards, std::back_inserter(out.forwards),
                       [&](const ForwardListing& one) { return one.owner == owner; });
  return out;
}

std::set<std::string> OwnersIn(const std::vector<FamilyListing>& listings) {
  std::set<std::string> out;
  for (const FamilyListing& listing : listings) {
    for (const MasqueradeListing& one : listing.masquerades) out.insert(one.owners.begin(), one.owners.end());
    for (const ForwardListing& one : listing.forwards) {
      if (!one.owner.empty()) out.insert(one.owner);
    }
  }
  return out;
}

void Print(const FamilyListing& listing, Console& console) {
  std::vector<std::string> masquerades;
  for (const MasqueradeListing& one : listing.masquerades) {
    std::string line = one.source;
    if (!one.out_interface.empty()) line += " out " + one.out_interface;
    if (!one.owners.empty()) line += fmt::format("  owner {}", fmt::join(one.owners, ", "));
    masquerades.push_back(std::move(line));
  }
  std::vector<std::string> forwards;
  for (const ForwardListing& one : listing.forwards) {
    std::string line = TextOf(one) + (one.localhost ? " localhost" : "");
    if (!one.owner.empty()) line += "  owner " + one.owner;
    forwards.push_back(std::move(line));
  }
  PrintSection("masquerade", masquerades, console);
  PrintSection("forward", forwards, console);
  PrintSection("unowned, natplan apply --adopt takes it over", listing.unowned, console);
  PrintSection("foreign", listing.foreign, console);
  PrintSection("in the ledger and not of natplan", listing.ledger, console);
  PrintSection("wrong, and natplan apply refuses to repair it", listing.refused, console);
  const bool in_the_way = !listing.refused.empty() || !listing.ledger.empty();
  PrintSection(in_the_way ? "wrong or missing, natplan apply repairs it once the above is out of the way"
                          : "wrong or missing, natplan apply repairs it",
               listing.repair, console);
}

Json ToJson(const FamilyListing& listing) {
  Json masquerades = Json::array();
  for (const MasqueradeListing& one : listing.masquerades) {
    masquerades.push_back(
        {{"source", one.source}, {"out_interface", one.out_interface}, {"owners", one.owners}});
  }
  Json forwards = Json::array();
  for (const ForwardListing& one : listing.forwards) {
    forwards.push_back({{"protocol", Name(one.host_port.protocol)},
                        {"host_port", one.host_port.port.number()},
                        {"to", one.to.ToString()},
                        {"owner", one.owner},
                        {"localhost", one.localhost}});
  }
  return {{"family", Name(listing.family)},
          {"masquerade", listing.ranges},
          {"masquerade_owners", std::move(masquerades)},
          {"forward", std::move(forwards)},
          {"unowned", listing.unowned},
          {"foreign", listing.foreign},
          {"ledger", listing.ledger},
          {"refused", listing.refused},
          {"repair", listing.repair}};
}

}  // namespace natplan::cli
