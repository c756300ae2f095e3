// The starts and ends that the kernel keeps, as the ranges that nft prints.
#ifndef NATPLAN_KERNEL_SIM_LISTING_INTERVALS_H_
#define NATPLAN_KERNEL_SIM_LISTING_INTERVALS_H_

#include <vector>

#include "kernel_sim/listing/objects.h"

namespace natplan::kernel_sim::listing {

struct Range {
  Element start;
  Bytes last;  // inclusive
};

// Pairs starts with ends, ascending, whatever the order of `elements`. A start that another start follows
// ends before it; one that nothing follows ends at the top of the key's space; an end without start is
// nothing. Keys are compared as big-endian numbers. A catch-all element is not for here.
std::vector<Range> PairIntervals(std::vector<Element> elements);

// The length of the prefix that is [first, last], or -1 if it is none.
int PrefixLength(ByteView first, ByteView last);

}  // namespace natplan::kernel_sim::listing

#endif  // NATPLAN_KERNEL_SIM_LISTING_INTERVALS_H_
