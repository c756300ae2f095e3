// Values and verdicts: what registers, elements and comparisons hold.
#ifndef NATPLAN_KERNEL_SIM_DATA_H_
#define NATPLAN_KERNEL_SIM_DATA_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "kernel_sim/attributes.h"
#include "kernel_sim/message_writer.h"

namespace natplan::kernel_sim {

struct Chain;
struct NfTables;
struct Table;

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

// Reads NFTA_DATA_VALUE or NFTA_DATA_VERDICT inside `nest`. A jump takes a reference on its chain (use);
// whoever keeps the data gives it back with ReleaseVerdict. Returns 0 or an errno. Kernel:
// net/netfilter/nf_tables_api.c nft_data_init(), nft_verdict_init() (6.18)
int ParseData(NfTables& state, const Table& table, const Attribute& nest, const DataDescription& description,
              Data& out);

// The same where no verdict may stand.
int ParseValueData(const Attribute& nest, const DataDescription& description, Data& out);

bool IsJump(const Verdict& verdict);
void HoldVerdict(const Verdict& verdict);
void ReleaseVerdict(const Verdict& verdict);

// Writes a nest `type` around the value or verdict.
void DumpValue(MessageWriter& writer, std::uint16_t type, std::span<const std::uint8_t> value);
void DumpVerdict(MessageWriter& writer, std::uint16_t type, const Verdict& verdict);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_DATA_H_
