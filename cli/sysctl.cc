#include "cli/sysctl.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>

#include "cli/proc_text.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr const char* kConf = "net/ipv4/conf";
constexpr const char* kConf6 = "net/ipv6/conf";

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

Sysctl::Sysctl(const char* folder, const InterfaceName& interface, const char* leaf)
    : path_(fmt::format("{}/{}/{}", folder, interface.name(), leaf)), interface_(interface) {}

Sysctl Sysctl::ForwardingBy(Family family, const InterfaceName& interface) {
  return family == Family::kIp ? Sysctl(kConf, interface, "forwarding")
                               : Sysctl(kConf6, interface, "force_forwarding");
}

Sysctl Sysctl::IsRouter(const InterfaceName& interface) { return {kConf6, interface, "forwarding"}; }

Sysctl Sysctl::ForwardingOfNew(Family family) {
  return Sysctl(fmt::format("{}/default/forwarding", family == Family::kIp ? kConf : kConf6));
}

Sysctl Sysctl::AcceptRedirectsOfAll() { return Sysctl("net/ipv4/conf/all/accept_redirects"); }

Sysctl Sysctl::RouteLocalnet(const InterfaceName& interface) { return {kConf, interface, "route_localnet"}; }

Sysctl Sysctl::RouteLocalnetOfAll() { return Sysctl("net/ipv4/conf/all/route_localnet"); }

Sysctl Sysctl::AcceptRa(const InterfaceName& interface) { return {kConf6, interface, "accept_ra"}; }

std::optional<Sysctl> Sysctl::Parse(std::string_view path) {
  for (const Sysctl& common :
       {Forwarding(Family::kIp), Forwarding(Family::kIp6), ForwardingOfNew(Family::kIp),
        ForwardingOfNew(Family::kIp6), AcceptRedirectsOfAll()}) {
    if (common.path_ == path) return common;
  }
  const std::size_t leaf = path.rfind('/');
  const std::size_t name = path.rfind('/', leaf - 1);
  if (leaf == std::string_view::npos || name == std::string_view::npos) return std::nullopt;
  const auto interface = InterfaceName::Make(path.substr(name + 1, leaf - name - 1));
  if (!interface || interface->name() == "all" || interface->name() == "default") return std::nullopt;
  for (const Sysctl& one : {ForwardingBy(Family::kIp, *interface), ForwardingBy(Family::kIp6, *interface),
                            IsRouter(*interface), RouteLocalnet(*interface), AcceptRa(*interface)}) {
    if (one.path_ == path) return one;
  }
  return std::nullopt;
}

Sysctl Sysctl::Of(const InterfaceName& interface) const {
  if (!interface_) return *this;
  Sysctl out = *this;
  const std::string before = "/" + interface_->name() + "/";
  out.path_.replace(path_.rfind(before), before.size(), "/" + interface.name() + "/");
  out.interface_ = interface;
  return out;
}

std::optional<Family> Sysctl::forwarding_family() const {
  if (path_.ends_with("/route_localnet")) return std::nullopt;
  return path_.starts_with("net/ipv6/") ? Family::kIp6 : Family::kIp;
}

std::string Sysctl::name() const {
  std::string out = path_;
  for (char& c : out) c = c == '/' ? '.' : c == '.' ? '/' : c;
  return out;
}

Error Sysctl::Failed(const std::filesystem::path& proc, std::optional<int> written, int errno_value) const {
  const std::string wanted = written ? fmt::format("{}={}", name(), *written) : name();
  Error error{
      .code = ErrorCode::kEnvironment,
      .errno_value = errno_value,
      .text = fmt::format("cannot {} {} ({}): {}", written ? "set" : "read", wanted,
                          (proc / "sys" / path_).string(), std::generic_category().message(errno_value))};
  switch (errno_value) {
    case ENOENT:
      error.code = ErrorCode::kNotSupported;
      error.text += HasProcfs(proc) ? "; the kernel lacks the protocol, or the interface is gone"
                                    : "; " + NoProcfs(proc);
      break;
    case EPERM:
    case EACCES:
      error.code = ErrorCode::kNotPermitted;
      error.text += fmt::format("; as root: sysctl {}{}", written ? "-w " : "", wanted);
      break;
    case EROFS:
      error.code = ErrorCode::kNotPermitted;
      error.text += fmt::format(
          "; /proc/sys is read-only here, as in most containers: set {} where the container is started",
          wanted);
      break;
    default:
      break;
  }
  return error;
}

std::expected<int, Error> Sysctl::Read(const std::filesystem::path& proc) const {
  const File file(proc / "sys" / path_, O_RDONLY);
  if (file.descriptor() < 0) return std::unexpected(Failed(proc, {}, errno));
  std::array<char, 32> text{};
  const ssize_t size = read(file.descriptor(), text.data(), text.size());
  if (size < 0) return std::unexpected(Failed(proc, {}, errno));
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + size, value);
  if (error != std::errc()) return std::unexpected(Failed(proc, {}, EINVAL));
  return value;
}

std::expected<void, Error> Sysctl::Write(const std::filesystem::path& proc, int value) const {
  const File file(proc / "sys" / path_, O_WRONLY);
  if (file.descriptor() < 0) return std::unexpected(Failed(proc, value, errno));
  const std::string text = fmt::format("{}\n", value);
  // The kernel takes a parameter in one write, or refuses it.
  if (write(file.descriptor(), text.data(), text.size()) < 0)
    return std::unexpected(Failed(proc, value, errno));
  return {};
}

}  // namespace natplan::cli
