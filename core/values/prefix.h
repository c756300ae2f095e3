// An address prefix: a network and its length in bits. A value that exists is valid and has no host bits.
#ifndef NATPLAN_CORE_VALUES_PREFIX_H_
#define NATPLAN_CORE_VALUES_PREFIX_H_

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "core/values/address.h"

namespace natplan {

class Prefix {
 public:
  // Host bits of `address` are cleared. Refuses a length beyond 32 or 128, or below 0, with one sentence.
  static std::expected<Prefix, std::string> Make(const Address& address, int length);
  // "192.0.2.0/24", or an address alone, which is a prefix of full length.
  static std::expected<Prefix, std::string> Parse(std::string_view text);

  Family family() const { return network_.family(); }
  const Address& network() const { return network_; }  // the first address
  int length() const { return length_; }               // bits, 0 to 32 or 128
  Address last() const;                                // the last address
  // The first address behind the prefix; none at the top of the address space.
  std::optional<Address> end() const;

  bool Contains(const Address& address) const;
  bool Contains(const Prefix& other) const;
  bool Overlaps(const Prefix& other) const { return Contains(other) || other.Contains(*this); }

  // As nft prints it: without "/32" and "/128".
  std::string ToString() const;

  // By family, then first address, then length: a prefix stands before those that it contains.
  friend auto operator<=>(const Prefix&, const Prefix&) = default;

 private:
  Prefix(const Address& network, int length)
      : network_(network), length_(static_cast<std::uint8_t>(length)) {}
  Address network_;
  std::uint8_t length_;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_PREFIX_H_
