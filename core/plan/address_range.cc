#include "core/plan/address_range.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstdint>
#include <span>

namespace natplan {

Address ToAddress(Family family, const ElementKey& key) {
  assert(key.size() <= AddressBytes(family));
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(key.span(), bytes.begin());
  if (family == Family::kIp6) return Address(bytes);
  return Address(std::array<std::uint8_t, 4>{bytes[0], bytes[1], bytes[2], bytes[3]});
}

bool AddressRange::Overlaps(const AddressRange& other) const {
  return (!end || other.first < *end) && (!other.end || first < *other.end);
}

AddressRange ToRange(const Prefix& prefix) { return {prefix.network(), prefix.end()}; }

namespace {

// Takes one away from a number in network byte order; 0 becomes all ones. Whether it was more than 0.
bool StepDown(std::span<std::uint8_t> bytes) {
  for (std::size_t i = bytes.size(); i-- > 0;) {
    if (bytes[i]-- != 0) return true;
  }
  return false;
}

}  // namespace

std::optional<Address> AddressBefore(const Address& address) {
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(address.bytes(), bytes.begin());
  const auto number = std::span(bytes).first(address.bytes().size());
  if (!StepDown(number)) return {};
  return ToAddress(address.family(), ElementKey(number));
}

std::optional<Prefix> ToPrefix(const AddressRange& range) {
  const std::span<const std::uint8_t> first = range.first.bytes();
  // The end is 0 where it is the top of the address space.
  std::array<std::uint8_t, 16> last{};
  if (range.end) std::ranges::copy(range.end->bytes(), last.begin());
  StepDown(std::span(last).first(first.size()));
  int length = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const int equal = std::countl_zero(static_cast<std::uint8_t>(first[i] ^ last[i]));
    length += equal;
    if (equal < 8) break;
  }
  const auto prefix = Prefix::Make(range.first, length);
  return prefix && ToRange(*prefix) == range ? std::optional(*prefix) : std::nullopt;
}

Element ToElement(const AddressRange& range) {
  Element out{.kind = ElementKind::kRange, .key = ElementKey(range.first.bytes())};
  if (range.end) out.end = ElementKey(range.end->bytes());
  return out;
}

}  // namespace natplan
