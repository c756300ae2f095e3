// What nat, masq and redir share: a least and a greatest register, and the flags of enum nf_nat_range_flags.
#ifndef NATPLAN_KERNEL_SIM_EXPRESSIONS_NAT_RANGE_H_
#define NATPLAN_KERNEL_SIM_EXPRESSIONS_NAT_RANGE_H_

#include <cstddef>
#include <cstdint>

#include "kernel_sim/attributes.h"
#include "kernel_sim/message_writer.h"
#include "kernel_sim/registers.h"

namespace natplan::kernel_sim {

inline constexpr std::size_t kPortLength = 2;

struct RegisterRange {
  bool present = false;
  Register least = 0;
  Register greatest = 0;  // the same register if the program gave none

  // Nothing without `least_attribute`, even if the other one is there. Returns 0 or an errno.
  int Read(const RegisterTracker& registers, const Attribute& least_attribute,
           const Attribute& greatest_attribute, std::size_t length);
  void Dump(MessageWriter& writer, std::uint16_t least_type, std::uint16_t greatest_type) const;
};

// 0, or EINVAL for a flag that the kernel does not know.
int CheckNatFlags(const Attribute& attribute);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_EXPRESSIONS_NAT_RANGE_H_
