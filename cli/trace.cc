#include "cli/trace.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/wire/describe.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr std::size_t kHeaderBytes = 16;  // struct nlmsghdr
constexpr std::size_t kAlignment = 4;     // NLMSG_ALIGNTO

// nlmsg_len of the message that `rest` begins with, as far as it is there.
std::size_t LengthOf(std::span<const std::uint8_t> rest) {
  std::uint32_t length = 0;
  if (rest.size() < kHeaderBytes) return rest.size();
  std::memcpy(&length, rest.data(), sizeof(length));
  return std::clamp<std::size_t>(length, kHeaderBytes, rest.size());
}

}  // namespace

void TraceTo(const TracedDatagram& datagram, std::vector<std::string>& lines) {
  const bool sent = datagram.direction == TracedDatagram::Direction::kSent;
  const char arrow = sent ? '>' : '<';
  std::span<const std::uint8_t> rest = datagram.bytes;
  while (!rest.empty()) {
    const std::size_t length = LengthOf(rest);
    lines.push_back(fmt::format("# {} {}", arrow, DescribeLine(rest.first(length))));
    rest = rest.subspan(std::min((length + kAlignment - 1) / kAlignment * kAlignment, rest.size()));
  }
  if (datagram.truncated) lines.emplace_back("# < the rest of this datagram did not fit into the buffer");
  if (datagram.errno_value != 0) {
    lines.push_back(fmt::format("# {} {}: {}", arrow, sent ? "not sent" : "answers were lost",
                                std::strerror(datagram.errno_value)));
  }
}

}  // namespace natplan::cli
