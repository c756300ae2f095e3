// Values and verdicts: what registers, elements and comparisons hold.
#ifndef NATPLAN_KERNEL_SIM_DATA_H_
#define NATPLAN_KERNEL_SIM_DATA_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel_sim/attributes.h"
#include "kernel_sim/message_writer.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {

struct Chain;

struct Verdict {
  std::int32_t code = 0;
  Chain* chain = nullptr;  // of a jump or goto

  bool operator==(const Verdict&) const = default;
};

struct Data {
  bool is_verdict = false;
  Verdict verdict;
  std::uint8_t length = 0;  // of a value
  std::array<std::uint8_t, 64> bytes = {};

  std::span<const std::uint8_t> value() const { return std::span(bytes).first(length); }
};

// What a place accepts: `limit` bytes at most, and exactly `length` if that is not 0.
struct DataDescription {
  bool verdict_allowed = false;
  bool value_allowed = false;
  std::size_t limit = 16;
  std::size_t length = 0;
};

// The attributes of a nest of data.
inline constexpr std::array<AttributeRule, NFTA_DATA_MAX + 1> kDataPolicy = {{
    {},
    {AttributeKind::kBinary},  // NFTA_DATA_VALUE
    {AttributeKind::kNested},  // NFTA_DATA_VERDICT
}};
// Reads NFTA_DATA_VALUE itself. Returns 0 or an errno.
int ParseValue(const Attribute& attribute, const DataDescription& description, Data& out);
// Reads NFTA_DATA_VALUE inside `nest`; EINVAL if it has none. Returns 0 or an errno.
// Kernel: net/netfilter/nf_tables_api.c nft_data_init() (6.18)
int ParseValueData(const Attribute& nest, const DataDescription& description, Data& out);

// Writes a nest `type` around the value.
void DumpValue(MessageWriter& writer, std::uint16_t type, std::span<const std::uint8_t> value);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_DATA_H_
