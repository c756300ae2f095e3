#include <array>
#include <cerrno>
#include <memory>

#include "kernel_sim/chain_demands.h"
#include "kernel_sim/expressions/makers.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_META_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kU32},  // NFTA_META_DREG
    {AttributeKind::kU32},  // NFTA_META_KEY
    {AttributeKind::kU32},  // NFTA_META_SREG
}};

// Bytes that reading the key stores; 0 for a key that cannot be read.
// Kernel: net/netfilter/nft_meta.c nft_meta_get_init() (6.18)
std::size_t ReadLength(std::uint32_t key) {
  switch (key) {
    case NFT_META_SECPATH:
    case NFT_META_TIME_DAY:
      return 1;
    case NFT_META_PROTOCOL:
    case NFT_META_IIFTYPE:
    case NFT_META_OIFTYPE:
      return 2;
    case NFT_META_LEN:
    case NFT_META_PRIORITY:
    case NFT_META_MARK:
    case NFT_META_IIF:
    case NFT_META_OIF:
    case NFT_META_SKUID:
    case NFT_META_SKGID:
    case NFT_META_RTCLASSID:
    case NFT_META_SECMARK:
    case NFT_META_NFPROTO:
    case NFT_META_L4PROTO:
    case NFT_META_PKTTYPE:
    case NFT_META_CPU:
    case NFT_META_IIFGROUP:
    case NFT_META_OIFGROUP:
    case NFT_META_CGROUP:
    case NFT_META_PRANDOM:
    case NFT_META_TIME_HOUR:
    case NFT_META_SDIF:
      return 4;
    case NFT_META_TIME_NS:
      return 8;
    case NFT_META_IIFNAME:
    case NFT_META_OIFNAME:
    case NFT_META_IIFKIND:
    case NFT_META_OIFKIND:
    case NFT_META_SDIFNAME:
      return 16;
    default:
      return 0;
  }
}

// Bytes that writing the key reads; 0 for a key that cannot be written.
// Kernel: net/netfilter/nft_meta.c nft_meta_set_init() (6.18)
std::size_t WriteLength(std::uint32_t key) {
  switch (key) {
    case NFT_META_NFTRACE:
    case NFT_META_PKTTYPE:
      return 1;
    case NFT_META_PRIORITY:
    case NFT_META_MARK:
    case NFT_META_SECMARK:
      return 4;
    default:
      return 0;
  }
}

// Kernel: net/netfilter/nft_meta.c nft_meta_get_validate(), nft_meta_set_validate() (6.18)
class Meta : public Expression {
 public:
  std::string_view name() const override { return "meta"; }
  std::size_t size() const override { return 16; }
  void Dump(MessageWriter& writer) const override {
    writer.U32(NFTA_META_KEY, key);
    DumpRegister(writer, writes ? NFTA_META_SREG : NFTA_META_DREG, reg);
  }
  bool needs_validation() const override { return true; }
  int Validate(ValidationContext& context) const override {
    if (!writes && key == NFT_META_SECPATH) {
      return DemandHook(*context.base, {NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN, NF_INET_FORWARD});
    }
    if (writes && key == NFT_META_PKTTYPE) return DemandHook(*context.base, {NF_INET_PRE_ROUTING});
    return 0;
  }

  std::uint32_t key = 0;
  bool writes = false;
  Register reg = 0;
};

}  // namespace

int CheckMeta(const Attribute& data) {
  AttributeTable<NFTA_META_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return error;
  const bool reads = static_cast<bool>(attributes[NFTA_META_DREG]);
  const bool writes = static_cast<bool>(attributes[NFTA_META_SREG]);
  return attributes[NFTA_META_KEY] && reads != writes ? 0 : EINVAL;
}

ExpressionResult MakeMeta(ExpressionContext& context, const Attribute& data) {
  AttributeTable<NFTA_META_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return std::unexpected(error);
  const Attribute& destination = attributes[NFTA_META_DREG];
  const Attribute& source = attributes[NFTA_META_SREG];
  auto meta = std::make_unique<Meta>();
  meta->key = ReadU32(attributes[NFTA_META_KEY]);
  meta->writes = static_cast<bool>(source);
  const std::size_t length = meta->writes ? WriteLength(meta->key) : ReadLength(meta->key);
  if (length == 0) return std::unexpected(EOPNOTSUPP);
  const int error = meta->writes ? context.registers.Load(source, length, meta->reg)
                                 : context.registers.StoreValue(destination, length, meta->reg);
  if (error != 0) return std::unexpected(error);
  return meta;
}

}  // namespace natplan::kernel_sim
