#include "cli/sysctl_record.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/host/namespace_id.h"
#include "cli/proc_text.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

  int value() const { return value_; }

 private:
  int value_;
};

std::unexpected<Error> Failed(const char* what, const fs::path& path, int errno_value) {
  const bool forbidden = errno_value == EPERM || errno_value == EACCES || errno_value == EROFS;
  return std::unexpected(
      Error{.code = forbidden ? ErrorCode::kNotPermitted : ErrorCode::kEnvironment,
            .errno_value = errno_value,
            .text = fmt::format("cannot {} {}, the record of what --sysctl switched on: {}", what,
                                path.string(), std::generic_category().message(errno_value))});
}

// Whether nobody but root and the caller can have written what is in it.
bool IsTrusted(int descriptor) {
  struct stat info = {};
  return fstat(descriptor, &info) == 0 && (info.st_uid == 0 || info.st_uid == geteuid()) &&
         (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

// Errno EPERM: it is there, and somebody else's.
std::expected<Descriptor, int> OpenFolder(const fs::path& folder) {
  Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (opened.value() < 0) return std::unexpected(errno);
  if (!IsTrusted(opened.value())) return std::unexpected(EPERM);
  return opened;
}

std::expected<std::string, int> ReadAll(int descriptor) {
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    const ssize_t size = read(descriptor, part.data(), part.size());
    if (size < 0) return std::unexpected(errno);
    if (size == 0) return text;
    text.append(part.data(), static_cast<std::size_t>(size));
  }
}

std::string LineOf(char sign, const SwitchedOn& one) {
  // The line break in front parts it from a line that was torn.
  return fmt::format("\n{} {} {} {} {}\n", sign, one.sysctl.path(), one.index, one.before, one.after);
}

// False: it is no line of natplan's.
bool Apply(const std::string& line, std::vector<SwitchedOn>& known) {
  std::istringstream words(line);
  std::string sign;
  std::string path;
  unsigned index = 0;
  int before = 0;
  int after = 0;
  if (!(words >> sign >> path >> index >> before >> after) || (sign != "+" && sign != "-")) return false;
  const auto sysctl = Sysctl::Parse(path);
  if (!sysctl) return false;
  std::erase_if(known, [&](const SwitchedOn& one) { return one.sysctl == *sysctl && one.index == index; });
  if (sign == "+") known.push_back({*sysctl, index, before, after});
  return true;
}

void Apply(const std::string& text, const fs::path& file, Recorded& out) {
  // What has no line break at its end was torn.
  const std::size_t whole = text.rfind('\n') + 1;
  bool strange = whole < text.size();
  std::istringstream lines(text.substr(0, whole));
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && !Apply(line, out.switched_on)) strange = true;
  }
  if (!text.empty() && !strange) return;
  out.damage.push_back(fmt::format(
      "{}, the record of what --sysctl switched on, {}: more may be on than it tells; look at "
      "net.ipv4.ip_forward, net.ipv6.conf.all.forwarding and the interfaces' route_localnet, and delete it",
      file.string(), text.empty() ? "is empty" : "has lines that natplan does not write"));
}

}  // namespace

SysctlRecord::SysctlRecord(std::string name, std::vector<fs::path> folders)
    : name_(std::move(name)), folders_(std::move(folders)) {}

std::expected<SysctlRecord, Error> SysctlRecord::OfThisNamespace(const fs::path& proc) {
  auto id = NamespaceId(proc);
  if (!id) {
    id.error().text = "what --sysctl switched on cannot be looked up: " + id.error().text;
    if (!HasProcfs(proc)) id.error().text += "; " + NoProcfs(proc);
    return std::unexpected(std::move(id.error()));
  }
  // Everybody may write to /tmp: a folder there is this namespace's alone, so that nobody stands in the way
  // of somebody else by chance.
  return SysctlRecord("sysctls-" + *id, {"/run/natplan", "/tmp/natplan-" + *id});
}

std::expected<Recorded, Error> SysctlRecord::Read() const {
  Recorded out;
  for (const fs::path& folder : folders_) {
    const auto opened = OpenFolder(folder);
    // What is somebody else's says nothing of what natplan did.
    if (!opened && (opened.error() == ENOENT || opened.error() == EPERM || opened.error() == ELOOP ||
                    opened.error() == ENOTDIR))
      continue;
    if (!opened) return Failed("read", folder / name_, opened.error());
    const Descriptor file(openat(opened->value(), name_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (file.value() < 0 && errno == ENOENT) continue;
    if (file.value() < 0) return Failed("read", folder / name_, errno);
    const auto text = ReadAll(file.value());
    if (!text) return Failed("read", folder / name_, text.error());
    Apply(*text, folder / name_, out);
  }
  return out;
}

std::expected<void, Error> SysctlRecord::Append(const std::string& line) {
  std::expected<void, Error> result;
  for (const fs::path& folder : folders_) {
    (void)mkdir(folder.c_str(), 0755);
    const auto opened = OpenFolder(folder);
    if (!opened) {
      result = Failed("write", folder / name_, opened.error());
      continue;
    }
    const Descriptor file(
        openat(opened->value(), name_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (file.value() >= 0 && write(file.value(), line.data(), line.size()) == std::ssize(line)) return {};
    result = Failed("write", folder / name_, file.value() < 0 ? errno : ENOSPC);
  }
  return result;
}

std::expected<void, Error> SysctlRecord::Add(const SwitchedOn& one) { return Append(LineOf('+', one)); }

std::expected<void, Error> SysctlRecord::TakeAway(const SwitchedOn& one) { return Append(LineOf('-', one)); }

}  // namespace natplan::cli
