#include "core/plan/layout.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace natplan {
namespace {

// 4-byte registers, as linux/netfilter/nf_tables.h numbers them.
constexpr Register kReg32_01 = 9;
constexpr Register kReg32_02 = 10;
constexpr Register kReg32_05 = 13;
constexpr Register kReg1 = 1;  // words 8 to 11
constexpr Register kReg2 = 2;

constexpr std::uint32_t kNfprotoIpv4 = 2;
constexpr std::uint32_t kNfprotoIpv6 = 10;
constexpr std::uint32_t kRouteLocal = 2;       // RTN_LOCAL
constexpr std::uint32_t kLoopbackIndex = 1;    // lo has interface index 1 in every network namespace
constexpr std::uint32_t kDestinationPort = 2;  // offset in TCP, UDP and SCTP headers

constexpr std::int32_t kDestinationNatPriority = -99;  // behind an administrator's dstnat, -100
constexpr std::int32_t kSourceNatPriority = 101;       // behind an administrator's srcnat, 100

constexpr std::uint32_t kTypeIpv4Address = 7;
constexpr std::uint32_t kTypeIpv6Address = 8;
constexpr std::uint32_t kTypeProtoService = 12U << 6U | 13U;
constexpr std::uint32_t kTypeService = 13;

// The kernel keeps interface indices and address types in registers as numbers of the host.
RegisterBytes HostOrder(std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &value, bytes.size());
  return RegisterBytes(bytes);
}

// Where a rule form keeps things.
struct Registers {
  Register first;       // addresses, and the map's key and data
  Register key_port;    // the key's second word
  Register data_port4;  // behind an IPv4 address
  Register data_port6;  // behind an IPv6 address
};
constexpr Registers kOrigin = {kReg32_01, kReg32_02, kReg32_02, kReg32_05};
constexpr Registers kNft = {kReg1, kReg32_01, kReg32_01, kReg2};

struct AddressField {
  std::uint32_t offset;
  std::uint32_t length;
};
AddressField Source(Family family) {
  return family == Family::kIp ? AddressField{12, 4} : AddressField{8, 16};
}
AddressField Destination(Family family) {
  return family == Family::kIp ? AddressField{16, 4} : AddressField{24, 16};
}

// dnat to meta l4proto . th dport map @map_port_ipport
void AppendForward(Family family, const Registers& r, Expressions& out) {
  const bool ip = family == Family::kIp;
  out.push_back(MetaExpression{MetaKey::kL4Proto, r.first});
  out.push_back(PayloadExpression{PayloadBase::kTransport, kDestinationPort, 2, r.key_port});
  out.push_back(LookupExpression{.set = kForwardMap, .source = r.first, .destination = r.first});
  out.push_back(NatExpression{.type = NatType::kDestination,
                              .family = ip ? kNfprotoIpv4 : kNfprotoIpv6,
                              .address = r.first,
                              .port = ip ? r.data_port4 : r.data_port6});
}

Expressions PreroutingRule(Family family, const Registers& r) {
  Expressions out;
  out.push_back(FibExpression{kFibDestinationAddress, FibResult::kAddressType, r.first});
  out.push_back(CmpExpression{r.first, CmpOperator::kEq, HostOrder(kRouteLocal)});
  AppendForward(family, r, out);
  return out;
}

Expressions OutputRule(Family family, const Registers& r, bool short_load) {
  Expressions out;
  const auto [offset, length] = Destination(family);
  if (family == Family::kIp6) {
    out.push_back(PayloadExpression{PayloadBase::kNetwork, offset, length, r.first});
    out.push_back(
        CmpExpression{r.first, CmpOperator::kNeq, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}});
  } else if (short_load) {
    out.push_back(PayloadExpression{PayloadBase::kNetwork, offset, 1, r.first});
    out.push_back(CmpExpression{r.first, CmpOperator::kNeq, {127}});
  } else {
    out.push_back(PayloadExpression{PayloadBase::kNetwork, offset, length, r.first});
    out.push_back(BitwiseExpression{r.first, r.first, {255, 0, 0, 0}, {0, 0, 0, 0}});
    out.push_back(CmpExpression{r.first, CmpOperator::kNeq, {127, 0, 0, 0}});
  }
  out.push_back(MetaExpression{MetaKey::kOif, r.first});
  out.push_back(CmpExpression{r.first, CmpOperator::kEq, HostOrder(kLoopbackIndex)});
  AppendForward(family, r, out);
  return out;
}

Expressions PostroutingRule(Family family, const Registers& r) {
  const auto [offset, length] = Source(family);
  Expressions out;
  out.push_back(PayloadExpression{PayloadBase::kNetwork, offset, length, r.first});
  out.push_back(LookupExpression{.set = kMasqueradeSet, .source = r.first});
  out.push_back(MasqueradeExpression{});
  return out;
}

