// Any bytes as what iptables-save printed: an answer or an error with a text. What is read is planned from,
// and the plan names only rules that are there, changes no rule of others, and leads to a state in which
// there is nothing left to do.
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

std::string Line(const natplan::SavedRule& rule) { return rule.chain + " " + rule.spec; }

// The rules after iptables-restore took the lines: "-D CHAIN SPEC" and "-I CHAIN 1 SPEC".
std::vector<std::string> After(const natplan::SavedNat& before, const std::vector<std::string>& lines) {
  std::vector<std::string> rules;
  for (const natplan::SavedRule& rule : before.rules) rules.push_back(Line(rule));
  for (const std::string& line : lines) {
    const std::size_t space = line.find(' ', 3);
    if (space == std::string::npos) Wrong();
    const std::string chain = line.substr(3, space - 3);
    if (line.starts_with("-D ")) {
      const auto at = std::ranges::find(rules, chain + line.substr(space));
      if (at == rules.end()) Wrong();
      rules.erase(at);
    } else if (line.starts_with("-I ") && line.substr(space, 3) == " 1 ") {
      rules.insert(rules.begin(), chain + line.substr(space + 2));
    } else {
      Wrong();
    }
  }
  return rules;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto nat = natplan::ReadSavedNat(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!nat) {
    if (nat.error().text.empty()) Wrong();
    return 0;
  }
  const auto tag = natplan::RuleTag::Make("natplan").value();
  natplan::IptablesSnapshot have;
  have.nat[0] = *nat;
  const natplan::Owner owner = natplan::Owner::Default();
  natplan::IptablesWish wish{
      .intents = {{owner, natplan::Masquerade::Make(natplan::Prefix::Parse("10.0.0.0/8").value()).value()},
                  {owner, natplan::Forward{natplan::Protocol::kTcp, natplan::Port::Make(80).value(),
                                           natplan::Endpoint::Parse("10.0.0.2:80").value()}}},
      .mine = {owner}};
  // What the rules say is what they say again once it is wanted.
  const std::vector<natplan::OwnedIntent> intents = natplan::IntentsOf(have, tag);
  const natplan::IptablesPlan plan = natplan::PlanIptables(have, wish, tag);
  std::string text = "*nat\n";
  for (const std::string& rule : After(*nat, plan.lines[0])) text += "-A " + rule + "\n";
  const auto changed = natplan::ReadSavedNat(text + "COMMIT\n");
  if (!changed) Wrong();
  natplan::IptablesSnapshot then;
  then.nat[0] = *changed;
  if (!natplan::PlanIptables(then, wish, tag).lines[0].empty()) Wrong();
  for (const natplan::OwnedIntent& owned : intents) {
    if (owned.owner == owner) continue;
    const auto still = natplan::IntentsOf(then, tag);
    if (std::ranges::find(still, owned) == still.end()) Wrong();  // another owner's
  }
  return 0;
}
