// The registers of a rule: numbers on the wire, and which words an expression may read.
#ifndef NATPLAN_KERNEL_SIM_REGISTERS_H_
#define NATPLAN_KERNEL_SIM_REGISTERS_H_

#include <bitset>
#include <cstddef>
#include <cstdint>

#include "kernel_sim/attributes.h"
#include "kernel_sim/message_writer.h"

namespace natplan::kernel_sim {

// A register as the index of its first 4-byte word: 0 is the verdict, data begins at word 4.
using Register = std::uint8_t;

// Follows one rule from its first expression on and refuses loads of words that nothing has stored.
// Kernel: net/netfilter/nf_tables_api.c nft_parse_register_load(), nft_parse_register_store() (6.18)
class RegisterTracker {
 public:
  // Reading `length` bytes: 0, ERANGE (no such register, or beyond the last), EINVAL (the verdict, no bytes)
  // or ENODATA.
  int Load(const Attribute& attribute, std::size_t length, Register& out) const;
  // Writing `length` bytes of a value.
  int StoreValue(const Attribute& attribute, std::size_t length, Register& out);
  // Writing a verdict: only register 0 takes one.
  int StoreVerdict(const Attribute& attribute, Register& out) const;

 private:
  std::bitset<20> initialized_;
};

// The number as the kernel gives it back: whole 16-byte registers as 1 to 4, others as 8 to 23.
// Kernel: net/netfilter/nf_tables_api.c nft_dump_register() (6.18)
void DumpRegister(MessageWriter& writer, std::uint16_t type, Register reg);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_REGISTERS_H_
