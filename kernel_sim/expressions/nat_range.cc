#include "kernel_sim/expressions/nat_range.h"

#include <cerrno>

#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {

int RegisterRange::Read(const RegisterTracker& registers, const Attribute& least_attribute,
                        const Attribute& greatest_attribute, std::size_t length) {
  if (!least_attribute) return 0;
  present = true;
  if (const int error = registers.Load(least_attribute, length, least)) return error;
  greatest = least;
  return greatest_attribute ? registers.Load(greatest_attribute, length, greatest) : 0;
}

void RegisterRange::Dump(MessageWriter& writer, std::uint16_t least_type, std::uint16_t greatest_type) const {
  if (!present) return;
  DumpRegister(writer, least_type, least);
  DumpRegister(writer, greatest_type, greatest);
}

int CheckNatFlags(const Attribute& attribute) {
  return attribute && (ReadU32(attribute) & ~std::uint32_t{NF_NAT_RANGE_MASK}) != 0 ? EINVAL : 0;
}

}  // namespace natplan::kernel_sim
