// What a transaction, and a snapshot, mean, in libnftnl's words: written from core/values alone, to be
// compared with what libnftnl reads in the bytes.
#ifndef NATPLAN_TESTS_WITNESS_MEANT_TEXT_H_
#define NATPLAN_TESTS_WITNESS_MEANT_TEXT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/values/operation.h"
#include "core/values/snapshot.h"

namespace natplan::witness {

// One message, or the elements of several in a row.
struct Meant {
  int number = 0;           // NFT_MSG_*
  std::uint8_t family = 0;  // NFPROTO_*
  std::uint16_t flags = 0;  // NLM_F_*, without NLM_F_ACK
  std::string text = {};
  friend bool operator==(const Meant&, const Meant&) = default;
};

std::vector<Meant> MeantBy(const Transaction& transaction);

// As libnftnl prints an expression, without what the kernel adds when it is read back.
std::string ExpressionText(const Expression& expression);

// Rules and elements, with their comments, by where they are ("ip natplan prerouting", "ip natplan
// @masq_saddr"); elements in ascending order of their text. What is empty is left out.
using Kept = std::map<std::string, std::vector<std::string>>;
Kept KeptIn(const Snapshot& snapshot);
// The same of what `nft --debug=netlink list ruleset` prints, with what the kernel adds taken away: a
// lookup's flags of 0, and the maxima and flags of nat.
Kept KeptIn(std::string_view nft_debug_text);

}  // namespace natplan::witness

#endif  // NATPLAN_TESTS_WITNESS_MEANT_TEXT_H_
