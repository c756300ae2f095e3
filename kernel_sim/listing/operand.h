// What a register of a rule holds, as nft names it.
#ifndef NATPLAN_KERNEL_SIM_LISTING_OPERAND_H_
#define NATPLAN_KERNEL_SIM_LISTING_OPERAND_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "kernel_sim/listing/attribute_reader.h"
#include "kernel_sim/listing/datatype.h"
#include "kernel_sim/listing/expressions.h"

namespace natplan::kernel_sim::listing {

// A loaded value: its text, its type, and what more a printer must know of it.
struct Operand {
  enum class Kind {
    kField,      // something of the packet
    kImmediate,  // `value`
    kMap,        // the result of a map
  };
  Kind kind = Kind::kField;
  std::string text;
  DataType type;
  std::size_t length = 0;           // bytes
  bool concatenation = false;       // of kMap: the map's data have several parts
  bool transport_protocol = false;  // the number of the protocol above IP
  bool transport_field = false;     // its text names the protocol above IP
  Bytes value;                      // of kImmediate
  std::optional<Bytes> mask;        // a bitwise and, applied after loading
  std::optional<std::uint32_t> ct;  // of a connection's key: which, for the names of its bits
};

// nullopt: nft has no such field, or this printer does not know it.
std::optional<Operand> MetaOperand(const Meta& meta);
std::optional<Operand> CtOperand(const Ct& ct);
// The bits that are set, as nft names them: "new,related"; empty: this printer does not know them all.
std::string CtBitsText(std::uint32_t key, const Bytes& bits);
std::optional<Operand> FibOperand(const Fib& fib);
// `transport` is the protocol above IP that the rule has matched before, if it has.
Operand PayloadOperand(std::uint8_t family, const Payload& payload, std::optional<std::uint8_t> transport);

// The registers of one rule. The kernel has sixteen words of four bytes; each of the four big registers is
// four words, and both numberings occur.
class Registers {
 public:
  void Store(std::uint32_t number, Operand operand);
  // What was stored to begin just there.
  const Operand* Load(std::uint32_t number) const;
  // The same for the register that begins `bytes` after `number`.
  const Operand* LoadAfter(std::uint32_t number, std::size_t bytes) const;

 private:
  static constexpr std::size_t kWords = 16;
  static std::optional<std::size_t> Word(std::uint32_t number);

  std::array<std::optional<Operand>, kWords> words_;
};

}  // namespace natplan::kernel_sim::listing

#endif  // NATPLAN_KERNEL_SIM_LISTING_OPERAND_H_
