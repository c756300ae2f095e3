#include <array>
#include <cerrno>
#include <memory>

#include "kernel_sim/data.h"
#include "kernel_sim/expressions/makers.h"
#include "kernel_sim/nf_tables.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/validate.h"
#include "kernel_sim/verdict.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_IMMEDIATE_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kU32},     // NFTA_IMMEDIATE_DREG
    {AttributeKind::kNested},  // NFTA_IMMEDIATE_DATA
}};

// A value or a verdict; a jump or goto holds its chain.
// Kernel: net/netfilter/nft_immediate.c nft_immediate_init(), nft_immediate_validate() (6.18)
class Immediate : public Expression {
 public:
  std::string_view name() const override { return "immediate"; }
  std::size_t size() const override { return 32; }
  void Dump(MessageWriter& writer) const override {
    DumpRegister(writer, NFTA_IMMEDIATE_DREG, destination);
    if (data.is_verdict) {
      DumpVerdict(writer, NFTA_IMMEDIATE_DATA, data.verdict);
    } else {
      DumpValue(writer, NFTA_IMMEDIATE_DATA, data.value());
    }
  }
  bool needs_validation() const override { return true; }
  int Validate(ValidationContext& context) const override { return ValidateVerdict(context, data.verdict); }
  void Activate(NfTables&) override { HoldVerdict(data.verdict); }
  void Deactivate(NfTables&, ReleasePhase phase) override {
    if (phase != ReleasePhase::kCommit) ReleaseVerdict(data.verdict);
  }

  Register destination = 0;
  Data data;
};

}  // namespace

int CheckImmediate(const Attribute& data) {
  AttributeTable<NFTA_IMMEDIATE_MAX + 1> attributes;
  return attributes.Parse(data, kPolicy);
}

ExpressionResult MakeImmediate(ExpressionContext& context, const Attribute& data) {
  AttributeTable<NFTA_IMMEDIATE_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return std::unexpected(error);
  const Attribute& destination = attributes[NFTA_IMMEDIATE_DREG];
  if (!destination || !attributes[NFTA_IMMEDIATE_DATA]) return std::unexpected(EINVAL);
  auto immediate = std::make_unique<Immediate>();
  const bool verdict = ReadU32(destination) == NFT_REG_VERDICT;
  const DataDescription description{.verdict_allowed = verdict, .value_allowed = !verdict};
  Data& value = immediate->data;
  if (const int error =
          ParseData(context.state, context.table, attributes[NFTA_IMMEDIATE_DATA], description, value)) {
    return std::unexpected(error);
  }
  RegisterTracker& registers = context.registers;
  const int error = value.is_verdict
                        ? registers.StoreVerdict(destination, immediate->destination)
                        : registers.StoreValue(destination, value.length, immediate->destination);
  if (error != 0) {
    ReleaseVerdict(value.verdict);
    return std::unexpected(error);
  }
  return immediate;
}

}  // namespace natplan::kernel_sim
