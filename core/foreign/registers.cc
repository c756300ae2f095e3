#include "core/foreign/registers.h"

#include <algorithm>

namespace natplan::foreign {
namespace {

using Source = AbstractByte::Source;

constexpr Match kNever = {.may = false, .must = false};
constexpr Match kPerhaps = {.may = true, .must = false};
constexpr Match kAlways = {};

bool IsWhole(const AbstractByte& byte) { return byte.mask == 0xff && byte.flip == 0; }

bool IsWholePort(const AbstractBytes& bytes) {
  return bytes.size() == 2 && std::ranges::all_of(bytes, [&, place = 0](const AbstractByte& byte) mutable {
           return byte.source == Source::kPort && byte.value == place++ && IsWhole(byte);
         });
}

bool AreKnown(const AbstractBytes& bytes) {
  return std::ranges::all_of(bytes, [](const AbstractByte& byte) { return byte.source == Source::kKnown; });
}

std::uint16_t ToPort(Bytes bytes) { return static_cast<std::uint16_t>(bytes[0] << 8U | bytes[1]); }

bool IsBetween(Bytes bytes, Bytes first, Bytes last) {
  return !std::ranges::lexicographical_compare(bytes, first) &&
         !std::ranges::lexicographical_compare(last, bytes);
}

}  // namespace

AbstractBytes Unknown(std::size_t count) { return AbstractBytes(count); }

AbstractBytes Known(Bytes bytes) {
  AbstractBytes out;
  for (const std::uint8_t byte : bytes) out.push_back({.source = Source::kKnown, .value = byte});
  return out;
}

AbstractBytes DestinationPort() {
  return {{.source = Source::kPort, .value = 0}, {.source = Source::kPort, .value = 1}};
}

AbstractBytes DestinationAddress(std::size_t first, std::size_t count) {
  AbstractBytes out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({.source = Source::kAddress, .value = static_cast<std::uint8_t>(first + i)});
  return out;
}

Condition Match::ToCondition() const {
  if (!may) return Condition::Never();
  PortSet set({ports});
  return {set, must ? set : PortSet()};
}

Match operator&(const Match& a, const Match& b) {
  Match out{.may = a.may && b.may,
            .must = a.must && b.must,
            .ports = {std::max(a.ports.first, b.ports.first), std::min(a.ports.last, b.ports.last)}};
  if (out.ports.first > out.ports.last) return kNever;
  return out;
}

// Kernel: include/uapi/linux/netfilter/nf_tables.h enum nft_registers (6.18)
std::size_t Registers::OffsetOf(Register number) {
  if (number <= 4) return number * 16UL;
  return number < 8 ? kSize : 16UL + (number - 8) * 4UL;
}

void Registers::Set(Register to, const AbstractBytes& bytes) {
  std::size_t at = OffsetOf(to);
  for (const AbstractByte& byte : bytes) {
    if (at < kSize) bytes_[at++] = byte;
  }
  for (; at % 4 != 0 && at < kSize; ++at) bytes_[at] = {.source = Source::kKnown};
}

AbstractBytes Registers::Get(Register from, std::size_t count) const {
  AbstractBytes out(count);
  const std::size_t first = OffsetOf(from);
  for (std::size_t i = 0; i < count && first + i < kSize; ++i) out[i] = bytes_[first + i];
  return out;
}

void Registers::Mask(Register from, Register to, Bytes mask, Bytes flip) {
  AbstractBytes bytes = Get(from, mask.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    AbstractByte& byte = bytes[i];
    if (byte.source == Source::kKnown || mask[i] == 0) {
      byte = {.source = Source::kKnown, .value = static_cast<std::uint8_t>((byte.value & mask[i]) ^ flip[i])};
    } else {
      byte.mask &= mask[i];
      byte.flip = static_cast<std::uint8_t>((byte.flip & mask[i]) ^ flip[i]);
    }
  }
  Set(to, bytes);
}

Match Registers::IsEqual(Register from, Bytes wanted, std::size_t skipped) const {
  const std::size_t offset = OffsetOf(from) + skipped;
  if (offset + wanted.size() > kSize) return kPerhaps;
  bool certain = true;
  std::array<bool, 2> has_port = {false, false};
  std::array<std::uint8_t, 2> port = {0, 0};
  bool asks_address = false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const AbstractByte& byte = bytes_[offset + i];
    switch (byte.source) {
      case Source::kUnknown:
        certain = false;
        break;
      case Source::kKnown:
        if (byte.value != wanted[i]) return kNever;
        break;
      case Source::kPort:
        if (byte.mask != 0xff) {
          certain = false;
        } else {
          has_port[byte.value] = true;
          port[byte.value] = wanted[i] ^ byte.flip;
        }
        break;
      case Source::kAddress:
        asks_address = true;
        break;
    }
  }
  Match match = certain ? kAlways : kPerhaps;
  if (has_port[0] && has_port[1]) {
    match.ports = {ToPort(port), ToPort(port)};
  } else if (has_port[0] || has_port[1]) {
    match.must = false;
  }
  if (!asks_address) return match;
  std::size_t equal = 0;
  for (const Address& address : packets_.destinations) {
    bool is_equal = true;
    for (std::size_t i = 0; i < wanted.size() && is_equal; ++i) {
      const AbstractByte& byte = bytes_[offset + i];
      if (byte.source != Source::kAddress) continue;
      is_equal = byte.value < address.bytes().size() &&
                 ((address.bytes()[byte.value] & byte.mask) ^ byte.flip) == wanted[i];
    }
    if (is_equal) ++equal;
  }
  if (packets_.destinations.empty()) return match & kPerhaps;
  if (equal == 0) return kNever;
  return equal == packets_.destinations.size() ? match : match & kPerhaps;
}

Match Registers::IsBetween(Register from, Bytes first, Bytes last, std::size_t skipped) const {
  if (std::ranges::equal(first, last)) return IsEqual(from, first, skipped);
  const std::size_t offset = OffsetOf(from) + skipped;
  if (offset + first.size() > kSize || first.size() != last.size()) return kPerhaps;
  const AbstractBytes bytes(bytes_.begin() + static_cast<std::ptrdiff_t>(offset),
                            bytes_.begin() + static_cast<std::ptrdiff_t>(offset + first.size()));
  if (IsWholePort(bytes)) {
    Match match = {.ports = {ToPort(first), ToPort(last)}};
    return match & kAlways;
  }
  std::vector<std::uint8_t> value(first.size());
  if (AreKnown(bytes)) {
    std::ranges::transform(bytes, value.begin(), &AbstractByte::value);
    return foreign::IsBetween(value, first, last) ? kAlways : kNever;
  }
  std::size_t inside = 0;
  for (const Address& address : packets_.destinations) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i].source == Source::kKnown) {
        value[i] = bytes[i].value;
      } else if (bytes[i].source == Source::kAddress && bytes[i].value < address.bytes().size()) {
        value[i] = (address.bytes()[bytes[i].value] & bytes[i].mask) ^ bytes[i].flip;
      } else {
        return kPerhaps;
      }
    }
    if (foreign::IsBetween(value, first, last)) ++inside;
  }
  if (packets_.destinations.empty()) return kPerhaps;
  if (inside == 0) return kNever;
  return inside == packets_.destinations.size() ? kAlways : kPerhaps;
}

}  // namespace natplan::foreign
