#include "kernel_sim/listing/operand.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <utility>

#include "kernel_sim/listing/protocol_names.h"

namespace natplan::kernel_sim::listing {
namespace {

constexpr std::size_t kWordSize = 4;

struct HeaderField {
  std::uint32_t offset;
  std::uint32_t length;
  const char* name;
  TypeId type;
  bool transport_protocol = false;
};

constexpr HeaderField kIpv4Fields[] = {
    {9, 1, "ip protocol", kTypeProtocol, true},
    {12, 4, "ip saddr", kTypeIpv4},
    {16, 4, "ip daddr", kTypeIpv4},
};

constexpr HeaderField kIpv6Fields[] = {
    {6, 1, "ip6 nexthdr", kTypeProtocol, true},
    {8, 16, "ip6 saddr", kTypeIpv6},
    {24, 16, "ip6 daddr", kTypeIpv6},
};

std::span<const HeaderField> NetworkFields(std::uint8_t family) {
  if (family == NFPROTO_IPV4) return kIpv4Fields;
  if (family == NFPROTO_IPV6) return kIpv6Fields;
  return {};
}

// nft's names for bytes that are no field.
std::string RawPayloadText(const Payload& payload) {
  constexpr const char* kBases[] = {"ll", "nh", "th", "ih"};
  const std::string base = payload.base < std::size(kBases) ? kBases[payload.base] : "payload";
  return '@' + base + ',' + std::to_string(payload.offset * std::uint64_t{8}) + ',' +
         std::to_string(payload.length * std::uint64_t{8});
}

}  // namespace

std::optional<Operand> MetaOperand(const Meta& meta) {
  struct Key {
    std::uint32_t number;
    const char* name;
    TypeId type;
  };
  constexpr Key kKeys[] = {
      {NFT_META_MARK, "meta mark", kTypeMark},
      {NFT_META_IIF, "iif", kTypeInterface},
      {NFT_META_OIF, "oif", kTypeInterface},
      {NFT_META_IIFNAME, "iifname", kTypeInterfaceName},
      {NFT_META_OIFNAME, "oifname", kTypeInterfaceName},
      {NFT_META_NFPROTO, "meta nfproto", kTypeNfproto},
      {NFT_META_L4PROTO, "meta l4proto", kTypeProtocol},
  };
  for (const Key& key : kKeys) {
    if (key.number != meta.key) continue;
    Operand operand;
    operand.text = key.name;
    operand.type = FindDataType(key.type);
    operand.length = operand.type.size;
    operand.transport_protocol = key.number == NFT_META_L4PROTO;
    return operand;
  }
  return std::nullopt;
}

std::optional<Operand> CtOperand(const Ct& ct) {
  Operand operand;
  operand.ct = ct.key;
  operand.length = 4;
  switch (ct.key) {
    case NFT_CT_STATE:
      operand.text = "ct state";
      return operand;
    case NFT_CT_STATUS:
      operand.text = "ct status";
      return operand;
    case NFT_CT_LABELS:
      operand.text = "ct label";
      operand.length = 16;
      return operand;
    default:
      return std::nullopt;
  }
}

std::string CtBitsText(std::uint32_t key, const Bytes& bits) {
  struct Bit {
    std::uint32_t key;
    std::size_t number;
    const char* name;
  };
  constexpr Bit kBits[] = {
      {NFT_CT_STATE, 0, "invalid"},     {NFT_CT_STATE, 1, "established"}, {NFT_CT_STATE, 2, "related"},
      {NFT_CT_STATE, 3, "new"},         {NFT_CT_STATE, 6, "untracked"},   {NFT_CT_STATUS, 0, "expected"},
      {NFT_CT_STATUS, 1, "seen-reply"}, {NFT_CT_STATUS, 2, "assured"},    {NFT_CT_STATUS, 3, "confirmed"},
      {NFT_CT_STATUS, 4, "snat"},       {NFT_CT_STATUS, 5, "dnat"},       {NFT_CT_STATUS, 9, "dying"},
  };
  std::string text;
  for (std::size_t i = 0; i < bits.size() * 8; ++i) {
    if ((bits[i / 8] >> i % 8 & 1) == 0) continue;
    const auto* const named = std::find_if(std::begin(kBits), std::end(kBits),
                                           [&](const Bit& bit) { return bit.key == key && bit.number == i; });
    if (named == std::end(kBits) && key != NFT_CT_LABELS) return "";
    if (!text.empty()) text += ',';
    text += named == std::end(kBits) ? std::to_string(i) : named->name;
  }
  return text;
}

std::optional<Operand> FibOperand(const Fib& fib) {
  struct Flag {
    std::uint32_t bit;
    const char* name;
  };
  constexpr Flag kFlags[] = {{NFTA_FIB_F_SADDR, "saddr"},
                             {NFTA_FIB_F_DADDR, "daddr"},
                             {NFTA_FIB_F_MARK, "mark"},
                             {NFTA_FIB_F_IIF, "iif"},
                             {NFTA_FIB_F_OIF, "oif"}};
  const bool presence = fib.result == NFT_FIB_RESULT_OIF && (fib.flags & NFTA_FIB_F_PRESENT) != 0;
  if (fib.result != NFT_FIB_RESULT_ADDRTYPE && !presence) return std::nullopt;
  Operand operand;
  operand.text = "fib";
  const char* separator = " ";
  for (const Flag& flag : kFlags) {
    if ((fib.flags & flag.bit) == 0) continue;
    operand.text += separator + std::string(flag.name);
    separator = " . ";
  }
  operand.text += presence ? " oif" : " type";
  operand.type = FindDataType(presence ? kTypePresence : kTypeFibAddress);
  operand.length = operand.type.size;
  return operand;
}

Operand PayloadOperand(std::uint8_t family, const Payload& payload, std::optional<std::uint8_t> transport) {
  Operand operand;
  operand.length = payload.length;
  operand.text = RawPayloadText(payload);
  if (payload.base == NFT_PAYLOAD_NETWORK_HEADER) {
    for (const HeaderField& field : NetworkFields(family)) {
      // An address of which the first bytes alone are loaded is compared with a prefix.
      const bool leading = payload.length != 0 && payload.length < field.length && field.length >= kWordSize;
      if (payload.offset != field.offset || (payload.length != field.length && !leading)) continue;
      operand.text = field.name;
      operand.type = FindDataType(field.type);
      operand.transport_protocol = field.transport_protocol;
    }
  } else if (payload.base == NFT_PAYLOAD_TRANSPORT_HEADER && payload.length == 2 &&
             (payload.offset == 0 || payload.offset == 2)) {
    const std::string known = transport ? PortHeaderName(*transport) : std::string();
    operand.text = (known.empty() ? "th" : known) + (payload.offset == 0 ? " sport" : " dport");
    operand.type = FindDataType(kTypeService);
    operand.transport_field = !known.empty();
  }
  return operand;
}

std::optional<std::size_t> Registers::Word(std::uint32_t number) {
  if (number >= NFT_REG_1 && number <= NFT_REG_4) return (number - NFT_REG_1) * (NFT_REG_SIZE / kWordSize);
  if (number >= NFT_REG32_00 && number <= NFT_REG32_15) return number - NFT_REG32_00;
  return std::nullopt;
}

void Registers::Store(std::uint32_t number, Operand operand) {
  const std::optional<std::size_t> word = Word(number);
  if (!word) return;
  const std::size_t words = std::max<std::size_t>((operand.length + kWordSize - 1) / kWordSize, 1);
  for (std::size_t i = *word; i < std::min(*word + words, kWords); ++i) words_[i].reset();
  words_[*word] = std::move(operand);
}

const Operand* Registers::Load(std::uint32_t number) const { return LoadAfter(number, 0); }

const Operand* Registers::LoadAfter(std::uint32_t number, std::size_t bytes) const {
  const std::optional<std::size_t> first = Word(number);
  if (!first) return nullptr;
  const std::size_t word = *first + (bytes + kWordSize - 1) / kWordSize;
  return word < kWords && words_[word] ? &*words_[word] : nullptr;
}

}  // namespace natplan::kernel_sim::listing
