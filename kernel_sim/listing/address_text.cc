#include "kernel_sim/listing/address_text.h"

#include <array>
#include <charconv>
#include <cstddef>

namespace natplan::kernel_sim::listing {
namespace {

constexpr std::size_t kGroups = 8;

struct Run {
  std::size_t start = 0;
  std::size_t length = 0;
};

// The first of the longest runs of zero groups; one group alone is not shortened.
Run LongestZeroRun(const std::array<unsigned, kGroups>& groups) {
  Run best;
  Run current;
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (groups[i] != 0) {
      current.length = 0;
      continue;
    }
    if (current.length == 0) current.start = i;
    ++current.length;
    if (current.length > best.length) best = current;
  }
  return best.length > 1 ? best : Run();
}

std::string Hex(unsigned value) {
  std::array<char, 8> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, 16).ptr;
  return std::string(buffer.data(), end);
}

}  // namespace

std::string Ipv4Text(ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty()) text += '.';
    text += std::to_string(byte);
  }
  return text;
}

std::string Ipv6Text(ByteView bytes) {
  std::array<unsigned, kGroups> groups;
  for (std::size_t i = 0; i < kGroups; ++i) groups[i] = bytes[2 * i] * 256U + bytes[2 * i + 1];
  const Run zeros = LongestZeroRun(groups);
  // ::a.b.c.d and ::ffff:a.b.c.d; ::1 and the like are no IPv4 addresses.
  const bool ends_in_ipv4 =
      zeros.start == 0 && (zeros.length == 6 || (zeros.length == 5 && groups[5] == 0xffff));
  std::string text;
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (zeros.length != 0 && i == zeros.start) {
      text += "::";
      i += zeros.length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    if (ends_in_ipv4 && i == 6) return text + Ipv4Text(bytes.subspan(12));
    text += Hex(groups[i]);
  }
  return text;
}

}  // namespace natplan::kernel_sim::listing
