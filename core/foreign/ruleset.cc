#include "core/foreign/ruleset.h"

#include <algorithm>

namespace natplan::foreign {
namespace {

template <typename Named>
auto* Find(Named& all, std::string_view name) {
  const auto found = std::ranges::find_if(all, [&](const auto& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

std::string_view Name(TableFamily family) {
  switch (family) {
    case TableFamily::kIp:
      return "ip";
    case TableFamily::kIp6:
      return "ip6";
    case TableFamily::kInet:
      return "inet";
  }
  return "";
}

bool Sees(TableFamily table, Family packets) {
  return table == TableFamily::kInet || (table == TableFamily::kIp) == (packets == Family::kIp);
}

const ChainSnapshot* Table::FindChain(std::string_view chain) const { return Find(chains, chain); }
SetContents* Table::FindSet(std::string_view set) { return Find(sets, set); }
const SetContents* Table::FindSet(std::string_view set) const { return Find(sets, set); }

}  // namespace natplan::foreign
