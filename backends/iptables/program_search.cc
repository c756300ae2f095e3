#include "backends/iptables/program_search.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>

namespace natplan {
namespace {

std::vector<std::string> AbsoluteFolders(std::string_view path) {
  std::vector<std::string> folders;
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find(':'));
    path.remove_prefix(std::min(path.size(), folder.size() + 1));
    if (folder.starts_with('/')) folders.emplace_back(folder);
  }
  return folders;
}

std::string UsualPath() {
  const char* path = secure_getenv("PATH");
  return std::string(path == nullptr ? "" : path) + ":" + std::string(kSystemFolders);
}

}  // namespace

ProgramSearch::ProgramSearch(std::string_view path)
    : folders_(AbsoluteFolders(path.empty() ? UsualPath() : std::string(path))) {}

std::string ProgramSearch::Find(std::string_view program) const {
  for (const std::string& folder : folders_) {
    std::string path = folder + "/" + std::string(program);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

}  // namespace natplan
