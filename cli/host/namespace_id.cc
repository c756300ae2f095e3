#include "cli/host/namespace_id.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <optional>
#include <system_error>

#include "fmt/format.h"

namespace natplan::cli {
namespace {

std::optional<std::uint64_t> Cookie() {
  const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return std::nullopt;
  std::uint64_t cookie = 0;
  socklen_t size = sizeof(cookie);
  const bool known = getsockopt(descriptor, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &size) == 0;
  close(descriptor);
  return known ? std::optional(cookie) : std::nullopt;
}

std::unexpected<Error> Unreadable(const std::filesystem::path& path, int errno_value) {
  return std::unexpected(Error{.code = ErrorCode::kEnvironment,
                               .errno_value = errno_value,
                               .text = fmt::format("cannot read {}: {}", path.string(),
                                                   std::generic_category().message(errno_value))});
}

}  // namespace

std::expected<std::string, Error> NamespaceId(const std::filesystem::path& proc) {
  const std::filesystem::path boot = proc / "sys/kernel/random/boot_id";
  std::ifstream file(boot);
  if (!file) return Unreadable(boot, errno);
  std::string id;
  file >> id;
  std::erase_if(id, [](unsigned char c) { return std::isxdigit(c) == 0 && c != '-'; });
  if (id.empty()) return Unreadable(boot, EINVAL);
  if (const auto cookie = Cookie()) return fmt::format("{}-{}", id, *cookie);
  const std::filesystem::path own = proc / "self/ns/net";
  struct stat info = {};
  if (stat(own.c_str(), &info) != 0) return Unreadable(own, errno);
  return fmt::format("{}-i{}", id, static_cast<std::uint64_t>(info.st_ino));
}

}  // namespace natplan::cli
