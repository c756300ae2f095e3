#include "cli/config/source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "fmt/format.h"

namespace natplan::cli {
namespace {

using TimePoint = std::chrono::steady_clock::time_point;

std::string Resolve(const std::string& path) {
  const char* called_from = std::getenv("BUILD_WORKING_DIRECTORY");
  if (called_from == nullptr || path.starts_with('/')) return path;
  return std::string(called_from) + "/" + path;
}

Error Wrong(std::string text) { return {.code = ErrorCode::kInvalidArgument, .text = std::move(text)}; }

std::string WhyNotOpened(int errno_value) {
  switch (errno_value) {
    case ENOENT:
      return "there is no such file; check the path, or write one (examples/two_containers.toml shows how)";
    case EACCES:
      return "you may not read it; change its permissions, or hand it over on standard input (FILE is then "
             "-)";
    case ENXIO:
      return "it is a socket or a device that is not there; hand it over on standard input (FILE is then -)";
    default:
      return fmt::format("it cannot be opened: {}", std::strerror(errno_value));
  }
}

// Waits until there is something to read, or the end. False: not before `until`.
bool WaitToRead(int descriptor, std::optional<TimePoint> until) {
  for (;;) {
    int wait = -1;
    if (until) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(*until - std::chrono::steady_clock::now());
      wait = static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX));
    }
    pollfd one = {.fd = descriptor, .events = POLLIN, .revents = 0};
    const int ready = poll(&one, 1, wait);
    if (ready > 0) return true;
    if (ready == 0 && wait < INT_MAX) return false;
    if (ready < 0 && errno != EINTR) return true;  // reading it says what is wrong
  }
}

// How much is read at a time, in bytes.
constexpr std::size_t kPart = 65536;

std::expected<std::string, Error> ReadAll(int descriptor, std::optional<TimePoint> until) {
  struct stat status = {};
  if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    return std::unexpected(Wrong("it is a folder; name a file in it"));
  }
  std::string text;
  if (S_ISREG(status.st_mode)) {
    const auto size = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
    text.reserve(std::min(size, kLargestFile) + kPart);
  }
  std::size_t used = 0;
  for (;;) {
    text.resize(used + kPart);
    if (!WaitToRead(descriptor, until)) {
      return std::unexpected(
          Error{.code = ErrorCode::kDeadline,
                .errno_value = ETIMEDOUT,
                .text = "whoever is to write to it did not finish in time; give more time with --deadline"});
    }
    const ssize_t size = read(descriptor, text.data() + used, text.size() - used);
    // Non-blocking, and another process that shares it was faster.
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size < 0) return std::unexpected(Wrong(fmt::format("it cannot be read: {}", std::strerror(errno))));
    if (size == 0) break;
    used += static_cast<std::size_t>(size);
    if (used > kLargestFile) {
      return std::unexpected(
          Wrong("it is larger than 16 MiB; is it a natplan configuration? If so, split it into tables"));
    }
  }
  text.resize(used);
  return text;
}

}  // namespace

std::expected<std::string, Error> ReadSource(const std::string& path, std::chrono::milliseconds patience) {
  if (path == "-") return ReadAll(STDIN_FILENO, std::nullopt);
  const TimePoint until = std::chrono::steady_clock::now() + patience;
  // A FIFO is opened at once then; that nobody writes to it yet shows in poll(2).
  const int descriptor = open(Resolve(path).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  if (descriptor < 0) return std::unexpected(Wrong(WhyNotOpened(errno)));
  auto text = ReadAll(descriptor, until);
  close(descriptor);
  return text;
}

}  // namespace natplan::cli
