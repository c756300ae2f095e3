// What NEWSET says of a set, read and checked.
#ifndef NATPLAN_KERNEL_SIM_SET_DECLARATION_H_
#define NATPLAN_KERNEL_SIM_SET_DECLARATION_H_

#include <cstdint>

#include "kernel_sim/request.h"
#include "kernel_sim/set.h"

namespace natplan::kernel_sim {

struct ParsedSet {
  SetDeclaration declaration;
  std::uint32_t policy = 0;
  std::uint32_t size = 0;
};

// 0, EINVAL, EOPNOTSUPP or E2BIG.
// Kernel: net/netfilter/nf_tables_api.c nf_tables_newset(), nf_tables_set_desc_parse() (6.18)
int ParseSetDeclaration(const Request& request, ParsedSet& out);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_SET_DECLARATION_H_
