#include "tests/stress/kernel_lines.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <sstream>
#include <vector>

#include "core/plan/kernel_view.h"
#include "core/plan/layout.h"
#include "core/plan/planner.h"
#include "core/values/address.h"

namespace natplan::stress {
namespace {

std::string ForwardLine(const char* map, const HostPort& key, const Endpoint& to, const std::string& owner) {
  return std::string(map) + " " + ToString(key) + " to " + to.ToString() + " of " + owner;
}

void AddForwards(const char* map, const MapView& view, Lines& lines) {
  for (const auto& [key, held] : view.entries) lines.insert(ForwardLine(map, key, held.to, held.owner));
  if (!view.others.empty() || view.unknown) lines.insert(std::string(map) + " holds something else");
}

std::string OutputOf(const std::string& command) {
  std::string text;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> part;
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) text += part.data();
  pclose(pipe);
  return text;
}

}  // namespace

Lines LinesOf(const std::map<Owner, Wishes>& wishes) {
  Lines lines;
  std::vector<Prefix> prefixes;
  for (const auto& [owner, wanted] : wishes) {
    for (const Masquerade& masquerade : wanted.masquerades()) {
      if (masquerade.out_interface()) {
        lines.insert(ToString(masquerade) + " of " + owner.name());
        continue;
      }
      lines.insert("ledger " + masquerade.source().ToString() + " of " + owner.name());
      prefixes.push_back(masquerade.source());
    }
    for (const auto& [key, forward] : wanted.forwards()) {
      lines.insert(ForwardLine("forward", key, forward.to, owner.name()));
      if (forward.localhost) lines.insert(ForwardLine("localhost", key, forward.to, owner.name()));
    }
  }
  for (const Prefix& prefix : prefixes) {
    const bool within = std::any_of(prefixes.begin(), prefixes.end(), [&](const Prefix& other) {
      return other.Contains(prefix) && other != prefix;
    });
    if (!within) lines.insert("masquerade " + prefix.ToString());
  }
  return lines;
}

Lines LinesOf(const Snapshot& snapshot) {
  Lines lines;
  const Layout layout;
  const KernelView view = ViewOf(layout, snapshot);
  for (const Family family : kFamilies) {
    const FamilyView& held = view[family];
    for (const AddressRange& range : held.ranges) {
      const auto prefix = ToPrefix(range);
      lines.insert("masquerade " + (prefix ? prefix->ToString() : range.first.ToString() + " and on"));
    }
    for (const LedgerEntry& entry : held.entries)
      lines.insert("ledger " + entry.prefix.ToString() + " of " + held.names.at(entry.owner).name());
    for (const DesiredState::OwnedMasquerade& owned : held.interface_masquerades)
      lines.insert(ToString(owned.masquerade) + " of " + owned.owner.name());
    AddForwards("forward", held.forwards, lines);
    AddForwards("localhost", held.localhost, lines);
    if (!held.broken.empty() || held.unknown_ranges) lines.insert("masq_saddr holds something else");
    if (!held.junk.empty() || held.unknown_junk) lines.insert("the ledger holds something else");
  }
  return lines;
}

Lines MasqueradesListedByNft() {
  Lines lines;
  for (const Family family : kFamilies) {
    const std::string listing =
        OutputOf("nft list set " + std::string(Name(family)) + " natplan " + kMasqueradeSet);
    const std::string before = "elements = {";
    const std::size_t start = listing.find(before);
    if (start == std::string::npos) continue;
    std::istringstream elements(
        listing.substr(start + before.size(), listing.find('}', start) - start - before.size()));
    for (std::string element; elements >> element;) {
      if (element.back() == ',') element.pop_back();
      lines.insert("masquerade " + element);
    }
  }
  return lines;
}

Lines MasqueradesAmong(const Lines& lines) {
  Lines among;
  for (const std::string& line : lines) {
    if (line.starts_with("masquerade ") && line.find(" out ") == std::string::npos) among.insert(line);
  }
  return among;
}

std::string Difference(const Lines& expected, const Lines& found) {
  std::string text;
  for (const std::string& line : expected) {
    if (!found.contains(line)) text += "- " + line + "\n";
  }
  for (const std::string& line : found) {
    if (!expected.contains(line)) text += "+ " + line + "\n";
  }
  return text;
}

}  // namespace natplan::stress
