#include "core/plan/test_nat_table.h"

#include <algorithm>
#include <cstddef>

namespace natplan {

std::string SavedText(const std::vector<std::string>& rules) {
  std::string text = "*nat\n:PREROUTING ACCEPT [0:0]\n";
  for (const std::string& rule : rules) text += "-A " + rule + "\n";
  return text + "COMMIT\n";
}

bool TakeLine(std::vector<std::string>& rules, const std::string& line) {
  if (!line.starts_with("-I ") && !line.starts_with("-D ")) return false;
  const std::size_t spec = line.find(' ', 3) + 1;
  const std::string chain = line.substr(3, spec - 3);
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
