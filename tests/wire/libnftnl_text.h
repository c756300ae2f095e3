// What libnftnl, which shares nothing with core/wire, reads in the messages of a batch. It prints registers
// as numbers of the host, which are those of a little-endian one here.
#ifndef NATPLAN_TESTS_WIRE_LIBNFTNL_TEXT_H_
#define NATPLAN_TESTS_WIRE_LIBNFTNL_TEXT_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace natplan::wire {

struct WitnessedMessage {
  int number = 0;           // NFT_MSG_*
  std::uint8_t family = 0;  // NFPROTO_*
  std::uint16_t flags = 0;  // NLM_F_*
  // Names, then what the message says of itself; each expression of a rule on a line of its own.
  std::string text = {};
};

struct WitnessedBatch {
  bool begin = false;                            // NFNL_MSG_BATCH_BEGIN of nf_tables comes first
  bool end = false;                              // NFNL_MSG_BATCH_END of nf_tables comes last
  bool whole = false;                            // nothing is left over, and nothing else is in it
  std::optional<std::uint32_t> generation = {};  // NFNL_BATCH_GENID
  std::vector<WitnessedMessage> messages = {};
};

WitnessedBatch ReadWithLibnftnl(std::span<const std::uint8_t> batch);

}  // namespace natplan::wire

#endif  // NATPLAN_TESTS_WIRE_LIBNFTNL_TEXT_H_
