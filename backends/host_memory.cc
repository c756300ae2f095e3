#include "backends/host_memory.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <string_view>

namespace natplan {
namespace {

// The names of one version of the memory controller's files.
struct Controller {
  const char* mount;
  const char* limit;
  const char* usage;
  const char* active_file;  // in memory.stat
  const char* inactive_file;
};
constexpr Controller kUnified = {"/sys/fs/cgroup", "memory.max", "memory.current", "active_file",
                                 "inactive_file"};
constexpr Controller kLegacy = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes",
                                "total_active_file", "total_inactive_file"};

std::optional<std::uint64_t> ToNumber(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> NumberIn(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  return std::getline(file, line) ? ToNumber(line) : std::nullopt;
}

// The number behind `name` in a file of lines "name number".
std::optional<std::uint64_t> NumberOf(std::string_view name, const std::string& path) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::string_view rest = line;
    if (!rest.starts_with(name)) continue;
    rest.remove_prefix(name.size());
    if (rest.empty() || rest.front() != ' ') continue;
    return ToNumber(rest.substr(std::min(rest.find_first_not_of(' '), rest.size())));
  }
  return std::nullopt;
}

// What is left to one control group; none: it has no limit.
std::optional<std::uint64_t> LeftIn(const Controller& names, const std::string& group) {
  const auto limit = NumberIn(group + "/" + names.limit);
  const auto usage = NumberIn(group + "/" + names.usage);
  if (!limit || !usage) return std::nullopt;
  const std::uint64_t cache = NumberOf(names.active_file, group + "/memory.stat").value_or(0) +
                              NumberOf(names.inactive_file, group + "/memory.stat").value_or(0);
  const std::uint64_t used = *usage - std::min(*usage, cache);
  return *limit - std::min(*limit, used);
}

void Lower(std::optional<std::uint64_t>& least, std::optional<std::uint64_t> other) {
  if (other && (!least || *other < *least)) least = other;
}

// The group at `path` and those above it.
void LowerByGroups(const Controller& names, const std::string& root, std::string path,
                   std::optional<std::uint64_t>& least) {
  for (;;) {
    Lower(least, LeftIn(names, root + names.mount + path));
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return;
    path.erase(slash);
  }
}

// Whether a line of /proc/self/cgroup, "NUMBER:CONTROLLERS:PATH", is about a hierarchy with this controller.
bool HasMemory(std::string_view controllers) {
  while (!controllers.empty()) {
    const std::size_t comma = std::min(controllers.find(','), controllers.size());
    if (controllers.substr(0, comma) == "memory") return true;
    controllers.remove_prefix(std::min(comma + 1, controllers.size()));
  }
  return false;
}

}  // namespace

std::optional<std::uint64_t> AvailableMemory(const std::string& root) {
  std::optional<std::uint64_t> least;
  if (const auto kibibytes = NumberOf("MemAvailable:", root + "/proc/meminfo")) least = *kibibytes * 1024;
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string_view controllers = std::string_view(line).substr(first + 1, second - first - 1);
    std::string path = line.substr(second + 1);
    if (path == "/") path.clear();
    if (controllers.empty()) LowerByGroups(kUnified, root, path, least);
    if (HasMemory(controllers)) LowerByGroups(kLegacy, root, path, least);
  }
  return least;
}

}  // namespace natplan
