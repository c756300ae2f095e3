#include "core/plan/test_nat_table.h"

#include <algorithm>
#include <cstddef>

#include "core/text/iptables_text.h"

namespace natplan {

std::string SavedText(const std::vector<std::string>& rules) {
  std::string nat = "*nat\n:PREROUTING ACCEPT [0:0]\n";
  std::string raw = "*raw\n";
  for (const std::string& rule : rules) {
    const bool in_raw = rule.starts_with(kInRaw);
    (in_raw ? raw : nat) += "-A " + rule.substr(in_raw ? kInRaw.size() : 0) + "\n";
  }
  return raw + "COMMIT\n" + nat + "COMMIT\n";
}

bool TakeLine(std::vector<std::string>& rules, const std::string& full_line) {
  const std::string table(full_line.starts_with(kInRaw) ? kInRaw : "");
  const std::string line = full_line.substr(table.size());
  if (!line.starts_with("-I ") && !line.starts_with("-D ")) return false;
  const std::size_t spec = line.find(' ', 3) + 1;
  const std::string chain = table + line.substr(3, spec - 3);
  if (line.starts_with("-I ")) {
    if (line.substr(spec, 2) != "1 ") return false;
    rules.insert(rules.begin(), chain + line.substr(spec + 2));
    return true;
  }
  const auto at = std::ranges::find(rules, chain + line.substr(spec));
  if (at == rules.end()) return false;
  rules.erase(at);
  return true;
}

}  // namespace natplan
