#include "core/values/prefix.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/values/number.h"

namespace natplan {
namespace {

// Sets or clears every bit behind the first `length` bits.
Address FillHostBits(const Address& address, int length, bool value) {
  std::array<std::uint8_t, 16> bytes{};
  std::copy(address.bytes().begin(), address.bytes().end(), bytes.begin());
  for (int i = 0; i < static_cast<int>(address.bytes().size()); ++i) {
    const int kept = std::clamp(length - 8 * i, 0, 8);
    const auto host = static_cast<std::uint8_t>(0xffU >> kept);
    auto& byte = bytes[static_cast<std::size_t>(i)];
    byte = static_cast<std::uint8_t>(value ? byte | host : byte & ~host);
  }
  if (address.family() == Family::kIp6) return Address(bytes);
  return Address(std::array<std::uint8_t, 4>{bytes[0], bytes[1], bytes[2], bytes[3]});
}

std::string WrongLength(const Address& address, std::string_view length) {
  return "a prefix of " + address.ToString() + " has 0 to " + std::to_string(AddressBits(address.family())) +
         " bits, not " + std::string(length);
}

}  // namespace

std::expected<Prefix, std::string> Prefix::Make(const Address& address, int length) {
  const int bits = AddressBits(address.family());
  if (length < 0 || length > bits) {
    return std::unexpected(WrongLength(address, std::to_string(length)));
  }
  return Prefix(FillHostBits(address, length, false), length);
}

std::expected<Prefix, std::string> Prefix::Parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  auto address = Address::Parse(text.substr(0, slash));
  if (!address) return std::unexpected(address.error());
  if (slash == std::string_view::npos) return Make(*address, AddressBits(address->family()));
  const std::string_view digits = text.substr(slash + 1);
  const auto length = ParseNumber(digits);
  if (!length) {
    return std::unexpected("\"" + std::string(digits) +
                           "\" is not a prefix length; write the number of bits, " +
                           std::string(kNumberForm) + ", like " + address->ToString() + "/" +
                           std::to_string(AddressBits(address->family()) * 3 / 4));
  }
  if (*length > AddressBits(address->family())) return std::unexpected(WrongLength(*address, digits));
  return Make(*address, static_cast<int>(*length));
}

Address Prefix::last() const { return FillHostBits(network_, length_, true); }

std::optional<Address> Prefix::end() const {
  const Address top = last();
  std::array<std::uint8_t, 16> bytes{};
  const std::size_t size = top.bytes().size();
  std::copy(top.bytes().begin(), top.bytes().end(), bytes.begin());
  for (std::size_t i = size; i-- > 0;) {
    if (++bytes[i] != 0) {
      if (size == 16) return Address(bytes);
      return Address(std::array<std::uint8_t, 4>{bytes[0], bytes[1], bytes[2], bytes[3]});
    }
  }
  return std::nullopt;
}

bool Prefix::Contains(const Address& address) const {
  return address.family() == family() && FillHostBits(address, length_, false) == network_;
}

bool Prefix::Contains(const Prefix& other) const {
  return other.length_ >= length_ && Contains(other.network_);
}

std::string Prefix::ToString() const {
  std::string out = network_.ToString();
  if (length_ != AddressBits(family())) out += "/" + std::to_string(length_);
  return out;
}

}  // namespace natplan
