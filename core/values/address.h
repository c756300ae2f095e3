// An IPv4 or IPv6 address. A value that exists is valid.
#ifndef NATPLAN_CORE_VALUES_ADDRESS_H_
#define NATPLAN_CORE_VALUES_ADDRESS_H_

#include <array>
#include <compare>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

namespace natplan {

enum class Family : std::uint8_t { kIp, kIp6 };  // nft's "ip" and "ip6"

inline constexpr std::array<Family, 2> kFamilies = {Family::kIp, Family::kIp6};

std::string_view Name(Family family);  // "ip", "ip6"
constexpr int AddressBits(Family family) { return family == Family::kIp ? 32 : 128; }
constexpr std::size_t AddressBytes(Family family) { return family == Family::kIp ? 4 : 16; }

class Address {
 public:
  // Bytes in network byte order.
  explicit constexpr Address(const std::array<std::uint8_t, 4>& bytes) : family_(Family::kIp) {
    for (std::size_t i = 0; i < 4; ++i) bytes_[i] = bytes[i];
  }
  explicit constexpr Address(const std::array<std::uint8_t, 16>& bytes)
      : bytes_(bytes), family_(Family::kIp6) {}

  // Text as inet_pton(3) takes it. The error is one sentence that says what is wrong and what to write
  // instead; a scope id ("fe80::1%eth0") is refused because nf_tables has none.
  static std::expected<Address, std::string> Parse(std::string_view text);

  constexpr Family family() const { return family_; }
  // Network byte order, 4 or 16 bytes, owned by this value.
  constexpr std::span<const std::uint8_t> bytes() const { return {bytes_.data(), AddressBytes(family_)}; }

  // As inet_ntop(3) and nft print it.
  std::string ToString() const;

  // By family, then numerically.
  friend constexpr auto operator<=>(const Address& a, const Address& b) {
    if (auto c = a.family_ <=> b.family_; c != 0) return c;
    if (auto c = a.Half(0) <=> b.Half(0); c != 0) return c;
    return a.Half(8) <=> b.Half(8);
  }
  friend constexpr bool operator==(const Address&, const Address&) = default;

 private:
  // Eight bytes as a number: comparing two of those is much of what ordered sets of addresses cost. Written
  // out because compilers know this form, and not a loop, as one load.
  constexpr std::uint64_t Half(std::size_t at) const {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint64_t>(bytes_[at + i]); };
    return byte(0) << 56U | byte(1) << 48U | byte(2) << 40U | byte(3) << 32U | byte(4) << 24U |
           byte(5) << 16U | byte(6) << 8U | byte(7);
  }

  std::array<std::uint8_t, 16> bytes_{};
  Family family_;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_ADDRESS_H_
