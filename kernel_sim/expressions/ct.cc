#include <array>
#include <cerrno>
#include <memory>
#include <optional>

#include "kernel_sim/expressions/makers.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/objects.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_CT_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kU32},  // NFTA_CT_DREG
    {AttributeKind::kU32},  // NFTA_CT_KEY
    {AttributeKind::kU8},   // NFTA_CT_DIRECTION
    {AttributeKind::kU32},  // NFTA_CT_SREG
}};

constexpr std::size_t kLabelsLength = 16;
constexpr std::size_t kHelperNameLength = 16;

// How a key that can be read says whose side of the connection it is of.
enum class Direction : std::uint8_t { kRefused, kIgnored, kOptional, kDemanded };

struct ReadableKey {
  std::size_t length = 0;  // bytes; 0 for a key that cannot be read
  Direction direction = Direction::kRefused;
};

// Kernel: net/netfilter/nft_ct.c nft_ct_get_init() (6.18)
ReadableKey Readable(std::uint32_t key, std::uint8_t family) {
  switch (key) {
    case NFT_CT_DIRECTION:
      return {1};
    case NFT_CT_STATE:
    case NFT_CT_STATUS:
    case NFT_CT_MARK:
    case NFT_CT_SECMARK:
    case NFT_CT_EXPIRATION:
    case NFT_CT_ID:
      return {4};
    case NFT_CT_LABELS:
      return {kLabelsLength};
    case NFT_CT_HELPER:
      return {kHelperNameLength};
    case NFT_CT_L3PROTOCOL:
    case NFT_CT_PROTOCOL:
      return {1, Direction::kIgnored};
    case NFT_CT_SRC:
    case NFT_CT_DST:
      return {family == NFPROTO_IPV4 ? 4U : 16U, Direction::kDemanded};
    case NFT_CT_SRC_IP:
    case NFT_CT_DST_IP:
      return {4, Direction::kDemanded};
    case NFT_CT_SRC_IP6:
    case NFT_CT_DST_IP6:
      return {16, Direction::kDemanded};
    case NFT_CT_PROTO_SRC:
    case NFT_CT_PROTO_DST:
      return {2, Direction::kDemanded};
    case NFT_CT_PKTS:
    case NFT_CT_BYTES:
    case NFT_CT_AVGPKT:
      return {8, Direction::kOptional};
    case NFT_CT_ZONE:
      return {2, Direction::kOptional};
    default:
      return {};
  }
}

// Bytes that writing the key reads; 0 for a key that cannot be written.
// Kernel: net/netfilter/nft_ct.c nft_ct_set_init() (6.18)
std::size_t WriteLength(std::uint32_t key) {
  switch (key) {
    case NFT_CT_MARK:
    case NFT_CT_SECMARK:
    case NFT_CT_EVENTMASK:
      return 4;
    case NFT_CT_LABELS:
      return kLabelsLength;
    case NFT_CT_ZONE:
      return 2;
    default:
      return 0;
  }
}

// Kernel: net/netfilter/nft_ct.c nft_ct_get_dump(), nft_ct_set_dump() (6.18)
class Ct : public Expression {
 public:
  std::string_view name() const override { return "ct"; }
  std::size_t size() const override { return 16; }
  void Dump(MessageWriter& writer) const override {
    DumpRegister(writer, writes ? NFTA_CT_SREG : NFTA_CT_DREG, reg);
    writer.U32(NFTA_CT_KEY, key);
    if (direction) writer.U8(NFTA_CT_DIRECTION, *direction);
  }

  std::uint32_t key = 0;
  bool writes = false;
  Register reg = 0;
  std::optional<std::uint8_t> direction;
};

bool HasConntrack(std::uint8_t family) {
  return family == NFPROTO_IPV4 || family == NFPROTO_IPV6 || family == NFPROTO_INET;
}

}  // namespace

// Kernel: net/netfilter/nft_ct.c nft_ct_select_ops() (6.18)
int CheckCt(const Attribute& data) {
  AttributeTable<NFTA_CT_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return error;
  const bool reads = static_cast<bool>(attributes[NFTA_CT_DREG]);
  const bool writes = static_cast<bool>(attributes[NFTA_CT_SREG]);
  return attributes[NFTA_CT_KEY] && reads != writes ? 0 : EINVAL;
}

ExpressionResult MakeCt(ExpressionContext& context, const Attribute& data) {
  AttributeTable<NFTA_CT_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return std::unexpected(error);
  const Attribute& source = attributes[NFTA_CT_SREG];
  const Attribute& direction = attributes[NFTA_CT_DIRECTION];
  auto ct = std::make_unique<Ct>();
  ct->key = ReadU32(attributes[NFTA_CT_KEY]);
  ct->writes = static_cast<bool>(source);
  if (ct->writes) {
    const std::size_t length = WriteLength(ct->key);
    if (length == 0) return std::unexpected(EOPNOTSUPP);
    if (direction && ct->key != NFT_CT_ZONE) return std::unexpected(EINVAL);
    if (const int error = context.registers.Load(source, length, ct->reg)) return std::unexpected(error);
  } else {
    const ReadableKey readable = Readable(ct->key, context.table.family);
    if (readable.length == 0) return std::unexpected(EOPNOTSUPP);
    if ((direction && readable.direction == Direction::kRefused) ||
        (!direction && readable.direction == Direction::kDemanded)) {
      return std::unexpected(EINVAL);
    }
    if (direction) {
      const std::uint8_t value = ReadU8(direction);
      if (value > 1) return std::unexpected(EINVAL);
      if (readable.direction != Direction::kIgnored) ct->direction = value;
    }
    const int error = context.registers.StoreValue(attributes[NFTA_CT_DREG], readable.length, ct->reg);
    if (error != 0) return std::unexpected(error);
  }
  if (!HasConntrack(context.table.family)) return std::unexpected(EPROTO);
  return ct;
}

}  // namespace natplan::kernel_sim
