// Any bytes as what iptables-save printed: an answer or an error with a text. What is read is planned from,
// and the plan names only rules that are there and natplan's, each in one line, changes no rule of others,
// and leads to a state in which there is nothing left to do.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/plan/iptables_plan.h"
#include "core/text/iptables_text.h"

namespace {

[[noreturn]] void Wrong() { std::abort(); }

// A line for iptables-restore, "-D CHAIN SPEC" or "-I CHAIN 1 SPEC", as the rule that it names.
natplan::SavedRule RuleOf(const std::string& line) {
  const std::size_t space = line.find(' ', 3);
  if (space == std::string::npos || line.find('\n') != std::string::npos) Wrong();
  std::string_view spec = std::string_view(line).substr(space + 1);
  if (line.starts_with("-I ")) {
    if (!spec.starts_with("1 ")) Wrong();
    spec.remove_prefix(2);
  } else if (!line.starts_with("-D ")) {
    Wrong();
  }
  std::string text = "*nat\n-A " + line.substr(3, space - 3) + " ";
  text += spec;
  const auto read = natplan::ReadSavedTable(text + "\nCOMMIT\n");
  if (!read || read->rules.size() != 1 || read->rules[0].spec != spec) Wrong();
  if (!read->rules[0].comment.starts_with("natplan:natplan:")) Wrong();
  return read->rules[0];
}

// The table after iptables-restore took the lines.
natplan::SavedTable After(natplan::SavedTable nat, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    const natplan::SavedRule rule = RuleOf(line);
    if (line.starts_with("-I ")) {
      nat.rules.insert(nat.rules.begin(), rule);
      continue;
    }
    const auto same = [&](const natplan::SavedRule& one) {
      return one.chain == rule.chain && one.spec == rule.spec;
    };
    const auto at = std::ranges::find_if(nat.rules, same);
    if (at == nat.rules.end()) Wrong();
    nat.rules.erase(at);
  }
  return nat;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto nat = natplan::ReadSavedTable(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!nat) {
    if (nat.error().text.empty()) Wrong();
    return 0;
  }
  const auto tag = natplan::RuleTag::Make("natplan").value();
  natplan::IptablesSnapshot have;
  have.nat[natplan::Family::kIp] = *nat;
  const natplan::Owner owner = natplan::Owner::Default();
  natplan::IptablesWish wish{
      .intents = {{owner, natplan::Masquerade::Make(natplan::Prefix::Parse("10.0.0.0/8").value()).value()},
                  {owner, natplan::Forward{natplan::Protocol::kTcp, natplan::Port::Make(80).value(),
                                           natplan::Endpoint::Parse("10.0.0.2:80").value()}}},
      .mine = {owner}};
  // What the rules say is what they say again once it is wanted.
  const std::vector<natplan::OwnedIntent> intents = natplan::IntentsOf(have, tag);
  const natplan::IptablesPlan plan = natplan::PlanIptables(have, wish, tag);
  natplan::IptablesSnapshot then;
  then.nat[natplan::Family::kIp] = After(*nat, plan.lines[natplan::Family::kIp]);
  if (!natplan::PlanIptables(then, wish, tag).lines[natplan::Family::kIp].empty()) Wrong();
  for (const natplan::OwnedIntent& owned : intents) {
    if (owned.owner == owner) continue;
    const auto still = natplan::IntentsOf(then, tag);
    if (std::ranges::find(still, owned) == still.end()) Wrong();  // another owner's
  }
  return 0;
}
