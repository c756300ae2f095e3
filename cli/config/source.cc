#include "cli/config/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "fmt/format.h"

namespace natplan::cli {
namespace {

std::string Resolve(const std::string& path) {
  const char* called_from = std::getenv("BUILD_WORKING_DIRECTORY");
  if (called_from == nullptr || path.starts_with('/')) return path;
  return std::string(called_from) + "/" + path;
}

std::string WhyNotOpened(int errno_value) {
  switch (errno_value) {
    case ENOENT:
      return "there is no such file; check the path, or write one (examples/two_containers.toml shows how)";
    case EACCES:
      return "you may not read it; change its permissions, or hand it over on standard input (FILE is then "
             "-)";
    default:
      return fmt::format("it cannot be opened: {}", std::strerror(errno_value));
  }
}

std::expected<std::string, std::string> ReadAll(int descriptor) {
  struct stat status = {};
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    return std::unexpected("it is a folder; name a file in it");
  }
  std::string text;
  std::size_t used = 0;
  for (;;) {
    text.resize(used + 65536);
    const ssize_t size = read(descriptor, text.data() + used, text.size() - used);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return std::unexpected(fmt::format("it cannot be read: {}", std::strerror(errno)));
    if (size == 0) break;
    used += static_cast<std::size_t>(size);
    if (used > kLargestFile) {
      return std::unexpected(
          "it is larger than 16 MiB; is it a natplan configuration? If so, split it into tables");
    }
  }
  text.resize(used);
  return text;
}

}  // namespace

std::expected<std::string, std::string> ReadSource(const std::string& path) {
  if (path == "-") return ReadAll(STDIN_FILENO);
  const int descriptor = open(Resolve(path).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0) return std::unexpected(WhyNotOpened(errno));
  auto text = ReadAll(descriptor);
  close(descriptor);
  return text;
}

}  // namespace natplan::cli
