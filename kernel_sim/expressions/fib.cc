#include <array>
#include <cerrno>
#include <memory>

#include "kernel_sim/chain_demands.h"
#include "kernel_sim/expressions/makers.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_FIB_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kU32},  // NFTA_FIB_DREG
    {AttributeKind::kU32},  // NFTA_FIB_RESULT
    {AttributeKind::kU32},  // NFTA_FIB_FLAGS
}};

constexpr std::uint32_t kKnownFlags = NFTA_FIB_F_SADDR | NFTA_FIB_F_DADDR | NFTA_FIB_F_MARK | NFTA_FIB_F_IIF |
                                      NFTA_FIB_F_OIF | NFTA_FIB_F_PRESENT;
constexpr std::size_t kInterfaceNameLength = 16;

// Kernel: net/netfilter/nft_fib.c nft_fib_init(), nft_fib_validate() (6.18)
class Fib : public Expression {
 public:
  std::string_view name() const override { return "fib"; }
  std::size_t size() const override { return 24; }
  void Dump(MessageWriter& writer) const override {
    DumpRegister(writer, NFTA_FIB_DREG, destination);
    writer.U32(NFTA_FIB_RESULT, result);
    writer.U32(NFTA_FIB_FLAGS, flags);
  }
  bool needs_validation() const override { return true; }
  int Validate(ValidationContext& context) const override {
    if (result != NFT_FIB_RESULT_ADDRTYPE) {
      return DemandHook(*context.base, {NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN, NF_INET_FORWARD});
    }
    if ((flags & NFTA_FIB_F_IIF) != 0) {
      return DemandHook(*context.base, {NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN, NF_INET_FORWARD});
    }
    if ((flags & NFTA_FIB_F_OIF) != 0) {
      return DemandHook(*context.base, {NF_INET_FORWARD, NF_INET_LOCAL_OUT, NF_INET_POST_ROUTING});
    }
    return DemandHook(*context.base, {NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN, NF_INET_FORWARD,
                                      NF_INET_LOCAL_OUT, NF_INET_POST_ROUTING});
  }

  Register destination = 0;
  std::uint32_t result = 0;
  std::uint32_t flags = 0;
};

}  // namespace

int CheckFib(const Attribute& data) {
  AttributeTable<NFTA_FIB_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return error;
  if (!attributes[NFTA_FIB_RESULT]) return EINVAL;
  const std::uint32_t result = ReadU32(attributes[NFTA_FIB_RESULT]);
  return result == NFT_FIB_RESULT_UNSPEC || result > NFT_FIB_RESULT_ADDRTYPE ? EOPNOTSUPP : 0;
}

ExpressionResult MakeFib(ExpressionContext& context, const Attribute& data) {
  AttributeTable<NFTA_FIB_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return std::unexpected(error);
  if (!attributes[NFTA_FIB_DREG] || !attributes[NFTA_FIB_FLAGS]) return std::unexpected(EINVAL);
  auto fib = std::make_unique<Fib>();
  fib->flags = ReadU32(attributes[NFTA_FIB_FLAGS]);
  fib->result = ReadU32(attributes[NFTA_FIB_RESULT]);
  constexpr std::uint32_t kAddresses = NFTA_FIB_F_SADDR | NFTA_FIB_F_DADDR;
  constexpr std::uint32_t kInterfaces = NFTA_FIB_F_IIF | NFTA_FIB_F_OIF;
  const std::uint32_t addresses = fib->flags & kAddresses;
  if (fib->flags == 0 || (fib->flags & ~kKnownFlags) != 0 || addresses == 0 || addresses == kAddresses ||
      (fib->flags & kInterfaces) == kInterfaces) {
    return std::unexpected(EINVAL);
  }
  std::size_t length = sizeof(std::uint32_t);
  switch (fib->result) {
    case NFT_FIB_RESULT_OIF:
      if ((fib->flags & NFTA_FIB_F_OIF) != 0) return std::unexpected(EINVAL);
      break;
    case NFT_FIB_RESULT_OIFNAME:
      if ((fib->flags & NFTA_FIB_F_OIF) != 0) return std::unexpected(EINVAL);
      length = kInterfaceNameLength;
      break;
    case NFT_FIB_RESULT_ADDRTYPE:
      if ((fib->flags & NFTA_FIB_F_PRESENT) != 0) return std::unexpected(EINVAL);
      break;
    default:
      break;
  }
  if (const int error = context.registers.StoreValue(attributes[NFTA_FIB_DREG], length, fib->destination)) {
    return std::unexpected(error);
  }
  return fib;
}

}  // namespace natplan::kernel_sim
