// What the registers hold while the expressions of a rule are gone through: known bytes, bytes of the
// packet's port and address, and bytes of which nothing is known.
#ifndef NATPLAN_CORE_FOREIGN_REGISTERS_H_
#define NATPLAN_CORE_FOREIGN_REGISTERS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/foreign/condition.h"
#include "core/values/expression.h"

namespace natplan::foreign {

using Bytes = std::span<const std::uint8_t>;

struct AbstractByte {
  enum class Source : std::uint8_t { kUnknown, kKnown, kPort, kAddress };
  Source source = Source::kUnknown;
  std::uint8_t value = 0;  // kKnown: the byte; kPort, kAddress: its place there
  std::uint8_t mask = 0xff;
  std::uint8_t flip = 0;  // what is compared is (byte & mask) ^ flip
};
using AbstractBytes = std::vector<AbstractByte>;

AbstractBytes Unknown(std::size_t count);
AbstractBytes Known(Bytes bytes);
AbstractBytes DestinationPort();
// `count` bytes of the destination's address from `first` on.
AbstractBytes DestinationAddress(std::size_t first, std::size_t count);

// The ports of one range with which something may, or must, be so.
struct Match {
  bool may = true;
  bool must = true;  // only with `may`
  PortRange ports = {};

  Condition ToCondition() const;
  friend Match operator&(const Match& a, const Match& b);
};

class Registers {
 public:
  // `packets` must outlive this.
  explicit Registers(const Packets& packets) : packets_(packets) {}

  // As the kernel does, with zeros up to the next word. What does not fit is left out.
  void Set(Register to, const AbstractBytes& bytes);
  AbstractBytes Get(Register from, std::size_t count) const;
  void Mask(Register from, Register to, Bytes mask, Bytes flip);

  // Whether the register's first bytes are these.
  Match IsEqual(Register from, Bytes bytes, std::size_t skipped = 0) const;
  // Whether they lie between these two, which have the same length and belong to the range.
  Match IsBetween(Register from, Bytes first, Bytes last, std::size_t skipped = 0) const;

 private:
  static constexpr std::size_t kSize = 80;  // NFT_REG32_COUNT words
  static std::size_t OffsetOf(Register number);

  const Packets& packets_;
  std::array<AbstractByte, kSize> bytes_ = {};
};

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_REGISTERS_H_
