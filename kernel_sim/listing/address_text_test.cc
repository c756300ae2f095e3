#include "kernel_sim/listing/address_text.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace natplan::kernel_sim::listing {
namespace {

std::string Reference(const std::array<std::uint8_t, 16>& bytes) {
  std::array<char, INET6_ADDRSTRLEN> text;
  return inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
}

// Every pattern of zero and other groups, with values that matter to the embedded IPv4 forms.
TEST(Ipv6Text, EqualsTheLibrarysForEveryPatternOfGroups) {
  constexpr std::array<unsigned, 3> kValues = {0, 0xffff, 0x1a};
  for (int pattern = 0; pattern < 6561; ++pattern) {
    std::array<std::uint8_t, 16> bytes;
    int rest = pattern;
    for (std::size_t group = 0; group < 8; ++group) {
      const unsigned value = kValues[static_cast<std::size_t>(rest % 3)];
      rest /= 3;
      bytes[2 * group] = static_cast<std::uint8_t>(value >> 8);
      bytes[2 * group + 1] = static_cast<std::uint8_t>(value);
    }
    ASSERT_EQ(Ipv6Text(bytes), Reference(bytes));
  }
}

TEST(Ipv4Text, HasFourNumbers) {
  const std::array<std::uint8_t, 4> bytes = {0, 1, 20, 255};
  EXPECT_EQ(Ipv4Text(bytes), "0.1.20.255");
}

}  // namespace
}  // namespace natplan::kernel_sim::listing
