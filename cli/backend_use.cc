#include "cli/backend_use.h"

#include "fmt/format.h"

namespace natplan::cli {

std::vector<std::string> IptablesLines(const Report& report) {
  std::vector<std::string> out;
  for (const Family family : kFamilies) {
    for (const std::string& line : report.iptables[family])
      out.push_back(fmt::format("{}: {}", Name(family), line));
  }
  return out;
}

bool IsDelete(std::string_view iptables_line) {
  return iptables_line.find(": -D ") != std::string_view::npos;
}

}  // namespace natplan::cli
