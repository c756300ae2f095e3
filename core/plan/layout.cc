#include "core/plan/layout.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/plan/ledger.h"
#include "core/plan/packet_fields.h"

namespace natplan {
namespace {

constexpr std::uint32_t kRouteLocal = 2;  // RTN_LOCAL

constexpr std::int32_t kDestinationNatPriority = -99;  // behind an administrator's dstnat, -100
constexpr std::int32_t kSourceNatPriority = 101;       // behind an administrator's srcnat, 100
constexpr std::int32_t kHairpinPriority = 1;           // behind an administrator's filter, 0

constexpr std::uint32_t kTypeIpv4Address = 7;
constexpr std::uint32_t kTypeIpv6Address = 8;
constexpr std::uint32_t kTypeProtoService = 12U << 6U | 13U;
constexpr std::uint32_t kTypeService = 13;

Expressions PreroutingRule(Family family, const FieldRegisters& r) {
  Expressions out;
  out.push_back(FibExpression{kFibDestinationAddress, FibResult::kAddressType, r.first});
  out.push_back(CmpExpression{r.first, CmpOperator::kEq, HostOrder(kRouteLocal)});
  AppendForward(family, r, kForwardMap, out);
  return out;
}

Expressions OutputRule(Family family, const FieldRegisters& r, bool short_load) {
  Expressions out;
  const auto [offset, length] = DestinationField(family);
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
  AppendForward(family, r, kForwardMap, out);
  return out;
}

Expressions PostroutingRule(Family family, const FieldRegisters& r, bool own) {
  const auto [offset, length] = SourceField(family);
  Expressions out;
  out.push_back(PayloadExpression{PayloadBase::kNetwork, offset, length, r.first});
  out.push_back(LookupExpression{.set = kMasqueradeSet, .source = r.first});
  if (own) AppendOthersUnicast(family, r.first, out);
  out.push_back(MasqueradeExpression{});
  return out;
}

std::vector<ChainPlan> MakeChains(Family family, bool own) {
  std::vector<ChainPlan> out = {
      {"prerouting",
       {"nat", Hook::kPrerouting, kDestinationNatPriority, Policy::kAccept},
       {PreroutingRule(family, kOriginRegisters), PreroutingRule(family, kNftRegisters)}},
      {"output",
       {"nat", Hook::kOutput, kDestinationNatPriority, Policy::kAccept},
       {OutputRule(family, kOriginRegisters, false), OutputRule(family, kNftRegisters, true)}},
      {"postrouting",
       {"nat", Hook::kPostrouting, kSourceNatPriority, Policy::kAccept},
       {PostroutingRule(family, kOriginRegisters, own), PostroutingRule(family, kNftRegisters, own)}}};
  if (own) {
    Expressions hairpin;
    AppendHairpin(kNftRegisters.first, hairpin);
    hairpin.push_back(MasqueradeExpression{});
    out.back().behind.push_back(std::move(hairpin));
    out.push_back(
        {kHairpinChain, {"filter", Hook::kForward, kHairpinPriority, Policy::kAccept}, {HairpinRule()}});
  }
  return out;
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

const std::vector<ChainPlan>& Chains(const Layout& layout, Family family) {
  static const std::array<std::vector<ChainPlan>, 4> all = {
      MakeChains(Family::kIp, false), MakeChains(Family::kIp6, false), MakeChains(Family::kIp, true),
      MakeChains(Family::kIp6, true)};
  return all.at(static_cast<std::size_t>(family) + (layout.own() ? 2 : 0));
}

bool IsOriginsMasquerade(Family family, const Expressions& rule) {
  return rule == PostroutingRule(family, kOriginRegisters, false) ||
         rule == PostroutingRule(family, kNftRegisters, false);
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
  const Layout layout{table.name};
  std::vector<Operation> out;
  out.push_back(EnsureTable{table, layout.own() ? kTableComment : ""});
  for (const ChainPlan& chain : Chains(layout, table.family))
    out.push_back(EnsureChain{table, chain.name, chain.base});
  for (const SetPlan& set : Sets(layout, table.family)) out.push_back(EnsureSet{table, set.name, set.shape});
  for (const ChainPlan& chain : Chains(layout, table.family)) {
    out.push_back(AppendRule{table, chain.name, chain.forms.front()});
    for (const Expressions& rule : chain.behind) out.push_back(AppendRule{table, chain.name, rule});
  }
  return out;
}

std::vector<SetPlan> Sets(const Layout& layout, Family family) {
  std::vector<SetPlan> out = {{kMasqueradeSet, MasqueradeShape(family)}, {kForwardMap, ForwardShape(family)}};
  if (layout.own()) out.push_back({kOwnersSet, OwnersShape(family)});
  return out;
}

Element ToElement(const Prefix& prefix) {
  Element out{.kind = ElementKind::kRange, .key = ElementKey(prefix.network().bytes())};
  if (const auto end = prefix.end()) out.end = ElementKey(end->bytes());
  return out;
}

Element ToElement(const MapEntry& entry) {
  const std::uint16_t host = entry.host_port.port.number();
  const std::uint16_t target = entry.to.port.number();
  std::array<std::uint8_t, 20> data{};
  const std::size_t size = entry.to.address.bytes().size();
  std::ranges::copy(entry.to.address.bytes(), data.begin());
  data[size] = static_cast<std::uint8_t>(target >> 8U);
  data[size + 1] = static_cast<std::uint8_t>(target & 255U);
  return {.kind = ElementKind::kSingle,
          .key = {static_cast<std::uint8_t>(entry.host_port.protocol), 0, 0, 0,
                  static_cast<std::uint8_t>(host >> 8U), static_cast<std::uint8_t>(host & 255U), 0, 0},
          .data = ElementData(std::span(data).first(size + 4)),
          .comment = entry.owner.empty() ? entry.note : entry.owner};
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
  MapEntry entry{{family, static_cast<Protocol>(element.key[0]), *host}, {address, *target}};
  (Owner::IsName(element.comment) ? entry.owner : entry.note) = element.comment;
  const bool known = std::ranges::find(kProtocols, entry.host_port.protocol) != kProtocols.end();
  // Anything in the padding, and the entry is not the one that natplan would write.
  return known && ToElement(entry) == element ? std::optional(std::move(entry)) : std::nullopt;
}

}  // namespace natplan