std::vector<ChainPlan> MakeChains(Family family) {
  return {{"prerouting",
           {"nat", Hook::kPrerouting, kDestinationNatPriority, Policy::kAccept},
           {PreroutingRule(family, kOrigin), PreroutingRule(family, kNft)}},
          {"output",
           {"nat", Hook::kOutput, kDestinationNatPriority, Policy::kAccept},
           {OutputRule(family, kOrigin, false), OutputRule(family, kNft, true)}},
          {"postrouting",
           {"nat", Hook::kPostrouting, kSourceNatPriority, Policy::kAccept},
           {PostroutingRule(family, kOrigin), PostroutingRule(family, kNft)}}};
}

SetShape MakeForwardShape(Family family) {
  const std::uint32_t address = family == Family::kIp ? kTypeIpv4Address : kTypeIpv6Address;
  return {.is_map = true,
          .key_type = kTypeProtoService,
          .key_length = 8,
          .data_type = address << 6U | kTypeService,
          .data_length = static_cast<std::uint32_t>(AddressBytes(family)) + 4};
}

SetShape MakeMasqueradeShape(Family family) {
  return {.interval = true,
          .key_type = family == Family::kIp ? kTypeIpv4Address : kTypeIpv6Address,
          .key_length = static_cast<std::uint32_t>(AddressBytes(family))};
}

}  // namespace

const std::vector<ChainPlan>& Chains(Family family) {
  static const std::vector<ChainPlan> ip = MakeChains(Family::kIp);
  static const std::vector<ChainPlan> ip6 = MakeChains(Family::kIp6);
  return family == Family::kIp ? ip : ip6;
}

const SetShape& MasqueradeShape(Family family) {
  static const SetShape ip = MakeMasqueradeShape(Family::kIp);
  static const SetShape ip6 = MakeMasqueradeShape(Family::kIp6);
  return family == Family::kIp ? ip : ip6;
}

const SetShape& ForwardShape(Family family) {
  static const SetShape ip = MakeForwardShape(Family::kIp);
  static const SetShape ip6 = MakeForwardShape(Family::kIp6);
  return family == Family::kIp ? ip : ip6;
}

std::vector<Operation> Skeleton(const TableId& table) {
  std::vector<Operation> out;
  out.push_back(EnsureTable{table});
  for (const ChainPlan& chain : Chains(table.family))
    out.push_back(EnsureChain{table, chain.name, chain.base});
  out.push_back(EnsureSet{table, kMasqueradeSet, MasqueradeShape(table.family)});
  out.push_back(EnsureSet{table, kForwardMap, ForwardShape(table.family)});
  for (const ChainPlan& chain : Chains(table.family))
    out.push_back(AppendRule{table, chain.name, chain.forms.front()});
  return out;
}

Element ToElement(const Prefix& prefix) {
  Element out{.kind = ElementKind::kRange, .key = ElementKey(prefix.network().bytes())};
  if (const auto end = prefix.end()) out.end = ElementKey(end->bytes());
  return out;
}

Element ToElement(const HostPort& host_port, const Endpoint& to) {
  const std::uint16_t host = host_port.port.number();
  const std::uint16_t target = to.port.number();
  std::array<std::uint8_t, 20> data{};
  const std::size_t size = to.address.bytes().size();
  std::ranges::copy(to.address.bytes(), data.begin());
  data[size] = static_cast<std::uint8_t>(target >> 8U);
  data[size + 1] = static_cast<std::uint8_t>(target & 255U);
  return {.kind = ElementKind::kSingle,
          .key = {static_cast<std::uint8_t>(host_port.protocol), 0, 0, 0,
                  static_cast<std::uint8_t>(host >> 8U), static_cast<std::uint8_t>(host & 255U), 0, 0},
          .data = ElementData(std::span(data).first(size + 4))};
}

std::optional<MapEntry> ToMapEntry(Family family, const Element& element) {
  const std::size_t size = AddressBytes(family);
  if (element.kind != ElementKind::kSingle || element.key.size() != 8 || element.data.size() != size + 4)
    return {};
  const auto host = Port::Make(element.key[4] << 8 | element.key[5]);
  const auto target = Port::Make(element.data[size] << 8 | element.data[size + 1]);
  if (!host || !target) return {};
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(element.data.span().first(size), bytes.begin());
  const Address address = family == Family::kIp6
                              ? Address(bytes)
                              : Address(std::array<std::uint8_t, 4>{bytes[0], bytes[1], bytes[2], bytes[3]});
  const MapEntry entry{{family, static_cast<Protocol>(element.key[0]), *host}, {address, *target}};
  const bool known = std::ranges::find(kProtocols, entry.host_port.protocol) != kProtocols.end();
  // Anything in the padding, and the entry is not the one that natplan would write.
  return known && ToElement(entry.host_port, entry.to) == element ? std::optional(entry) : std::nullopt;
}

}  // namespace natplan
