#include <array>
#include <cerrno>
#include <memory>

#include "kernel_sim/expressions/makers.h"
#include "kernel_sim/nf_tables.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/set_binding.h"
#include "kernel_sim/validate.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_LOOKUP_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kString, kNameLimit},  // NFTA_LOOKUP_SET
    {AttributeKind::kU32},                 // NFTA_LOOKUP_SREG
    {AttributeKind::kU32},                 // NFTA_LOOKUP_DREG
    {AttributeKind::kU32},                 // NFTA_LOOKUP_SET_ID
    {AttributeKind::kU32},                 // NFTA_LOOKUP_FLAGS
}};

// Whether the key is in a set, or what a map has for it. It binds the set.
// Kernel: net/netfilter/nft_lookup.c nft_lookup_init(), nft_lookup_validate() (6.18)
class Lookup : public Expression {
 public:
  std::string_view name() const override { return "lookup"; }
  std::size_t size() const override { return 56; }
  void Dump(MessageWriter& writer) const override {
    writer.String(NFTA_LOOKUP_SET, set->name);
    DumpRegister(writer, NFTA_LOOKUP_SREG, source);
    if (has_destination) DumpRegister(writer, NFTA_LOOKUP_DREG, destination);
    writer.U32(NFTA_LOOKUP_FLAGS, flags);
  }
  bool needs_validation() const override { return true; }
  int Validate(ValidationContext& context) const override {
    return has_destination && set->has_verdicts() ? ValidateVerdictMap(context, *set) : 0;
  }
  void Activate(NfTables&) override { ActivateSet(*set); }
  void Deactivate(NfTables& state, ReleasePhase phase) override {
    DeactivateSet(state, *set, has_destination, phase);
  }

  Set* set = nullptr;
  Register source = 0;
  Register destination = 0;
  bool has_destination = false;
  std::uint32_t flags = 0;
};

int ReadDestination(ExpressionContext& context, const Attribute& attribute, Lookup& out) {
  if (!attribute) return 0;
  const Set& set = *out.set;
  if (out.flags != 0 || !set.is_map()) return EINVAL;
  out.has_destination = true;
  if (set.has_verdicts()) return context.registers.StoreVerdict(attribute, out.destination);
  return context.registers.StoreValue(attribute, set.declaration.data_length, out.destination);
}

}  // namespace

int CheckLookup(const Attribute& data) {
  AttributeTable<NFTA_LOOKUP_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return error;
  const Attribute& flags = attributes[NFTA_LOOKUP_FLAGS];
  return flags && (ReadU32(flags) & ~std::uint32_t{NFT_LOOKUP_F_INV}) != 0 ? EINVAL : 0;
}

ExpressionResult MakeLookup(ExpressionContext& context, const Attribute& data) {
  AttributeTable<NFTA_LOOKUP_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return std::unexpected(error);
  if (!attributes[NFTA_LOOKUP_SET] || !attributes[NFTA_LOOKUP_SREG]) return std::unexpected(EINVAL);
  auto lookup = std::make_unique<Lookup>();
  lookup->set = FindSetByNameOrId(context.state, context.table, attributes[NFTA_LOOKUP_SET],
                                  attributes[NFTA_LOOKUP_SET_ID]);
  if (lookup->set == nullptr) return std::unexpected(ENOENT);
  if (const int error = context.registers.Load(attributes[NFTA_LOOKUP_SREG],
                                               lookup->set->declaration.key_length, lookup->source)) {
    return std::unexpected(error);
  }
  if (attributes[NFTA_LOOKUP_FLAGS]) lookup->flags = ReadU32(attributes[NFTA_LOOKUP_FLAGS]);
  if (const int error = ReadDestination(context, attributes[NFTA_LOOKUP_DREG], *lookup)) {
    return std::unexpected(error);
  }
  if (const int error = BindSet(context.state, *lookup->set, lookup->has_destination)) {
    return std::unexpected(error);
  }
  return lookup;
}

}  // namespace natplan::kernel_sim
