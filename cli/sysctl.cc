#include "cli/sysctl.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>

#include "fmt/format.h"

namespace natplan::cli {
namespace {

class File {
 public:
  File(const std::filesystem::path& path, int flags) : descriptor_(open(path.c_str(), flags | O_CLOEXEC)) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

Sysctl Sysctl::Forwarding(Family family) {
  return Sysctl(family == Family::kIp ? "net/ipv4/ip_forward" : "net/ipv6/conf/all/forwarding");
}

Sysctl Sysctl::RouteLocalnet(const InterfaceName& interface) {
  return Sysctl("net/ipv4/conf/" + interface.name() + "/route_localnet");
}

Sysctl Sysctl::RouteLocalnetOfAll() { return Sysctl("net/ipv4/conf/all/route_localnet"); }

std::string Sysctl::name() const {
  std::string out = path_;
  for (char& c : out) c = c == '/' ? '.' : c == '.' ? '/' : c;
  return out;
}

Error Sysctl::Failed(const std::filesystem::path& file, const char* what, int errno_value) const {
  Error error{.code = ErrorCode::kEnvironment,
              .errno_value = errno_value,
              .text = fmt::format("cannot {} {}: {}", what, file.string(),
                                  std::generic_category().message(errno_value))};
  switch (errno_value) {
    case ENOENT:
      error.code = ErrorCode::kNotSupported;
      error.text += "; the kernel lacks the protocol, the interface is gone, or /proc is not mounted";
      break;
    case EPERM:
    case EACCES:
      error.code = ErrorCode::kNotPermitted;
      error.text += fmt::format("; set it as root: sysctl -w {}=1", name());
      break;
    case EROFS:
      error.code = ErrorCode::kNotPermitted;
      error.text += fmt::format(
          "; /proc/sys is read-only here, as in most containers: set {}=1 where the container is started",
          name());
      break;
    default:
      break;
  }
  return error;
}

std::expected<int, Error> Sysctl::Read(const std::filesystem::path& proc) const {
  const std::filesystem::path path = proc / "sys" / path_;
  const File file(path, O_RDONLY);
  if (file.descriptor() < 0) return std::unexpected(Failed(path, "read", errno));
  std::array<char, 32> text{};
  const ssize_t size = read(file.descriptor(), text.data(), text.size());
  if (size < 0) return std::unexpected(Failed(path, "read", errno));
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + size, value);
  if (error != std::errc()) return std::unexpected(Failed(path, "understand", EINVAL));
  return value;
}

std::expected<void, Error> Sysctl::Write(const std::filesystem::path& proc, int value) const {
  const std::filesystem::path path = proc / "sys" / path_;
  const File file(path, O_WRONLY);
  if (file.descriptor() < 0) return std::unexpected(Failed(path, "write", errno));
  const std::string text = fmt::format("{}\n", value);
  // The kernel takes a parameter in one write, or refuses it.
  if (write(file.descriptor(), text.data(), text.size()) < 0)
    return std::unexpected(Failed(path, "write", errno));
  return {};
}

}  // namespace natplan::cli
