// A set's elements in nft syntax.
#ifndef NATPLAN_KERNEL_SIM_LISTING_ELEMENT_TEXT_H_
#define NATPLAN_KERNEL_SIM_LISTING_ELEMENT_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "kernel_sim/listing/objects.h"

namespace natplan::kernel_sim::listing {

// "{ 10.0.0.0/8, 192.0.2.1 }": in nft's order, with nft's line breaks, which are those of a listing even on a
// line of nft monitor. Empty if there is nothing to print.
std::string ElementsText(const Set& set, const std::vector<Element>& elements);

// "accept", "jump NAME".
std::string VerdictText(const Verdict& verdict);

// "5m", "1d2h": milliseconds as nft prints times.
std::string TimeText(std::uint64_t milliseconds);

}  // namespace natplan::kernel_sim::listing

#endif  // NATPLAN_KERNEL_SIM_LISTING_ELEMENT_TEXT_H_
